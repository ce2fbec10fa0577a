"""How does a mail leave? By SMTP, over TLS where there is a password."""

import smtplib
import ssl
from contextlib import suppress
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from chassis.outside import Declined

TIMEOUT_SECONDS = 15
PERMANENT = 500


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


def address_of(text: str) -> Address:
    """Read an e-mail address; raises Declined if it is none."""
    try:
        return Address(addr_spec=text)
    except (HeaderParseError, ValueError, IndexError):
        raise Declined("bad_address", "This is no e-mail address.") from None


def one_line(text: str) -> str:
    """Make one line of a text, as a header must be."""
    return " ".join(text.split())
