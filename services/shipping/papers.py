"""Which paper goes with the parcels? The carrier's own; ours where it gives none."""

import base64
import io
from collections.abc import Sequence

from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from chassis.errors import Refused
from contracts.warehouse import Document
from services.shipping import zpl
from services.shipping.carriers.carrier import LabelFile
from services.shipping.documents import PAGE, labels
from services.shipping.domain.shipment import Shipment

PDF, PNG, ZPL = "application/pdf", "image/png", "application/zpl"


def as_pdf(shipment: Shipment, files: Sequence[LabelFile]) -> bytes:
    """All labels in one PDF, a page or more for each parcel."""
    if not files:
        return labels(shipment)
    if any(file.media_type == ZPL for file in files):
        raise Refused("other_format", "The carrier gave these labels as ZPL: ask for label.zpl.")
    return joined(files)


def joined(files: Sequence[LabelFile]) -> bytes:
    """Several papers as one PDF, pictures on a page of their own."""
    if len(files) == 1 and files[0].media_type == PDF:
        return files[0].content
    writer, paper = PdfWriter(), io.BytesIO()
    for file in files:
        content = file.content if file.media_type == PDF else _page_of(file.content)
        try:
            writer.append(PdfReader(io.BytesIO(content)))
        except PyPdfError:
            raise Refused("unreadable", "The carrier's paper is no PDF that can be read.") from None
    writer.write(paper)
    return paper.getvalue()


def as_zpl(shipment: Shipment, files: Sequence[LabelFile]) -> bytes:
    """All labels for a printer that understands ZPL, one behind the other."""
    if not files:
        return zpl.labels(shipment)
    if any(file.media_type != ZPL for file in files):
        raise Refused(
            "other_format", "The carrier gave no ZPL for these labels: ask for label.pdf."
        )
    return b"\n".join(file.content for file in files)


def document(name: str, media_type: str, content: bytes) -> Document:
    """A paper as it is sent to whoever prints it."""
    return Document(name=name, media_type=media_type, base64=base64.b64encode(content).decode())


def _page_of(picture: bytes) -> bytes:
    paper = io.BytesIO()
    canvas = Canvas(paper, pagesize=PAGE, invariant=1)
    width, height = PAGE
    image = ImageReader(io.BytesIO(picture))
    canvas.drawImage(image, 0, 0, width, height, preserveAspectRatio=True)
    canvas.showPage()
    canvas.save()
    return paper.getvalue()
