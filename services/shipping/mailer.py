"""How do customers hear of their parcels? By mails made of templates, sent by SMTP."""

import smtplib
import ssl
from contextlib import suppress
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from chassis import clock
from chassis.config import read_settings
from chassis.outside import Declined
from services.shipping.documents import labels
from services.shipping.domain.shipment import Shipment

TIMEOUT_SECONDS = 15
PERMANENT = 500


def compose(shipment: Shipment, kind: str, key: str) -> EmailMessage:
    """Make a mail; the key makes its Message-ID, so that a second sending can be recognized."""
    sender = _address(read_settings().mail_from)
    mail = EmailMessage()
    mail["From"], mail["To"] = sender, _address(shipment.email)
    mail["Subject"] = subject(shipment, kind)
    mail["Date"] = format_datetime(clock.now())
    mail["Message-ID"] = f"<{key.replace(':', '.')}@{sender.domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    _, _, words = _render(f"{kind}.txt", shipment).partition("\n")
    mail.set_content(words.strip() + "\n")
    mail.add_alternative(_render(f"{kind}.html", shipment), subtype="html")
    if kind == "return_label":
        mail.add_attachment(
            labels(shipment), maintype="application", subtype="pdf", filename="return-label.pdf"
        )
    return mail


def subject(shipment: Shipment, kind: str) -> str:
    """Give the subject of a mail: the first line of its template."""
    first, _, _ = _render(f"{kind}.txt", shipment).partition("\n")
    return _one_line(first.removeprefix("Subject: "))


def send(mail: EmailMessage, uri: str) -> None:
    """Send a mail through `smtp://user:password@host:port` or `smtps://…`.

    Raises Declined where the server will never take it, else OSError; neither tells the address.
    A password goes over TLS only.
    """
    where = urlsplit(uri)
    server = _connect(where.scheme, where.hostname or "127.0.0.1", where.port or 25)
    try:
        if where.username:
            if where.scheme != "smtps":
                server.starttls(context=ssl.create_default_context())
            server.login(unquote(where.username), unquote(where.password or ""))
        _hand_in(mail, server)
    finally:
        with suppress(OSError):  # what was taken is taken, however the server says good-bye
            server.quit()
        server.close()


def _connect(scheme: str, host: str, port: int) -> smtplib.SMTP:
    if scheme == "smtps":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_SECONDS, context=context)
    return smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS)


def _hand_in(mail: EmailMessage, server: smtplib.SMTP) -> None:
    try:
        server.send_message(mail)
    except smtplib.SMTPRecipientsRefused as refusal:
        code = max(code for code, _ in refusal.recipients.values())
        _give_up_or_wait(code, "recipient")
    except smtplib.SMTPResponseException as refusal:
        _give_up_or_wait(refusal.smtp_code, "mail")


def _give_up_or_wait(code: int, what: str) -> None:
    told = f"The mail server refused the {what} with {code}."
    if code >= PERMANENT:
        raise Declined("mail_refused", told) from None
    raise OSError(told) from None


def _render(template: str, shipment: Shipment) -> str:
    words = {"shipment": shipment, "name": _one_line(shipment.customer.name)}
    return _templates().get_template(template).render(words)


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
    )


def _address(text: str) -> Address:
    try:
        return Address(addr_spec=text)
    except (HeaderParseError, ValueError, IndexError):
        raise Declined("bad_address", "This is no e-mail address.") from None


def _one_line(text: str) -> str:
    return " ".join(text.split())
