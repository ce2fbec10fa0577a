"""Who may do what? One table of roles, and what somebody has of it, where.

A grant is a role, perhaps only for some warehouses or channels. Two grants may give the same
permission; they then agree in the warehouses or in the channels (`fault_of` finds those that do
not), so that the two together are exactly one scope and nobody gets more than was given.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from contracts.message import Wire
from contracts.values import Codes

PERMISSIONS: Mapping[str, str] = {
    "orders.read": "See orders and their history",
    "orders.write": "Place, cancel, hold and release orders, write on them and tag them",
    "views.share": "Share views of orders with everybody, and change shared ones",
    "money.read": "See payments, refunds and the terms of customers",
    "money.write": "Record payments, give money back, agree on terms",
    "stock.read": "See SKUs, their stock and where it lies",
    "stock.write": "Make SKUs and bins, take in goods, correct stock",
    "picking.read": "See fulfillment orders and pick lists",
    "picking.write": "Pick goods, and say what was not found",
    "packing.write": "Pack what was picked",
    "shipping.read": "See shipments, labels, rates and mails to customers",
    "shipping.write": "Hand parcels over to carriers",
    "returns.read": "See returns and the return policy",
    "returns.write": "Open, approve, receive and inspect returns",
    "channels.read": "See connected shops and what they sent",
    "channels.write": "Map listings, import files of orders, try pushes again",
    "exceptions.read": "See what does not go on by itself",
    "exceptions.decide": "Retry, skip or compensate what does not go on",
    "settings.read": "See users, roles, keys and webhooks",
    "settings.write": "Change users, keys, webhooks, warehouses, cartons, shops and the policy",
}
ROLES: Mapping[str, frozenset[str]] = {
    role: frozenset(permissions.split())
    for role, permissions in {
        "admin": " ".join(PERMISSIONS),
        "order_manager": (
            "orders.read orders.write views.share money.read stock.read picking.read shipping.read"
            " returns.read returns.write channels.read channels.write"
            " exceptions.read exceptions.decide"
        ),
        "picker": "stock.read picking.read picking.write",
        "packer": "stock.read picking.read packing.write shipping.read shipping.write",
        "returns": "orders.read stock.read shipping.read returns.read returns.write",
        "finance": "orders.read money.read money.write returns.read exceptions.read",
        "buyer": "stock.read stock.write channels.read",
        "read_only": (
            "orders.read money.read stock.read picking.read shipping.read returns.read"
            " channels.read exceptions.read"
        ),
    }.items()
}
ABOUT: Mapping[str, str] = {
    "admin": "Everything, everywhere: users, keys, webhooks and shops, too",
    "order_manager": "The order desk: orders, holds, exceptions, returns",
    "picker": "Picks goods, with a phone and a scanner",
    "packer": "Packs what was picked and hands parcels over",
    "returns": "The returns desk: from request to inspection",
    "finance": "Payments, refunds and terms",
    "buyer": "SKUs, stock and goods from suppliers",
    "read_only": "Sees all but settings, and changes nothing",
}
OPEN = "open"  # a route for whoever comes: webhooks prove themselves, others want to log in
ANY = "any"  # a route for whoever may see anything, which shows each what they may see
OWN = "own"  # a route for each person who is logged in, about nothing but themselves
Role = Literal[
    "admin", "order_manager", "picker", "packer", "returns", "finance", "buyer", "read_only"
]


class Grant(Wire, frozen=True, kw_only=True):
    """A role that somebody has; null means all warehouses, all channels."""

    role: Role
    warehouses: Codes | None = None
    channels: Codes | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a permission holds; None means everywhere."""

    warehouses: frozenset[str] | None = None
    channels: frozenset[str] | None = None

    @property
    def is_limited(self) -> bool:
        """Whether there is anything that lies outside."""
        return self is not EVERYWHERE and not (self.warehouses is None and self.channels is None)

    def __or__(self, other: "Scope") -> "Scope":
        """Make the scope of both."""
        return Scope(_both(self.warehouses, other.warehouses), _both(self.channels, other.channels))

    def holds(self, other: "Scope") -> bool:
        """Tell whether the other one lies within it."""
        return _within(other.warehouses, self.warehouses) and _within(other.channels, self.channels)


EVERYWHERE = Scope()
Rights = Mapping[str, Scope]


@cache
def rights_everywhere(permissions: frozenset[str]) -> Rights:
    """These permissions, without a limit."""
    return dict.fromkeys(permissions, EVERYWHERE)


EVERYTHING = rights_everywhere(frozenset(PERMISSIONS))


def scope_of(grant: Grant) -> Scope:
    """Tell where a grant holds."""
    return Scope(_set(grant.warehouses), _set(grant.channels))


def rights_of(grants: Iterable[Grant]) -> Rights:
    """Put together what somebody with these grants may do, and where."""
    rights: dict[str, Scope] = {}
    for grant in grants:
        scope = scope_of(grant)
        for permission in ROLES[grant.role]:
            rights[permission] = rights[permission] | scope if permission in rights else scope
    return rights


def fault_of(grants: Sequence[Grant]) -> str:
    """Say why nobody can have these grants; empty if one can."""
    if any(grant.role == "admin" and scope_of(grant).is_limited for grant in grants):
        return "cannot limit an admin: who gives rights to others has them everywhere."
    if permission := _disputed(grants):
        return f"must agree in warehouses or channels where several roles give {permission}."
    return ""


def _disputed(grants: Iterable[Grant]) -> str:
    seen: dict[str, list[Scope]] = {}
    for grant in grants:
        scope = scope_of(grant)
        for permission in sorted(ROLES[grant.role]):
            for other in seen.get(permission, ()):
                alike = scope.warehouses == other.warehouses or scope.channels == other.channels
                if not (alike or scope.holds(other) or other.holds(scope)):
                    return permission
            seen.setdefault(permission, []).append(scope)
    return ""


def _set(codes: tuple[str, ...] | None) -> frozenset[str] | None:
    return None if codes is None else frozenset(codes)


def _both(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
    return None if one is None or other is None else one | other


def _within(inner: frozenset[str] | None, outer: frozenset[str] | None) -> bool:
    return outer is None or (inner is not None and inner <= outer)
