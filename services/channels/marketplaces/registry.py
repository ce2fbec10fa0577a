"""Which kinds of shops can be connected?

Ours, and those of other packages that name their adapter in the entry point group `oms.channels`.
"""

from collections.abc import Iterable, Mapping
from importlib.metadata import entry_points

from services.channels.marketplaces.amazon import Amazon
from services.channels.marketplaces.csv_drop import CsvDrop
from services.channels.marketplaces.csv_orders import CsvOrders
from services.channels.marketplaces.ebay import Ebay
from services.channels.marketplaces.magento import Magento
from services.channels.marketplaces.marketplace import Can, Marketplace
from services.channels.marketplaces.peppol import Peppol
from services.channels.marketplaces.shopify import Shopify
from services.channels.marketplaces.square import Square
from services.channels.marketplaces.woocommerce import WooCommerce

GROUP = "oms.channels"


def registered(adapters: Iterable[Marketplace]) -> Mapping[str, Marketplace]:
    """Know adapters by their kind, of which each has one."""
    known: dict[str, Marketplace] = {}
    for adapter in adapters:
        if adapter.kind in known:
            raise ValueError(f"Two adapters are called {adapter.kind!r}.")
        known[adapter.kind] = adapter
    return known


MARKETS = registered(
    [
        Shopify(),
        WooCommerce(),
        Magento(),
        Amazon(),
        Ebay(),
        Square(),
        Peppol(),
        CsvOrders(),
        CsvDrop(),
        *(point.load()() for point in entry_points(group=GROUP)),
    ]
)


def can(kind: str, what: Can) -> bool:
    """Tell whether shops of a kind can do something; those of a kind that is gone do nothing."""
    market = MARKETS.get(kind)
    return market is not None and what in market.can
