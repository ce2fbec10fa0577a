"""Which SKUs may a listing be? Those with its barcode, then those that are called so or like it.

Names are compared by their letters and digits alone. Nothing is mapped by a suggestion.
"""

import re
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from contracts.mending import FindSuggestions, ListingMatch, Suggestion, Suggestions
from services.channels.domain.listing import plain_of

MOST, SHORTEST = 5, 4
GTIN = re.compile(r"[0-9]{8,14}")
LONGEST_GTIN = 14
BY_BARCODE = sa.text(
    "select sku, name from skus where exists (select 1 from unnest(cast(:codes as text[])) c"
    " where barcodes @> to_jsonb(c)) order by sku limit :most"
)
BY_NAME = sa.text(
    "select sku, name, plain from skus where plain = any(:beginnings) or plain like :longer"
    " order by plain <> :plain, abs(length(plain) - length(:plain)), sku limit :most"
)


def find_suggestions(session: Session, asked: FindSuggestions) -> Suggestions:
    """Suggest SKUs for a listing, the likeliest first."""
    found: dict[str, Suggestion] = {}

    def add(row: sa.Row[tuple[str, str]], why: ListingMatch) -> None:
        found.setdefault(row.sku, Suggestion(sku=row.sku, name=row.name[:255], why=why))

    if codes := barcodes_of(asked.listing):
        for row in session.execute(BY_BARCODE, {"codes": codes, "most": MOST}):
            add(row, "barcode")
    plain = plain_of(asked.listing.rpartition(":")[2])
    if len(plain) >= SHORTEST:
        beginnings = [plain[:end] for end in range(SHORTEST, len(plain) + 1)]
        said = {"plain": plain, "beginnings": beginnings, "longer": f"{plain}%", "most": MOST}
        for row in session.execute(BY_NAME, said):
            add(row, "sku" if row.plain == plain else "similar")
    return Suggestions(suggestions=tuple(found.values())[:MOST])


def barcodes_of(listing: str) -> Sequence[str]:
    """What a listing's barcode may be kept as: with zeros in front, or without."""
    code = listing.rpartition(":")[2].strip()
    if not GTIN.fullmatch(code):
        return []
    short = code.lstrip("0")
    return sorted({short.rjust(length, "0") for length in range(len(short), LONGEST_GTIN + 1)})
