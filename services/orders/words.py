"""By which words is an order found?

Every word is found by its start, and so is what stands behind a sign in it: `TEE-BLUE-42` also by
`blue`, `ann@example.com` also by `example.com`. PostgreSQL's own parser of texts is not asked: it
cuts SKUs and e-mails in ways that nobody who types their first letters expects.
"""

import re
import unicodedata
from collections.abc import Iterable

from services.orders.domain.order import Order

START_OF_PART = re.compile(r"(?<![^\W_])[^\W_]")


def terms_of(order: Order) -> str:
    """All words of an order, each once, with a space between."""
    told = [
        str(order.number),
        order.channel_order_id,
        order.customer_name,
        order.customer.name,
        order.customer.email,
        order.customer.phone,
        order.ship_to.name,
        order.ship_to.postcode,
        *(line.sku for line in order.lines),
        *(number for sending in order.sendings for number in sending.tracking_numbers),
    ]
    return " ".join(dict.fromkeys(part for word in _words(" ".join(told)) for part in _parts(word)))


def query_for(text: str) -> str:
    """A tsquery for orders in which each word of the text begins some term; empty for no words."""
    return " & ".join(f"'{_quoted(word)}':*" for word in _words(text))


def _words(text: str) -> list[str]:
    return unicodedata.normalize("NFKC", text.replace("\x00", "")).casefold().split()


def _parts(word: str) -> Iterable[str]:
    yield word
    for start in START_OF_PART.finditer(word):
        yield word[start.start() :]


def _quoted(word: str) -> str:
    return word.replace("\\", "\\\\").replace("'", "''")
