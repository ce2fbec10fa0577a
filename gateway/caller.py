"""Who is asking, and what may they do? A program with a key, or a person who has logged in."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from gateway.people.roles import ANY, EVERYTHING, EVERYWHERE, OWN, Rights, Scope


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is asking; `rights` tells what they may do, and where."""

    caller_id: str
    actor: str
    rights: Rights = field(default_factory=lambda: EVERYTHING)
    session: "Session | None" = None

    @classmethod
    def with_key(cls, key_id: str, name: str, rights: Rights = EVERYTHING) -> Self:
        """A program; histories call it `key:` and the name of its key."""
        return cls(key_id, f"key:{name}", rights)

    def may(self, needed: str) -> bool:
        """Tell whether this permission was given, wherever."""
        if needed == ANY:
            return bool(self.rights)
        return needed in self.rights or (needed == OWN and self.session is not None)

    def scope(self, needed: str) -> Scope:
        """Tell where a permission holds that was given."""
        return self.rights.get(needed, EVERYWHERE)


@dataclass(frozen=True, slots=True)
class Session:
    """A person who is logged in, in one browser."""

    key: bytes
    user_id: str
    csrf: str
    expires_at: datetime
