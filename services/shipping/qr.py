"""How does somebody send a parcel back who has no printer? By showing a code at the counter."""

import io

from PIL import Image
from reportlab.graphics.barcode.qrencoder import QRCode, QRErrorCorrectLevel

QUIET, DOTS = 4, 8  # modules around it, as ISO/IEC 18004 wants; dots of a module


def png(text: str) -> bytes:
    """Draw a text as a QR code."""
    code = QRCode(None, QRErrorCorrectLevel.M)
    code.addData(text)
    code.make()
    count = code.getModuleCount()  # type: ignore[no-untyped-call]
    picture = Image.new("1", (count + 2 * QUIET,) * 2, 1)
    for row in range(count):
        for column in range(count):
            if code.isDark(row, column):  # type: ignore[no-untyped-call]
                picture.putpixel((column + QUIET, row + QUIET), 0)
    paper = io.BytesIO()
    size = (count + 2 * QUIET) * DOTS
    picture.resize((size, size), Image.Resampling.NEAREST).save(paper, "PNG")
    return paper.getvalue()
