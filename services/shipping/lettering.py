"""With which letters is paper printed, and how does a text fit into its place?"""

import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

FONT = "DejaVuSans"
FONT_FILE = Path(__file__).parent / "fonts" / "DejaVuSans.ttf"
MISSING = "\N{WHITE SQUARE}"


def wrapped(text: str, size: float, room: float) -> Iterator[str]:
    """Break a text into lines that fit, within a word where one is longer than a line."""
    for line in simpleSplit(printable(text), FONT, size, room):
        while pdfmetrics.stringWidth(line, FONT, size) > room:
            part = next(
                n
                for n in range(len(line), 0, -1)
                if pdfmetrics.stringWidth(line[:n], FONT, size) <= room
            )
            yield line[:part]
            line = line[part:]  # noqa: PLW2901
        yield line


def printable(text: str) -> str:
    """Leave out what controls, and show as a box what the font lacks."""
    known = glyphs()
    kept = (c for c in unicodedata.normalize("NFC", text) if unicodedata.category(c)[0] != "C")
    return "".join(c if ord(c) in known else MISSING for c in kept)


@cache
def glyphs() -> frozenset[int]:
    """Load the font once, and tell which characters it has."""
    font = TTFont(FONT, str(FONT_FILE))
    pdfmetrics.registerFont(font)
    return frozenset(font.face.charToGlyph)
