"""Which SKUs may a listing be? Those with its barcode, then those that are called so or like it.

Names are compared by their letters and digits alone. Nothing is mapped by a suggestion.
"""

import re
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from contracts.mending import FindSuggestions, ListingMatch, Suggestion, Suggestions
from services.channels.tables import PLAIN_SKU

MOST, SHORTEST = 5, 4
GTIN = re.compile(r"[0-9]{8,14}")
LONGEST_GTIN = 14
BY_BARCODE = sa.text(
    "select sku, name from skus where exists (select 1 from unnest(cast(:codes as text[])) c"
    " where barcodes @> to_jsonb(c)) order by sku limit :most"
)
BY_NAME = sa.text(
    f"select sku, name, {PLAIN_SKU} as plain from skus where {PLAIN_SKU} = any(:beginnings)"  # noqa: S608 - our own words
    f" or {PLAIN_SKU} like :longer order by {PLAIN_SKU} <> :plain,"
    f" abs(length({PLAIN_SKU}) - length(:plain)), sku limit :most"
)


def find_suggestions(session: Session, asked: FindSuggestions) -> Suggestions:
    """Suggest SKUs for a listing, the likeliest first."""
    found: dict[str, Suggestion] = {}

    def add(row: sa.Row[tuple[str, str]], why: ListingMatch) -> None:
        found.setdefault(row.sku, Suggestion(sku=row.sku, name=row.name[:255], why=why))

    if codes := barcodes_of(asked.listing):
        for row in session.execute(BY_BARCODE, {"codes": codes, "most": MOST}):
            add(row, "barcode")
    plain = plain_of(asked.listing)
    if len(plain) >= SHORTEST:
        beginnings = [plain[:end] for end in range(SHORTEST, len(plain) + 1)]
        said = {"plain": plain, "beginnings": beginnings, "longer": f"{plain}%", "most": MOST}
        for row in session.execute(BY_NAME, said):
            add(row, "sku" if row.plain == plain else "similar")
    return Suggestions(suggestions=tuple(found.values())[:MOST])


def plain_of(listing: str) -> str:
    """The letters and digits of a listing's name, without what stands before its colon."""
    _, _, name = listing.rpartition(":")
    return re.sub(r"[^a-z0-9]", "", name.lower())


def barcodes_of(listing: str) -> Sequence[str]:
    """What a listing's barcode may be kept as: with zeros in front, or without."""
    code = listing.rpartition(":")[2].strip()
    if not GTIN.fullmatch(code):
        return []
    short = code.lstrip("0")
    return sorted({short.rjust(length, "0") for length in range(len(short), LONGEST_GTIN + 1)})
