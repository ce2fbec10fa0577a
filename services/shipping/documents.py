"""What does a label look like? Four by six inches, a page for each parcel, with a barcode to scan."""

import base64
import io
from pathlib import Path

import reportlab
from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.units import inch, mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from contracts.values import Address, Money
from contracts.warehouse import Document
from services.shipping.domain.shipment import Box, Shipment

PAGE = (4 * inch, 6 * inch)
FONT, BOLD = "Vera", "VeraBd"
MARGIN = 5 * mm


def label(shipment: Shipment) -> Document:
    """Draw all labels of a shipment, and a customs declaration where one is needed."""
    _register_fonts()
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=PAGE, invariant=1)
    canvas.setTitle(f"Labels of {shipment.shipment_id}")
    for i, box in enumerate(shipment.boxes, 1):
        _label_page(canvas, shipment, box, f"{i} of {len(shipment.boxes)}")
    if shipment.abroad and shipment.customs:
        _customs_page(canvas, shipment)
    canvas.save()
    return Document(
        name=f"label-{shipment.shipment_id}.pdf",
        media_type="application/pdf",
        base64=base64.b64encode(buffer.getvalue()).decode(),
    )


def _label_page(canvas: Canvas, shipment: Shipment, box: Box, which: str) -> None:
    width, height = PAGE
    canvas.setFont(BOLD, 16)
    canvas.drawString(MARGIN, height - 11 * mm, shipment.carrier.upper())
    canvas.drawRightString(width - MARGIN, height - 11 * mm, shipment.service.upper())
    canvas.line(MARGIN, height - 14 * mm, width - MARGIN, height - 14 * mm)
    _address(canvas, "FROM", shipment.ship_from, height - 19 * mm, 8)
    canvas.line(MARGIN, height - 46 * mm, width - MARGIN, height - 46 * mm)
    _address(canvas, "SHIP TO", shipment.ship_to, height - 52 * mm, 11)
    canvas.line(MARGIN, height - 94 * mm, width - MARGIN, height - 94 * mm)
    canvas.setFont(FONT, 8)
    canvas.drawString(MARGIN, height - 98 * mm, f"Parcel {which}")
    canvas.drawCentredString(width / 2, height - 98 * mm, f"{box.weight_g / 1000:.2f} kg")
    order = f"Order #{shipment.number}" if shipment.number else "Return"
    canvas.drawRightString(width - MARGIN, height - 98 * mm, order)
    code = Code128(box.tracking_number, barHeight=28 * mm, barWidth=0.36 * mm, quiet=True)
    code.drawOn(canvas, (width - code.width) / 2, 16 * mm)
    canvas.setFont(BOLD, 11)
    canvas.drawCentredString(width / 2, 9 * mm, box.tracking_number)
    canvas.showPage()


def _address(canvas: Canvas, title: str, address: Address, top: float, size: int) -> None:
    canvas.setFont(FONT, 6)
    canvas.drawString(MARGIN, top, title)
    lines = [
        address.name,
        address.company,
        address.line1,
        address.line2,
        f"{address.postcode} {address.city} {address.region}".strip(),
        address.country,
    ]
    for i, line in enumerate(line for line in lines if line):
        canvas.setFont(BOLD if i == 0 else FONT, size)
        canvas.drawString(MARGIN, top - (i + 1) * size * 1.3, _fitting(line, size))


def _customs_page(canvas: Canvas, shipment: Shipment) -> None:
    _, height = PAGE
    canvas.setFont(BOLD, 12)
    canvas.drawString(MARGIN, height - 10 * mm, "CUSTOMS DECLARATION CN 23")
    canvas.setFont(FONT, 7)
    y = height - 18 * mm
    for item in shipment.customs:
        worth = Money(amount=item.value * item.quantity, currency=shipment.currency)
        text = f"{item.quantity} × {item.description or item.sku}"
        canvas.drawString(MARGIN, y, _fitting(text, 7))
        facts = f"HS {item.hs_code} · made in {item.origin_country} · {worth}"
        canvas.drawString(MARGIN, y - 3.2 * mm, facts)
        y -= 9 * mm
        if y < 15 * mm:
            canvas.showPage()
            canvas.setFont(FONT, 7)
            y = height - 12 * mm
    total = sum(item.value * item.quantity for item in shipment.customs)
    canvas.setFont(BOLD, 8)
    worth = Money(amount=total, currency=shipment.currency)
    canvas.drawString(MARGIN, 8 * mm, f"Total {worth} · sale of goods · DAP")
    canvas.showPage()


def _fitting(text: str, size: int) -> str:
    room = PAGE[0] - 2 * MARGIN
    while text and pdfmetrics.stringWidth(text, BOLD, size) > room:
        text = text[:-1]
    return text


def _register_fonts() -> None:
    if FONT in pdfmetrics.getRegisteredFontNames():
        return
    folder = Path(reportlab.__file__).parent / "fonts"
    pdfmetrics.registerFont(TTFont(FONT, folder / "Vera.ttf"))
    pdfmetrics.registerFont(TTFont(BOLD, folder / "VeraBd.ttf"))
