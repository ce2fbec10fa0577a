"""How are gift cards issued, and what can be asked of them?"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from chassis.errors import NotFound, Refused
from chassis.transaction import Unit
from contracts import gift_cards as said
from services.payments.providers.gift_card import issue, new_code
from services.payments.tables import gift_card_movements as movements
from services.payments.tables import gift_cards as cards

MOST_MOVEMENTS = 100


def issue_card(wish: said.IssueGiftCard, work: Unit) -> said.GiftCardIssued:
    """Make a card with money on it; its code is told once."""
    if wish.amount.amount <= 0:
        raise Refused("invalid", "A card needs money on it.", "amount.amount")
    card, code = work.new_id("gft"), new_code()
    customer = wish.customer.lower()
    issue(
        work.session.connection(), card, code, wish.amount.amount, wish.amount.currency,
        customer, wish.note, work.now,
    )  # fmt: skip
    return said.GiftCardIssued(gift_card_id=card, code=code, amount=wish.amount)


def find_cards(session: Session, asked: said.FindGiftCards) -> said.GiftCardPage:
    """List cards, newest first."""
    query = sa.select(cards).order_by(cards.c.gift_card_id.desc()).limit(asked.limit + 1)
    if asked.customer:
        query = query.where(cards.c.customer == asked.customer.lower())
    if asked.ending:
        query = query.where(cards.c.ending == asked.ending.upper())
    if asked.after:
        query = query.where(cards.c.gift_card_id < asked.after)
    found = session.execute(query).all()
    page = tuple(_card(row) for row in found[: asked.limit])
    return said.GiftCardPage(
        cards=page, next=page[-1].gift_card_id if len(found) > asked.limit else ""
    )


def get_card(session: Session, asked: said.GiftCardRef) -> said.GiftCardLedger:
    """Show a card with its newest movements."""
    this = cards.c.gift_card_id == asked.gift_card_id
    row = session.execute(sa.select(cards).where(this)).first()
    if row is None:
        raise NotFound("gift card", asked.gift_card_id, "gift_card_id")
    query = (
        sa.select(movements)
        .where(movements.c.gift_card_id == asked.gift_card_id, movements.c.status == "done")
        .order_by(movements.c.at.desc(), movements.c.key)
        .limit(MOST_MOVEMENTS)
    )
    told = tuple(
        said.GiftCardMovement(at=m.at, what=m.what, amount=m.amount, key=m.key[:255])
        for m in session.execute(query)
    )
    return said.GiftCardLedger(card=_card(row), movements=told)


def _card(row: Any) -> said.GiftCard:
    return said.GiftCard(
        gift_card_id=row.gift_card_id,
        ending=row.ending,
        currency=row.currency,
        balance=row.balance,
        held=row.held,
        customer=row.customer,
        note=row.note,
        issued_at=row.issued_at,
    )
