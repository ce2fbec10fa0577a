"""Which paper goes into the box? The packing slip: who gets what, without prices."""

import unicodedata
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Literal
from xml.sax.saxutils import escape

from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from contracts.values import Address
from contracts.warehouse import Fulfillment, PickLine

FONT = "DejaVuSans"
FONT_FILE = Path(__file__).parent / "fonts" / "DejaVuSans.ttf"
MISSING = "\N{WHITE SQUARE}"
GREY = colors.HexColor("#666666")
RULE = colors.HexColor("#bbbbbb")
WIDTH = A4[0] - 40 * mm
COLUMNS = [20 * mm, WIDTH - 85 * mm, 45 * mm, 20 * mm]


def packing_slip(order: Fulfillment, sender: Address | None) -> bytes:
    """Print the packing slip of a fulfillment order as PDF; the same order gives the same bytes."""
    _glyphs()
    paper = BytesIO()
    slip = SimpleDocTemplate(
        paper,
        pagesize=A4,
        leftMargin=20 * mm,
        rightMargin=20 * mm,
        topMargin=20 * mm,
        bottomMargin=20 * mm,
        title=f"Packing slip for order {order.number}",
        invariant=1,
    )

    def number_page(canvas: Canvas, _: object) -> None:
        canvas.saveState()
        canvas.setFont(FONT, 8)
        canvas.setFillColor(GREY)
        canvas.drawString(20 * mm, 12 * mm, f"Order {order.number} · {order.fulfillment_order_id}")
        canvas.drawRightString(A4[0] - 20 * mm, 12 * mm, f"Page {canvas.getPageNumber()}")
        canvas.restoreState()

    slip.build([*_head(order, sender), *_items(order)], number_page, number_page)
    return paper.getvalue()


def _head(order: Fulfillment, sender: Address | None) -> list[Flowable]:
    code = Code128(order.fulfillment_order_id, barWidth=0.38 * mm, barHeight=14 * mm, quiet=True)
    code.hAlign = "CENTER"
    title = Table(
        [[_text("Packing slip", 20), _text(f"Order {order.number}", 14, align=2)]],
        colWidths=[WIDTH / 2, WIDTH / 2],
    )
    title.setStyle(
        TableStyle([("VALIGN", (0, 0), (-1, -1), "BOTTOM"), _flush_left(), _flush_right()])
    )
    places = Table(
        [
            [_text("Ship to", 8, GREY), _text("From", 8, GREY)],
            [_address(order.ship_to, 11), _address(sender, 9) if sender else ""],
        ],
        colWidths=[WIDTH * 0.6, WIDTH * 0.4],
    )
    places.setStyle(
        TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), _flush_left(), _flush_right()])
    )
    caption = _text(order.fulfillment_order_id, 8, GREY, align=1)
    space = Spacer(1, 8 * mm)
    return [title, space, places, space, code, Spacer(1, 1 * mm), caption, space]


def _items(order: Fulfillment) -> list[Flowable]:
    sent = sorted(
        ((line.name or line.sku, line) for line in order.lines if _to_send(line)),
        key=lambda named: (named[0].casefold(), named[1].line_id),
    )
    head: list[Flowable] = [
        _text(words, 8, GREY) for words in ("Quantity", "Item", "SKU", "Checked")
    ]
    rows: list[list[Flowable]] = [head]
    rows += [
        [_text(str(_to_send(line)), 11), _text(name, 10), _text(line.sku, 9), _box()]
        for name, line in sent
    ]
    pieces = str(sum(_to_send(line) for _, line in sent))
    rows.append([_text(pieces, 11), _text("in this delivery", 10), Spacer(1, 1), Spacer(1, 1)])
    table = Table(rows, colWidths=COLUMNS, repeatRows=1)
    table.setStyle(
        TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
                ("LINEBELOW", (0, 0), (-1, 0), 1, colors.black),
                ("LINEBELOW", (0, 1), (-1, -3), 0.4, RULE),
                ("LINEABOVE", (0, -1), (-1, -1), 1, colors.black),
                ("TOPPADDING", (0, 1), (-1, -1), 5),
                ("BOTTOMPADDING", (0, 1), (-1, -1), 6),
                _flush_left(),
            ]
        )
    )
    return [table]


def _to_send(line: PickLine) -> int:
    return line.packed or line.quantity - line.short


def _box() -> Table:
    """Draw an empty square to tick."""
    box = Table([[""]], colWidths=[4 * mm], rowHeights=[4 * mm], hAlign="LEFT")
    box.setStyle(TableStyle([("BOX", (0, 0), (-1, -1), 0.8, colors.black)]))
    return box


def _address(address: Address, size: int) -> Paragraph:
    town = " ".join(part for part in (address.postcode, address.city) if part)
    lines = (
        address.name,
        address.company,
        address.line1,
        address.line2,
        town,
        address.region,
        address.country,
    )
    return _text("\n".join(line for line in lines if line), size)


def _text(
    words: str, size: int, color: colors.Color = colors.black, align: Literal[0, 1, 2] = 0
) -> Paragraph:
    style = ParagraphStyle(
        "text", fontName=FONT, fontSize=size, leading=size * 1.3, textColor=color, alignment=align
    )
    return Paragraph("<br/>".join(escape(_printable(line)) for line in words.split("\n")), style)


def _printable(words: str) -> str:
    """Put a square in place of what the font does not have, so that nothing vanishes unseen."""
    known = _glyphs()
    kept = (c for c in unicodedata.normalize("NFC", words) if unicodedata.category(c)[0] != "C")
    return "".join(c if ord(c) in known else MISSING for c in kept)


@cache
def _glyphs() -> frozenset[int]:
    """Load the font once, and tell which characters it has."""
    font = TTFont(FONT, str(FONT_FILE))
    pdfmetrics.registerFont(font)
    return frozenset(font.face.charToGlyph)


def _flush_left() -> tuple[str, tuple[int, int], tuple[int, int], int]:
    return ("LEFTPADDING", (0, 0), (0, -1), 0)


def _flush_right() -> tuple[str, tuple[int, int], tuple[int, int], int]:
    return ("RIGHTPADDING", (-1, 0), (-1, -1), 0)
