"""Gift cards and store credit: money of customers that we keep ourselves, in a ledger of our own.

An order is paid with the card's code as its token. Each movement is a row, known by its key; what
a card has and what is held of it are changed in the same transaction, under the card's lock, and
the database refuses a card that would have less than nothing. A code is kept only as its hash.
"""

import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from chassis import clock
from chassis.errors import Refused
from chassis.outside import Declined
from chassis.store import new_engine
from contracts.payments import ProviderWebhook
from services.payments.domain.account import Capabilities
from services.payments.domain.decline import Reason
from services.payments.providers.provider import Answer, Kind
from services.payments.webhooks import ProviderEvent

NAME, POOL = "gift_card", 8
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
GROUPS, GROUP = 4, 5
HELD, TAKEN, FREED, BACK, ISSUED = "held", "taken", "freed", "back", "issued"
MOVES = {  # by how much of a movement the balance and what is held of it change
    HELD: (0, 1), TAKEN: (-1, -1), FREED: (0, -1), BACK: (1, 0),
}  # fmt: skip
DECLINES = {
    "unknown": (Reason.WRONG_DETAILS, "There is no such card in this currency."),
    "too_little": (Reason.INSUFFICIENT_FUNDS, "There is not enough on the card."),
    "too_much": ("too_much", "It is more than there is."),
    "not_authorized": ("not_authorized", "Nothing is held under this key."),
}
KNOWN = sa.text("select status from gift_card_movements where key = :key")
CARD = sa.text(
    "select gift_card_id, balance - held as free from gift_cards"
    " where code_hash = :hash and currency = :currency for update"
)
HOLD = sa.text(
    "select m.gift_card_id, m.status,"
    " (select coalesce(sum(amount) filter (where what = 'held'), 0)"
    " - coalesce(sum(amount) filter (where what in ('taken', 'freed')), 0) as held"
    " from gift_card_movements where held_by = m.key and status = 'done') as held,"
    " (select coalesce(sum(amount) filter (where what = 'taken'), 0)"
    " - coalesce(sum(amount) filter (where what = 'back'), 0)"
    " from gift_card_movements where held_by = m.key and status = 'done') as taken"
    " from gift_card_movements m where m.key = :key and m.what = 'held'"
)
LOCK = sa.text("select 1 from gift_cards where gift_card_id = :card for update")
MOVE = sa.text(
    "update gift_cards set balance = balance + :balance, held = held + :held"
    " where gift_card_id = :card"
)
WRITE = sa.text(
    "insert into gift_card_movements (key, gift_card_id, what, held_by, amount, status, at)"
    " values (:key, :card, :what, :held_by, :amount, :status, :at)"
)
ISSUE = sa.text(
    "insert into gift_cards"
    " (gift_card_id, code_hash, ending, currency, balance, held, customer, note, issued_at)"
    " values (:card, :hash, :ending, :currency, :amount, 0, :customer, :note, :at)"
)


