"""What is said about transfers that a bank's statements tell of, which payments books to orders?"""

from typing import Annotated, Literal

from msgspec import Meta

from contracts.message import Wire, question, request
from contracts.values import (
    Count,
    Instant,
    Limit,
    LongText,
    MinorUnits,
    Money,
    Name,
    OrderId,
    Text,
)

TransferStateName = Literal["booked", "suggested", "open", "dismissed"]
StatementText = Annotated[
    str,
    Meta(min_length=1, max_length=1_000_000, description="CAMT.053 as XML, or CSV with a header"),
]


class ImportStatement(Wire, frozen=True, kw_only=True):
    """A bank's statement; what was imported before is passed over."""

    content: StatementText


class StatementImported(Wire, frozen=True, kw_only=True):
    """What became of a statement's entries; `passed_over` are no money that came."""

    booked: Count
    suggested: Count
    open: Count
    known: Count
    passed_over: Count


class TransferShown(Wire, frozen=True, kw_only=True):
    """Money that came by transfer; `booked` of it is counted for the order, in minor units.

    `suggestions` are orders that it may be for. `remark` tells what does not fit.
    """

    transfer_id: Name
    booked_on: Text
    amount: Money
    payer: LongText
    text: LongText
    state: TransferStateName
    order_id: Text = ""
    booked: MinorUnits = 0
    suggestions: tuple[str, ...] = ()
    remark: Text = ""
    imported_at: Instant
    version: int = 1


class FindTransfers(Wire, frozen=True, kw_only=True):
    """Which transfers to list, newest first."""

    state: Text = ""
    after: Text = ""
    limit: Limit = 50


class TransferPage(Wire, frozen=True, kw_only=True):
    """A page of transfers; `next` is empty on the last."""

    transfers: tuple[TransferShown, ...]
    next: str = ""


class BookTransfer(Wire, frozen=True, kw_only=True):
    """A person says which order a transfer pays; what is more than it owes is left over."""

    transfer_id: Name
    order_id: OrderId
    expected_version: int | None = None


class DismissTransfer(Wire, frozen=True, kw_only=True):
    """A person puts a transfer aside: it is for no order, or was sent back."""

    transfer_id: Name
    reason: Name
    expected_version: int | None = None


IMPORT_STATEMENT = request("payments.import_statement", ImportStatement, StatementImported)
FIND_TRANSFERS = question("payments.find_transfers", FindTransfers, TransferPage)
BOOK_TRANSFER = request("payments.book_transfer", BookTransfer, TransferShown)
DISMISS_TRANSFER = request("payments.dismiss_transfer", DismissTransfer, TransferShown)
