"""What is said about saved views of the orders?"""

from typing import Annotated, Literal

from msgspec import Meta

from contracts.message import Question, Wire
from contracts.orders import OrderCount, OrderFilter
from contracts.values import Codes, Instant, Nothing

ViewId = Annotated[str, Meta(pattern=r"^viw_[0-9A-Z]{26}$")]
ViewName = Annotated[str, Meta(min_length=1, max_length=60, pattern=r"^\S(.*\S)?$")]
Column = Literal[
    "number",
    "customer",
    "status",
    "payment",
    "fulfillment",
    "channel",
    "tags",
    "placed",
    "total",
]
Columns = Annotated[tuple[Column, ...], Meta(max_length=20)]
Position = Annotated[int, Meta(ge=0, le=1000, description="its place among the tabs")]


class NewView(Wire, frozen=True, kw_only=True):
    """A view to save: which orders, and which columns; without columns all are shown.

    With `shared` everybody who may see orders has it, too; that needs views.share.
    """

    name: ViewName
    filter: OrderFilter = OrderFilter()
    columns: Columns = ()
    position: Position = 0
    shared: bool = False


class ChangeView(NewView, frozen=True, kw_only=True):
    """Change a view as a whole."""

    view_id: ViewId
    expected_version: int | None = None


class ViewRef(Wire, frozen=True, kw_only=True):
    """One view."""

    view_id: ViewId


class DeleteView(Wire, frozen=True, kw_only=True):
    """Delete a view, for all who have it."""

    view_id: ViewId
    expected_version: int | None = None


class FindViews(Wire, frozen=True, kw_only=True):
    """One's own views and those that are shared, in the order of their tabs: at most 100."""

    counts: bool = True
    channels: Codes | None = None


class OrderView(Wire, frozen=True, kw_only=True):
    """A saved view; `count` is null where it was not asked for, or orders does not answer.

    Each counts what they may see. A count may be some seconds old.
    """

    view_id: ViewId
    name: ViewName
    filter: OrderFilter
    columns: Columns
    position: Position
    shared: bool
    mine: bool
    created_at: Instant
    version: int
    count: OrderCount | None = None


class OrderViews(Wire, frozen=True, kw_only=True):
    """Saved views."""

    views: tuple[OrderView, ...]


SAVE = Question("views.save", NewView, OrderView, changes=True)
FIND = Question("views.find", FindViews, OrderViews)
GET = Question("views.get", ViewRef, OrderView)
CHANGE = Question("views.change", ChangeView, OrderView, changes=True)
DELETE = Question("views.delete", DeleteView, Nothing, changes=True)
