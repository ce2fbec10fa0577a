"""How do customers hear of their parcels? By mails made of templates, sent by SMTP."""

import smtplib
from email.message import EmailMessage
from email.utils import make_msgid
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from services.shipping.domain.shipment import Shipment

SENDER = "orders@example.com"
TIMEOUT_SECONDS = 15


def compose(shipment: Shipment, kind: str, key: str) -> EmailMessage:
    """Make a mail; the key makes its Message-ID, so that a second sending can be recognized."""
    words = {"shipment": shipment, "name": _one_line(shipment.ship_to.name)}
    text = _templates().get_template(f"{kind}.txt").render(words)
    subject, _, body = text.partition("\n")
    mail = EmailMessage()
    mail["From"], mail["To"] = SENDER, _one_line(shipment.email)
    mail["Subject"] = _one_line(subject.removeprefix("Subject: "))
    mail["Message-ID"] = f"<{key.replace(':', '.')}@oms>" if key else make_msgid(domain="oms")
    mail.set_content(body.strip() + "\n")
    mail.add_alternative(_templates().get_template(f"{kind}.html").render(words), subtype="html")
    return mail


def send(mail: EmailMessage, uri: str) -> None:
    """Send a mail through `smtp://user:password@host:port` or `smtps://…`; raises OSError."""
    where = urlsplit(uri)
    kind = smtplib.SMTP_SSL if where.scheme == "smtps" else smtplib.SMTP
    with kind(where.hostname or "127.0.0.1", where.port or 25, timeout=TIMEOUT_SECONDS) as server:
        if where.username:
            server.login(unquote(where.username), unquote(where.password or ""))
        server.send_message(mail)


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())
