"""How does money that came by transfer find its order? By the bank's statement, and a person.

A statement may be imported again: each transfer is known by the bank's reference for it.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Protocol

from chassis.errors import IllegalMove, NotFound, Refused, check_version
from chassis.work import Work
from contracts.payments import RecordPayment
from contracts.transfers import (
    BookTransfer,
    DismissTransfer,
    ImportStatement,
    StatementImported,
)
from contracts.values import Money
from services.payments import statement_files
from services.payments.domain.payment import Payment
from services.payments.domain.transfer import (
    Booking,
    Expected,
    Transfer,
    TransferState,
    Verdict,
    judge,
)
from services.payments.ports import Payments
from services.payments.receiving import record_payment


class Transfers(Protocol):
    """Transfers as they are kept."""

    def keep_new(self, transfers: Sequence[Transfer]) -> list[Transfer]:
        """Keep those that were not known; give them."""

    def waiting(self, bookings: Sequence[Booking]) -> list[Expected]:
        """Find the orders that wait for a transfer and may be meant by one of these."""

    def get(self, transfer_id: str) -> Transfer | None:
        """Find a transfer, locked."""


def import_statement(
    wish: ImportStatement, work: Work, kept: Transfers, payments: Payments
) -> StatementImported:
    """Keep what a statement tells, and book what is sure."""
    bookings, passed_over = statement_files.read(wish.content)
    new = kept.keep_new([_transfer(booking, work) for booking in bookings])
    for transfer in new:
        # asked anew for each: the one before may have paid the order
        transfer.take(judge(booking_of(transfer), kept.waiting([booking_of(transfer)])))
        if transfer.state == TransferState.BOOKED:
            _record(transfer, work, payments)
    states = Counter(transfer.state for transfer in new)
    return StatementImported(
        booked=states[TransferState.BOOKED],
        suggested=states[TransferState.SUGGESTED],
        open=states[TransferState.OPEN],
        known=len(bookings) - len(new),
        passed_over=passed_over,
    )


def book_transfer(wish: BookTransfer, work: Work, kept: Transfers, payments: Payments) -> Transfer:
    """Book a transfer to the order that a person names, up to what that owes."""
    transfer = _undecided(wish.transfer_id, wish.expected_version, TransferState.BOOKED, kept)
    payment = payments.of_order(wish.order_id)
    if payment is None:
        raise NotFound("payment of order", wish.order_id, "order_id")
    owed = 0 if payment.is_over else payment.amount - payment.captured
    if owed <= 0:
        raise Refused("nothing_owed", "The order owes nothing any more.", "order_id")
    rest = transfer.amount - owed
    remark = f"overpaid: {rest} are to be sent back" if rest > 0 else ""
    amount = min(transfer.amount, owed)
    transfer.take(Verdict(TransferState.BOOKED, (wish.order_id,), amount, remark))
    _record(transfer, work, payments)
    return transfer


def dismiss_transfer(wish: DismissTransfer, kept: Transfers) -> Transfer:
    """Put a transfer aside that is for no order."""
    transfer = _undecided(wish.transfer_id, wish.expected_version, TransferState.DISMISSED, kept)
    transfer.take(Verdict(TransferState.DISMISSED, remark=wish.reason))
    return transfer


def booking_of(transfer: Transfer) -> Booking:
    """Give a transfer as the bank told it."""
    return Booking(
        transfer.bank_reference, transfer.booked_on, transfer.amount, transfer.currency,
        transfer.payer, transfer.text,
    )  # fmt: skip


def expected_of(payment: Payment) -> Expected:
    """Give a payment as one that waits for a transfer."""
    owed = payment.amount - payment.captured
    return Expected(payment.order_id, payment.number, payment.name, owed, payment.currency)


def _undecided(
    transfer_id: str, version: int | None, to: TransferState, kept: Transfers
) -> Transfer:
    transfer = kept.get(transfer_id)
    if transfer is None:
        raise NotFound("transfer", transfer_id, "transfer_id")
    check_version("Transfer", transfer_id, version, transfer.version)
    if transfer.is_decided:
        raise IllegalMove("transfer", transfer_id, transfer.state, to)
    return transfer


def _record(transfer: Transfer, work: Work, payments: Payments) -> None:
    money = Money(amount=transfer.booked, currency=transfer.currency)
    record_payment(
        RecordPayment(
            order_id=transfer.order_id,
            amount=money,
            method="bank_transfer",
            reference=transfer.transfer_id,
        ),
        work,
        payments,
    )


def _transfer(booking: Booking, work: Work) -> Transfer:
    return Transfer(
        transfer_id=work.new_id("trf"),
        bank_reference=booking.bank_reference,
        booked_on=booking.booked_on,
        amount=booking.amount,
        currency=booking.currency,
        payer=booking.payer,
        text=booking.text,
        imported_at=work.now,
    )
