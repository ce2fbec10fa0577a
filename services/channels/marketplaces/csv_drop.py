"""Files of orders that are laid down on an SFTP server, in the columns of `csv_orders.py`."""

from collections.abc import Sequence

from services.channels.domain.news import News
from services.channels.domain.pull import Cursor
from services.channels.marketplaces import drop
from services.channels.marketplaces.csv_orders import CsvOrders
from services.channels.marketplaces.marketplace import Allowance, Can, Page, Setting, Shop


class CsvDrop(CsvOrders):
    """The adapter to shops that lay down files: they are read like those that are uploaded."""

    kind = "csv-drop"
    title = "Files (CSV) by SFTP"
    settings: tuple[Setting, ...] = drop.settings(required=True)
    can = frozenset({Can.PULL})
    allowance = Allowance(at_once=10, a_second=5.0)

    def check(self, shop: Shop) -> None:
        """Look into the folder."""
        drop.check(shop)

    def read(self, shop: Shop, topic: str, body: str) -> Sequence[News]:
        """Read a file as it was found."""
        return drop.read(body, lambda text: super(CsvDrop, self).read(shop, topic, text))

    def pull(self, shop: Shop, cursor: Cursor) -> Page:
        """Read the next file that was laid down in the folder."""
        return drop.pull(shop, cursor, ".csv")
