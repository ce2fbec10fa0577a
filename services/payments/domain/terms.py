"""How much may a customer owe on invoices, and for how long?"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from chassis.errors import Refused
from contracts.payments import SetTerms


@dataclass
class CreditTerms:
    """What was agreed with a customer; `exposure` is what is promised or invoiced and not paid."""

    customer: str
    currency: str
    credit_limit: int
    net_days: int
    note: str = ""
    exposure: int = 0
    version: int = 1

    def agree(self, wish: SetTerms) -> None:
        """Change the terms; the currency stays while something is owed in it."""
        currency = wish.credit_limit.currency
        if self.exposure and currency != self.currency:
            reason = f"{self.exposure} are owed in {self.currency}; the currency cannot change now."
            raise Refused("wrong_currency", reason, "credit_limit.currency")
        self.currency, self.credit_limit = currency, wish.credit_limit.amount
        self.net_days, self.note = wish.net_days, wish.note

    def allows(self, amount: int) -> bool:
        """Tell whether the customer may owe so much more."""
        return self.exposure + amount <= self.credit_limit

    def due_date(self, now: datetime) -> datetime:
        """When an invoice of today must be paid."""
        return now + timedelta(days=self.net_days)
