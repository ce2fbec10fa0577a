"""What must the warehouse know of a SKU? A copy of inventory's facts, as new as the last told."""

from dataclasses import dataclass

from contracts.inventory import SkuSaved
from contracts.values import Dimensions


@dataclass
class SkuFacts:
    """How a SKU is called, scanned, measured and weighed; `saved_version` is inventory's."""

    sku: str
    name: str
    barcodes: tuple[str, ...]
    dimensions: Dimensions
    weight_g: int
    saved_version: int

    @property
    def codes(self) -> tuple[str, ...]:
        """What may be scanned for it: its barcodes, or the SKU itself if it has none."""
        return self.barcodes or (self.sku,)

    @classmethod
    def told(cls, event: SkuSaved) -> "SkuFacts":
        """Make the facts of a SKU that was not known before."""
        data = event.sku
        return cls(
            data.sku, data.name, data.barcodes, data.dimensions, data.weight_g, event.version
        )

    def learn(self, event: SkuSaved) -> None:
        """Take over what is newer; what is older came late and is ignored."""
        if event.version <= self.saved_version:
            return
        data = event.sku
        self.name, self.barcodes = data.name, data.barcodes
        self.dimensions, self.weight_g = data.dimensions, data.weight_g
        self.saved_version = event.version
