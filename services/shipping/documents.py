"""What does a label look like? Four by six inches, a page for each parcel, a barcode to scan."""

import io
from collections.abc import Iterator

from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.units import inch, mm
from reportlab.pdfgen.canvas import Canvas

from contracts.values import Address, Money
from services.shipping.domain.parcel import Box
from services.shipping.domain.shipment import Shipment
from services.shipping.lettering import FONT, glyphs, printable, wrapped

PAGE = WIDTH, HEIGHT = 4 * inch, 6 * inch
MARGIN = 5 * mm
ROOM = WIDTH - 2 * MARGIN
LEADING = 1.25
SMALLEST = 5
BAR = 0.36 * mm


def labels(shipment: Shipment) -> bytes:
    """Draw all labels of a shipment, and a customs declaration where one is needed."""
    glyphs()
    paper = io.BytesIO()
    canvas = Canvas(paper, pagesize=PAGE, invariant=1)
    canvas.setTitle(f"Labels of {shipment.shipment_id}")
    for i, box in enumerate(shipment.boxes, 1):
        _label_page(canvas, shipment, box, f"{i} of {len(shipment.boxes)}")
    if shipment.abroad and shipment.customs:
        _customs_pages(canvas, shipment)
    canvas.save()
    return paper.getvalue()


def _label_page(canvas: Canvas, shipment: Shipment, box: Box, which: str) -> None:
    canvas.setFont(FONT, 16)
    canvas.drawString(MARGIN, HEIGHT - 11 * mm, printable(shipment.carrier.upper()))
    canvas.drawRightString(WIDTH - MARGIN, HEIGHT - 11 * mm, printable(shipment.service.upper()))
    for top in (14, 44, 94):
        canvas.line(MARGIN, HEIGHT - top * mm, WIDTH - MARGIN, HEIGHT - top * mm)
    _address(canvas, "FROM", shipment.ship_from, HEIGHT - 18 * mm, 24 * mm, largest=8)
    _address(canvas, "SHIP TO", shipment.ship_to, HEIGHT - 48 * mm, 44 * mm, largest=12)
    canvas.setFont(FONT, 8)
    canvas.drawString(MARGIN, HEIGHT - 98 * mm, f"Parcel {which}")
    canvas.drawCentredString(WIDTH / 2, HEIGHT - 98 * mm, f"{box.weight_g / 1000:.2f} kg")
    order = f"Order #{shipment.number}" if shipment.number else "Return"
    canvas.drawRightString(WIDTH - MARGIN, HEIGHT - 98 * mm, order)
    code = _barcode(box.tracking_number)
    code.drawOn(canvas, (WIDTH - code.width) / 2, 16 * mm)
    canvas.setFont(FONT, 11)
    canvas.drawCentredString(WIDTH / 2, 9 * mm, box.tracking_number)
    canvas.showPage()


def _barcode(number: str) -> Code128:
    code = Code128(number, barHeight=28 * mm, barWidth=BAR, quiet=True)
    if code.width <= WIDTH:
        return code
    return Code128(number, barHeight=28 * mm, barWidth=BAR * WIDTH / code.width, quiet=True)


def _address(  # noqa: PLR0913 - a place on paper
    canvas: Canvas, title: str, address: Address, top: float, height: float, *, largest: int
) -> None:
    """Write an address as large as there is room for, so that nothing of it is cut off."""
    canvas.setFont(FONT, 6)
    canvas.drawString(MARGIN, top, title)
    place = " ".join(filter(None, (address.postcode, address.city, address.region)))
    words = (
        address.name,
        address.company,
        address.line1,
        address.line2,
        place,
        address.country,
    )
    for size in range(largest, SMALLEST - 1, -1):
        lines = [line for text in words if text for line in wrapped(text, size, ROOM)]
        if len(lines) * size * LEADING <= height:
            break
    for i, line in enumerate(lines, 1):
        canvas.setFont(FONT, size)
        canvas.drawString(MARGIN, top - i * size * LEADING, line)


def _customs_pages(canvas: Canvas, shipment: Shipment) -> None:
    lines = list(_declaration(shipment))
    per_page = 38
    for start in range(0, len(lines), per_page):
        canvas.setFont(FONT, 11)
        canvas.drawString(MARGIN, HEIGHT - 10 * mm, "CUSTOMS DECLARATION CN 23")
        canvas.setFont(FONT, 7, ROOM)
        for i, line in enumerate(lines[start : start + per_page]):
            canvas.drawString(MARGIN, HEIGHT - 17 * mm - i * 3.4 * mm, line)
        canvas.showPage()


def _declaration(shipment: Shipment) -> Iterator[str]:
    for item in shipment.customs:
        worth = Money(amount=item.value * item.quantity, currency=shipment.currency)
        weight = f"{item.weight_g * item.quantity / 1000:.3f} kg"
        yield from wrapped(f"{item.quantity} × {item.description or item.sku}", 7, ROOM)
        facts = f"HS {item.hs_code} · made in {item.origin_country} · {weight} · {worth}"
        yield from wrapped(facts, 7, ROOM)
        yield ""
    total = sum(item.value * item.quantity for item in shipment.customs)
    worth = Money(amount=total, currency=shipment.currency)
    category = "returned goods" if shipment.return_id else "sale of goods"
    yield f"Total {worth} · {category} · DAP"
