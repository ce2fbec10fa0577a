"""What is a route of the API? A line in a table: an address, and the question that it puts."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from msgspec import inspect as mi

from contracts.message import Question
from gateway.caller import Caller
from gateway.own import Own
from gateway.people.roles import OPEN
from gateway.ports import Asks

SCOPED_BY = frozenset({"warehouses", "channels"})  # filled in by scoping, never by who asks
WITH_SLASHES = frozenset({"sku", "listing", "customer", "bin", "carton"})


@dataclass(frozen=True, slots=True)
class Route:
    """One operation.

    `needs` is the one permission that whoever asks must have (people/roles.py); or OPEN for all who
    come, OWN for people who are logged in, about themselves, ANY for who may see anything. The
    fields of the question come from the address, the `headers` (of several for one field the first
    that has come), and the body (for GET from the query). `raw` names the field that takes the
    whole body as text, `inside` the one that takes all other fields. `document` is the media type
    of an answer that is a paper to print; `made` the address of what was made. `ask` puts the
    question, if it is not simply put to its service, and `decided_by` tells which service's
    question it is, if that depends on what is asked. `take` reads the body itself, piece by piece,
    and sees to it that nothing is done twice; so does `keep` for what the gateway keeps. `own`
    answers from what the gateway keeps itself (if `own_if` says so, where it depends on what is
    asked), `with_services` from that and from what services say; what is `secret` is not kept with
    its Idempotency-Key, what is `sealed` is kept so that only we can read it.
    `check` refuses what only the gateway can know to be wrong, before a service is asked.
    """

    method: str
    url: str
    question: Question[Any, Any]
    summary: str
    tag: str
    status: int = 200
    raw: str = ""
    inside: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    document: str = ""
    made: str = ""
    limit: int = 1_048_576
    ask: Callable[[Asks, Any, Caller], Any] | None = None
    take: Callable[[Asks, Any, str, str], Any] | None = None
    keep: Callable[[Own, Any, Caller, str], Any] | None = None
    decided_by: Callable[[Any], Question[Any, Any]] | None = None
    own: Callable[[Own, Any, Caller], Any] | None = None
    own_if: Callable[[Any], bool] | None = None
    with_services: Callable[[Own, Asks, Any, Caller], Any] | None = None
    secret: bool = False
    sealed: bool = False
    check: Callable[[Own, Asks, Any, Caller], None] | None = None
    needs: str = field(kw_only=True)

    @property
    def open_to_all(self) -> bool:
        """Whether nobody has to say who they are."""
        return self.needs == OPEN

    @property
    def struct(self) -> Any:
        """What is asked, as a struct."""
        return self.question.asked

    @property
    def path(self) -> list[str]:
        """The fields that come from the address."""
        return re.findall(r"{(\w+)}", self.url)

    @property
    def rule(self) -> str:
        """The address as Flask writes it; some things have slashes in their names."""
        return re.sub(r"{(\w+)}", lambda m: f"<{_converter(m[1])}{m[1]}>", self.url)

    @property
    def hidden(self) -> frozenset[str]:
        """The fields that do not come from the body or the query."""
        return frozenset({*self.path, *self.headers.values(), *SCOPED_BY, "expected_version"})

    @property
    def in_pieces(self) -> bool:
        """Whether the body is read piece by piece, by who knows when it came before."""
        return bool(self.take or self.keep)

    @property
    def has_versions(self) -> bool:
        """Whether If-Match is looked at."""
        return "expected_version" in self.struct.__struct_fields__

    @property
    def once(self) -> bool:
        """Whether an Idempotency-Key is looked at; strangers may not fill our memory."""
        return self.question.changes and not (self.open_to_all or self.secret)

    @property
    def operation(self) -> str:
        """The operation's id."""
        return self.question.name.replace(".", "_")


@cache
def kinds_of(struct: Any) -> dict[str, mi.Type]:
    """The types of a struct's fields, without what is said about them or that they may be null."""
    info = mi.type_info(struct)
    assert isinstance(info, mi.StructType)
    return {declared.encode_name: _bare(declared.type) for declared in info.fields}


def _bare(kind: mi.Type) -> mi.Type:
    if isinstance(kind, mi.UnionType):
        there = [one for one in kind.types if not isinstance(one, mi.NoneType)]
        return _bare(there[0]) if len(there) == 1 else kind
    return _bare(kind.type) if isinstance(kind, mi.Metadata) else kind


def _converter(name: str) -> str:
    return "path:" if name in WITH_SLASHES else ""
