"""How do customers hear of their parcels? By mails made of templates, sent by SMTP."""

from collections.abc import Sequence
from email.message import EmailMessage
from email.utils import format_datetime
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from chassis import clock
from chassis.config import read_settings
from chassis.mail import address_of, one_line
from services.shipping import qr
from services.shipping.carriers.carrier import LabelFile
from services.shipping.domain.shipment import Shipment
from services.shipping.papers import as_pdf


def compose(
    shipment: Shipment, kind: str, key: str, files: Sequence[LabelFile] = ()
) -> EmailMessage:
    """Make a mail; the key makes its Message-ID, so that a second sending can be recognized."""
    sender = address_of(read_settings().mail_from)
    mail = EmailMessage()
    mail["From"], mail["To"] = sender, address_of(shipment.email)
    mail["Subject"] = subject(shipment, kind)
    mail["Date"] = format_datetime(clock.now())
    mail["Message-ID"] = f"<{key.replace(':', '.')}@{sender.domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    _, _, words = _render(f"{kind}.txt", shipment).partition("\n")
    mail.set_content(words.strip() + "\n")
    mail.add_alternative(_render(f"{kind}.html", shipment), subtype="html")
    if kind == "return_label":
        paper = as_pdf(shipment, files)
        mail.add_attachment(
            paper, maintype="application", subtype="pdf", filename="return-label.pdf"
        )
        code = qr.png(shipment.boxes[0].tracking_number)
        mail.add_attachment(code, maintype="image", subtype="png", filename="return-label.png")
    return mail


def subject(shipment: Shipment, kind: str) -> str:
    """Give the subject of a mail: the first line of its template."""
    first, _, _ = _render(f"{kind}.txt", shipment).partition("\n")
    return one_line(first.removeprefix("Subject: "))


def _render(template: str, shipment: Shipment) -> str:
    words = {"shipment": shipment, "name": one_line(shipment.customer.name)}
    return _templates().get_template(template).render(words)


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
    )
