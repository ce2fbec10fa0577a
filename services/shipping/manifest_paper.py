"""What does the driver sign? A list of all parcels, with counts, a barcode and room for a name."""

import io
from collections import Counter

from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from services.shipping.domain.manifest import Manifest
from services.shipping.lettering import FONT, glyphs, printable

EDGE = 18 * mm
ROOM = A4[0] - 2 * EDGE
COLUMNS = [12 * mm, 66 * mm, 26 * mm, 36 * mm, ROOM - 140 * mm]
HEADS = ("No.", "Tracking number", "Order", "To", "Weight")
RULE = colors.HexColor("#bbbbbb")


def manifest_list(manifest: Manifest) -> bytes:
    """Print a manifest as PDF; the same manifest gives the same bytes."""
    glyphs()
    paper = io.BytesIO()
    title = f"Manifest {manifest.manifest_id}"
    sheets = SimpleDocTemplate(
        paper, pagesize=A4, leftMargin=EDGE, rightMargin=EDGE, topMargin=EDGE, bottomMargin=EDGE,
        title=title, invariant=1,
    )  # fmt: skip

    def number_page(canvas: Canvas, _: object) -> None:
        canvas.setFont(FONT, 8)
        canvas.drawString(EDGE, 10 * mm, title)
        canvas.drawRightString(A4[0] - EDGE, 10 * mm, f"Page {canvas.getPageNumber()}")

    sheets.build([*_head(manifest), _parcels(manifest), *_foot()], number_page, number_page)
    return paper.getvalue()


def _head(manifest: Manifest) -> list[Flowable]:
    code = Code128(manifest.manifest_id, barWidth=0.33 * mm, barHeight=14 * mm, quiet=True)
    code.hAlign = "LEFT"
    weight = sum(parcel.weight_g for parcel in manifest.parcels) / 1000
    services = Counter(parcel.service for parcel in manifest.parcels)
    counts = ", ".join(f"{count} × {service}" for service, count in sorted(services.items()))
    where = f" from {manifest.warehouse_id}" if manifest.warehouse_id else ""
    orders = len(manifest.shipment_ids)
    return [
        _text(f"Manifest for {manifest.carrier}{where}", 16),
        _text(f"{manifest.closed_at:%Y-%m-%d %H:%M} UTC · {manifest.closed_by}", 9),
        Spacer(1, 4 * mm),
        code,
        _text(manifest.manifest_id, 8),
        Spacer(1, 4 * mm),
        _text(f"{len(manifest.parcels)} parcels of {orders} shipments · {weight:.2f} kg", 12),
        _text(counts, 9),
        Spacer(1, 4 * mm),
    ]


def _parcels(manifest: Manifest) -> Table:
    rows = [
        (
            str(number),
            printable(parcel.tracking_number),
            f"#{parcel.number}",
            printable(f"{parcel.country} {parcel.postcode}"),
            f"{parcel.weight_g / 1000:.2f} kg",
        )
        for number, parcel in enumerate(manifest.parcels, 1)
    ]
    table = Table([HEADS, *rows], colWidths=COLUMNS, repeatRows=1)
    table.setStyle(
        TableStyle([
            ("FONT", (0, 0), (-1, -1), FONT, 8),
            ("LINEBELOW", (0, 0), (-1, -1), 0.4, RULE),
            ("ALIGN", (-1, 0), (-1, -1), "RIGHT"),
        ])
    )  # fmt: skip
    return table


def _foot() -> list[Flowable]:
    fields = Table([["Received by (name)", "Date and time", "Signature"]], colWidths=[ROOM / 3] * 3)
    fields.setStyle(
        TableStyle([("FONT", (0, 0), (-1, -1), FONT, 8), ("LINEABOVE", (0, 0), (-1, 0), 0.6, RULE)])
    )
    return [Spacer(1, 22 * mm), fields]


def _text(text: str, size: float) -> Paragraph:
    safe = printable(text).replace("&", "&amp;").replace("<", "&lt;")
    return Paragraph(
        safe, ParagraphStyle("plain", fontName=FONT, fontSize=size, leading=size * 1.3)
    )
