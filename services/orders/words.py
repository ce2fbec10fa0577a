"""By which words is an order found?

Every word is found by its start, and so is what stands behind a sign in it: `TEE-BLUE-42` also by
`blue`, `ann@example.com` also by `example.com`. PostgreSQL's own parser of texts is not asked: it
cuts SKUs and e-mails in ways that nobody who types their first letters expects.

A barcode is not kept with an order: it is looked up among the SKUs when somebody searches, and
stands for those that have it. So it costs nothing when an order is accepted, and a barcode that a
SKU gets later is right for the orders before.

Each word is kept with the week in which its order was placed in front of it: `2956smith`. So the
newest of all Smiths are found without looking at the others (see finding.py), and what is written
today lies together in the index, however large that has grown. A tag is kept whole, behind a tab.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime

from services.orders.domain.order import Order

START_OF_PART = re.compile(r"(?<![^\W_])[^\W_]")
FIRST_DAY = date(1970, 1, 5).toordinal()  # a Monday
LAST_WEEK = 9999
Asked = tuple[tuple[str, ...], ...]  # one of these, and of it all


def week_of(at: datetime) -> int:
    """The number of a moment's week; what is out of all bounds is in the first or the last."""
    week = (at.astimezone(UTC).toordinal() - FIRST_DAY) // 7
    return min(max(week, 0), LAST_WEEK)


def terms_of(order: Order) -> str:
    """All words and tags of an order with its week, each once, with a space between."""
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
        *order.papers,
    ]
    return terms(week_of(order.placed_at), " ".join(told), order.tags)


def terms(week: int, text: str, tags: Iterable[str]) -> str:
    """All words of a text and all tags, with the week, each once, with a space between."""
    parts = dict.fromkeys(part for word in _words(text) for part in _parts(word))
    return " ".join([f"{week:04}{part}" for part in parts] + [f"{week:04}{_tag(t)}" for t in tags])


def codes_in(text: str) -> list[str]:
    """The words of a text as barcodes may be written."""
    words = unicodedata.normalize("NFKC", text.replace("\x00", "")).split()
    return list(dict.fromkeys(code for word in words for code in (word, word.upper())))


def asked_for(text: str, tag: str, coded: Mapping[str, Sequence[str]] | None = None) -> list[Asked]:
    """What a term must begin with for each word of the text, and what it must be for the tag.

    `coded` tells which SKUs have a word as their barcode: they are as good as the word itself.
    """
    words: list[Asked] = []
    for word in _words(text):
        named = [sku for code, skus in (coded or {}).items() if code.casefold() == word
                 for sku in skus]  # fmt: skip
        goods = [tuple(f"{_quoted(part)}'" for part in _words(sku)) for sku in named]
        words.append(((f"{_quoted(word)}':*",), *goods))
    return [*words, ((f"{_quoted(_tag(tag))}'",),)] if tag else words


def queries_for(asked: Sequence[Asked], weeks: Iterable[int]) -> list[str]:
    """A tsquery for each week: the orders that have all that is asked for."""
    return [" & ".join(f"({_any_of(each, week)})" for each in asked) for week in weeks]


def _any_of(ways: Asked, week: int) -> str:
    return " | ".join(" & ".join(f"'{week:04}{part}" for part in way) for way in ways)


def _words(text: str) -> list[str]:
    return unicodedata.normalize("NFKC", text.replace("\x00", "")).casefold().split()


def _parts(word: str) -> Iterable[str]:
    yield word
    for start in START_OF_PART.finditer(word):
        yield word[start.start() :]


def _tag(tag: str) -> str:
    return "\t" + tag.replace(" ", "\t")  # no word has a tab in it


def _quoted(word: str) -> str:
    return word.replace("\\", "\\\\").replace("'", "''")
