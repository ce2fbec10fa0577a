"""Which kinds of carriers can be connected? One line for each adapter."""

from collections.abc import Callable, Mapping

import sqlalchemy as sa

from chassis.errors import Refused
from contracts.carriers import CarrierKind
from services.shipping.carriers import easypost, sandbox, table_rate
from services.shipping.carriers.carrier import Account, Carrier

MAKERS: Mapping[str, tuple[CarrierKind, Callable[[Account, sa.Engine], Carrier]]] = {
    "easypost": (easypost.KIND, lambda account, _: easypost.EasyPost(account)),
    "sandbox": (sandbox.KIND, lambda account, engine: sandbox.Sandbox(engine, account)),
    "table_rate": (table_rate.KIND, lambda account, engine: table_rate.TableRate(engine, account)),
}
KINDS = tuple(kind for kind, _ in MAKERS.values())


def kind_of(name: str) -> CarrierKind:
    """Find a kind, or raise Refused that names those there are."""
    if name not in MAKERS:
        raise Refused("invalid", f"{name} is none of {', '.join(MAKERS)}.", "kind")
    return MAKERS[name][0]


def make(kind: str, account: Account, engine: sa.Engine) -> Carrier:
    """Make the adapter of an account; raises Refused if its settings make no sense."""
    return MAKERS[kind][1](account, engine)
