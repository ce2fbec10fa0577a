"""What is written down about money? Facts: each has a key, and counts once by it."""

from typing import Literal

from chassis.work import Work
from contracts.payments import PaymentFact

Kind = Literal["authorized", "captured", "voided", "refunded", "failed", "pending", "expired"]
VOIDED = "voided"


def fact(kind: Kind, key: str, work: Work, amount: int = 0, reason: str = "") -> PaymentFact:
    """Make a fact of this moment, known by its key."""
    return PaymentFact(
        at=work.now,
        kind=kind,
        amount=amount,
        reference=key,
        reason=reason[:255],
        actor=work.actor,
    )
