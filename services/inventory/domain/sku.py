"""What is a SKU, and how often was it changed?"""

from dataclasses import dataclass

from contracts.inventory import SkuData


@dataclass
class SkuRecord:
    """A SKU; `revision` counts the changes of its facts, `stock_version` those of its stock."""

    sku: str
    data: SkuData
    revision: int = 1
    stock_version: int = 0

    def change(self, data: SkuData) -> None:
        """Take over new data."""
        self.data = data
        self.revision += 1

    @property
    def version(self) -> int:
        """The version that ETags show."""
        return self.revision
