"""Which kinds of carriers can be connected? One line for each adapter."""

from collections.abc import Callable, Mapping

import sqlalchemy as sa

from chassis.errors import Refused
from contracts.carriers import CarrierKind
from services.shipping.carriers import easypost, sandbox, shippo, table_rate
from services.shipping.carriers.carrier import Account, Carrier
from services.shipping.purchases import Purchases

MAKERS: Mapping[str, tuple[CarrierKind, Callable[[Account, sa.Engine], Carrier]]] = {
    "easypost": (easypost.KIND, lambda account, _: easypost.EasyPost(account)),
    "sandbox": (sandbox.KIND, lambda account, engine: sandbox.Sandbox(engine, account)),
    "shippo": (
        shippo.KIND,
        lambda account, engine: shippo.Shippo(account, Purchases(engine, account.name)),
    ),
    "table_rate": (
        table_rate.KIND,
        lambda account, engine: table_rate.TableRate(account, Purchases(engine, account.name)),
    ),
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