class GiftCards:
    """The ledger, as a provider."""

    name = NAME

    def __init__(self, url: str) -> None:
        self._engine = new_engine(url, pool=POOL)

    def authorize(self, key: str, amount: int, currency: str, token: str) -> Answer:
        """Hold a part of a card's money."""

        def judge(connection: Connection) -> tuple[str, str, int]:
            asked = {"hash": hash_of(token), "currency": currency}
            card = connection.execute(CARD, asked).first()
            if card is None:
                return "", "unknown", amount
            good = card.free >= amount
            return card.gift_card_id, "done" if good else "too_little", amount

        return self._once(key, HELD, key, judge)

    def capture(self, key: str, authorization: str, amount: int) -> Answer:
        """Take what is held."""
        return self._of_hold(key, TAKEN, authorization, lambda hold: (amount, hold.held))

    def refund(self, key: str, authorization: str, amount: int) -> Answer:
        """Give back what was taken; it is on the card again."""
        return self._of_hold(key, BACK, authorization, lambda hold: (amount, hold.taken))

    def void(self, key: str, authorization: str) -> Answer:
        """Let go of what is held; nothing, if nothing is."""
        return self._of_hold(
            key, FREED, authorization, lambda hold: (hold.held, hold.held), lacking="done"
        )

    def look_up(self, key: str) -> Answer | None:
        """Tell what was written under a key."""
        with self._engine.begin() as connection:
            status = connection.scalar(KNOWN, {"key": key})
        return None if status is None else _told(key, status)

    def test(self) -> str:
        """Count the cards."""
        with self._engine.begin() as connection:
            number = connection.scalar(sa.text("select count(*) from gift_cards"))
        return f"There are {number} cards."

    def read_webhook(self, posted: ProviderWebhook) -> ProviderEvent:  # noqa: ARG002
        """Nobody posts anything about our own ledger."""
        raise Refused("bad_signature", "Gift cards have no webhooks.", "signature")

    def _of_hold(
        self,
        key: str,
        what: str,
        authorization: str,
        amounts: Callable[[Any], tuple[int, int]],
        *,
        lacking: str = "not_authorized",
    ) -> Answer:
        def judge(connection: Connection) -> tuple[str, str, int]:
            hold = connection.execute(HOLD, {"key": authorization}).first()
            if hold is None or hold.status != "done":
                return "", lacking, 0
            connection.execute(LOCK, {"card": hold.gift_card_id})
            hold = connection.execute(HOLD, {"key": authorization}).one()
            amount, most = amounts(hold)
            status = "done" if amount <= most else "too_much"
            return hold.gift_card_id, status, amount

        return self._once(key, what, authorization, judge)

    def _once(
        self,
        key: str,
        what: str,
        held_by: str,
        judge: Callable[[Connection], tuple[str, str, int]],
    ) -> Answer:
        """Write a movement and its effect, unless it was written before."""
        with self._engine.connect() as connection:
            connection.execution_options(isolation_level="READ COMMITTED")
            with connection.begin():
                turn = sa.text("select pg_advisory_xact_lock(hashtextextended(:key, 1))")
                connection.execute(turn, {"key": key})
                status = connection.scalar(KNOWN, {"key": key})
                if status is None:
                    card, status, amount = judge(connection)
                    _write(connection, key, card, what, held_by, amount, status, clock.now())
        return _told(key, status)


def new_code() -> str:
    """Make a code that nobody guesses, in groups that people can type."""
    chosen = [secrets.choice(ALPHABET) for _ in range(GROUPS * GROUP)]
    return "-".join("".join(chosen[i : i + GROUP]) for i in range(0, GROUPS * GROUP, GROUP))


def hash_of(code: str) -> str:
    """What is kept of a code, however it was typed."""
    plain = "".join(sign for sign in code.upper() if sign.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()


def issue(  # noqa: PLR0913 - what a card consists of
    connection: Connection, card: str, code: str, amount: int, currency: str, customer: str,
    note: str, now: datetime,
) -> None:  # fmt: skip
    """Write a new card and its first movement."""
    row = {
        "card": card, "hash": hash_of(code), "ending": code[-GROUP:], "currency": currency,
        "amount": amount, "customer": customer, "note": note, "at": now,
    }  # fmt: skip
    connection.execute(ISSUE, row)
    _write(connection, f"issued-{card}", card, ISSUED, "", amount, "done", now)


def _write(  # noqa: PLR0913 - the parts of one row
    connection: Connection, key: str, card: str, what: str, held_by: str, amount: int,
    status: str, now: datetime,
) -> None:  # fmt: skip
    row = {
        "key": key, "card": card, "what": what, "held_by": held_by, "amount": amount,
        "status": status, "at": now,
    }  # fmt: skip
    connection.execute(WRITE, row)
    if status == "done" and what in MOVES and card:
        balance, held = (amount * sign for sign in MOVES[what])
        connection.execute(MOVE, {"card": card, "balance": balance, "held": held})


def _told(key: str, status: str) -> Answer:
    if status in DECLINES:
        code, words = DECLINES[status]
        raise Declined(str(code), words)
    return Answer("succeeded", key)


KIND = Kind(
    kind=NAME,
    name="Gift cards and store credit",
    settings=(),
    capabilities=Capabilities(methods=("card",)),
    make=lambda _, url: GiftCards(url),
)
