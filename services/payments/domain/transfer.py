"""Which order does a transfer pay? That whose number it names, if its amount fits, too.

    names an order, and is what is owed             it pays the order
    names it, less, and the payer is the customer   it pays a part; the rest is still awaited
    all else that fits an order somehow             suggested: a person decides
    nothing fits                                    open: a person decides

A number alone proves little: texts are full of numbers. Money is never booked by amount alone.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

MOST_SUGGESTIONS = 5
NUMBER = re.compile(r"(?<![0-9])[0-9]{1,12}(?![0-9])")
ORDER = re.compile(r"ord_[0-9a-z]{26}", re.IGNORECASE)


class TransferState(StrEnum):
    """The life of a transfer: booked to an order, waiting for a person, or put aside."""

    BOOKED = "booked"
    SUGGESTED = "suggested"
    OPEN = "open"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class Booking:
    """Money that came, as the bank tells it; `bank_reference` is the same whenever it is told."""

    bank_reference: str
    booked_on: date
    amount: int
    currency: str
    payer: str
    text: str


@dataclass(frozen=True, slots=True)
class Expected:
    """An order that waits for money by transfer."""

    order_id: str
    number: str
    name: str
    owed: int
    currency: str


class Verdict(NamedTuple):
    """What a transfer is for; `amount` of it is booked, the rest is nobody's yet."""

    state: TransferState
    order_ids: tuple[str, ...] = ()
    amount: int = 0
    remark: str = ""


@dataclass
class Transfer:
    """A transfer as it is kept."""

    transfer_id: str
    bank_reference: str
    booked_on: date
    amount: int
    currency: str
    payer: str
    text: str
    imported_at: datetime
    state: str = TransferState.OPEN.value
    order_id: str = ""
    booked: int = 0
    suggestions: tuple[str, ...] = ()
    remark: str = ""
    version: int = 1

    def take(self, verdict: Verdict) -> None:
        """Keep what it is for."""
        self.state, self.remark = verdict.state.value, verdict.remark[:255]
        if verdict.state == TransferState.BOOKED:
            self.order_id, self.booked = verdict.order_ids[0], verdict.amount
            self.suggestions = ()
        else:
            self.suggestions = verdict.order_ids

    @property
    def is_decided(self) -> bool:
        """Tell whether nobody has to do anything about it."""
        return self.state in {TransferState.BOOKED, TransferState.DISMISSED}


def named_in(text: str) -> tuple[set[str], set[str]]:
    """Find the numbers and the ids of orders that a text names."""
    ids = {f"ord_{found[4:].upper()}" for found in ORDER.findall(text)}
    numbers = {number.lstrip("0") for number in NUMBER.findall(ORDER.sub(" ", text))}
    return numbers - {""}, ids


def judge(booking: Booking, waiting: Sequence[Expected]) -> Verdict:
    """Decide what a transfer is for, or what it may be for."""
    numbers, ids = named_in(booking.text)
    able = [one for one in waiting if one.currency == booking.currency and one.owed > 0]
    named = [one for one in able if one.order_id in ids or one.number in numbers]
    exact = [one for one in named if one.owed == booking.amount]
    if len(exact) == 1:
        return Verdict(TransferState.BOOKED, (exact[0].order_id,), booking.amount)
    sure = [one for one in named if one.order_id in ids or _same(one.name, booking.payer)]
    if len(sure) == 1 and len(named) == 1 and booking.amount < sure[0].owed:
        short = sure[0].owed - booking.amount
        remark = f"underpaid: {short} are still to come"
        return Verdict(TransferState.BOOKED, (sure[0].order_id,), booking.amount, remark)
    likely = sure or named or _by_amount(booking, able)
    if not likely:
        return Verdict(TransferState.OPEN)
    found = tuple(one.order_id for one in likely[:MOST_SUGGESTIONS])
    return Verdict(TransferState.SUGGESTED, found, remark=_why(booking, likely))


def _by_amount(booking: Booking, able: Sequence[Expected]) -> list[Expected]:
    same = [one for one in able if one.owed == booking.amount]
    return [one for one in same if _same(one.name, booking.payer)] or same


def _why(booking: Booking, likely: Sequence[Expected]) -> str:
    if len(likely) > 1:
        return "several orders fit"
    over = booking.amount - likely[0].owed
    if over > 0:
        return f"overpaid: {over} more than is owed"
    return f"underpaid: {-over} less than is owed" if over else "only the amount fits"


def _same(name: str, payer: str) -> bool:
    """Tell whether it is the same person, however the bank writes the name."""
    ours, theirs = _words(name), _words(payer)
    return bool(ours) and ours <= theirs


def _words(name: str) -> set[str]:
    plain = unicodedata.normalize("NFKD", name.casefold().replace("ß", "ss"))
    for umlaut, written in (
        ("a\u0308", "ae"),
        ("o\u0308", "oe"),
        ("u\u0308", "ue"),
    ):  # codespell:ignore
        plain = plain.replace(umlaut, written)
    return set(re.findall(r"[a-z0-9]+", "".join(c for c in plain if not unicodedata.combining(c))))
