"""What is a dispute? The customer's bank wants money back; people answer, and it decides.

It changes no sum of the payment: what is lost is no refund, for the customer has the goods.
"""

from dataclasses import dataclass
from datetime import datetime

OPEN = "open"


@dataclass
class Dispute:
    """One dispute of a payment; `seen` when somebody has said that it is seen to."""

    payment_id: str
    dispute_id: str
    order_id: str
    amount: int
    currency: str
    reason: str
    opened_at: datetime
    respond_by: datetime | None = None
    status: str = OPEN
    seen: bool = False
    version: int = 1

    def turn(self, status: str) -> bool:
        """Take a turn that is told; tell whether it is news. What has ended stays as it ended."""
        news = status not in {self.status, OPEN}
        if news:
            self.status = status
        return news
