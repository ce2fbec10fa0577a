"""How is a token kept that lasts for an hour or two? In memory, until shortly before it ends."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from chassis import clock
from chassis.outside import Declined

EARLIER = timedelta(minutes=2)


class Tokens:
    """Tokens by what they were made from, of which only a digest is kept."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[str, datetime]] = {}

    def of(self, secrets: Sequence[str], make: Callable[[], Mapping[str, Any]]) -> str:
        """The token that these secrets give; a new one is made if none lasts long enough."""
        key = hashlib.sha256("\n".join(secrets).encode()).hexdigest()
        token, until = self._kept.get(key, ("", clock.now()))
        if token and until > clock.now():
            return token
        made = make()
        ends = clock.now() + timedelta(seconds=int(made["expires_in"])) - EARLIER
        self._kept = {k: v for k, v in self._kept.items() if v[1] > clock.now()}
        self._kept[key] = made["access_token"], ends
        return str(made["access_token"])


KEPT = Tokens()


def no_token(who: str) -> Declined:
    """Say that the secrets of a connection give no token."""
    told = f"{who} gives no token: client id, client secret or refresh token is wrong."
    return Declined("no_token", told)
