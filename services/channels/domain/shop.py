"""How is a shop connected, which SKU is a listing of it, and what do we know of SKUs?"""

from dataclasses import dataclass, field


@dataclass
class Shop:
    """A connection with a shop. Its secrets are used and never shown."""

    channel: str
    kind: str
    name: str
    base_url: str = ""
    access_token: str = field(default="", repr=False)
    webhook_secret: str = field(default="", repr=False)
    location_id: str = ""
    push_stock: bool = False


@dataclass
class Listing:
    """What a shop sells under one key; `sku` is empty until somebody says what it is."""

    channel: str
    listing: str
    sku: str = ""
    mapped_by: str = ""
    variant_id: str = ""
    item_id: str = ""

    def map_to(self, sku: str, by: str) -> None:
        """Say which SKU it is."""
        self.sku, self.mapped_by = sku, by


@dataclass
class KnownSku:
    """A SKU of ours, as far as listings are concerned."""

    sku: str
    version: int
    barcodes: tuple[str, ...] = ()
