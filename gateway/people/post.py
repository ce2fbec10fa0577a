"""What do mails to users say, and what if one cannot be sent? It is tried again, ever later."""

import random
import time
from email.message import EmailMessage
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from typing import Any

from chassis import clock
from chassis.config import Settings
from chassis.mail import address_of, one_line, send
from chassis.outside import Declined
from chassis.telemetry import get_log
from gateway.people.links import Links

LOOKS_EVERY_SECONDS = 2.0
WORDS = Path(__file__).parent / "mails"


def link(settings: Settings, secret: str) -> str:
    """Where a password is set; never made of what a request says our address is."""
    return f"{settings.public_url.rstrip('/')}/console/password/{secret}"


def compose(mail: Any, secret: str, settings: Settings) -> EmailMessage:
    """Make a mail to a user, in their language."""
    subject, _, words = _words(mail.kind, mail.language).partition("\n")
    made = EmailMessage()
    sender = address_of(settings.mail_from)
    made["From"], made["To"] = sender, address_of(mail.email)
    made["Subject"] = subject.removeprefix("Subject: ")
    made["Date"] = format_datetime(clock.now())
    made["Message-ID"] = f"<{mail.mail_id}.{mail.attempts}@{sender.domain}>"
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(words.format(name=one_line(mail.name), link=link(settings, secret)))
    return made


@cache
def _words(kind: str, language: str) -> str:
    return (WORDS / f"{kind}.{language}.txt").read_text()


def send_due(links: Links, settings: Settings) -> int:
    """Send what is due; tell how many were sent."""
    sent = 0
    for mail in links.due():
        try:
            if mail.deactivated_at is None:
                send(compose(mail, links.make(mail.user_id), settings), settings.smtp_uri)
            links.sent(mail.mail_id)
        except Declined as refusal:
            links.refused(mail.mail_id, refusal.reason)
            get_log().warning("mail refused", mail=mail.mail_id, why=refusal.reason)
        except OSError as error:
            again = links.later(mail.mail_id, mail.attempts, type(error).__name__)
            get_log().warning(
                "mail not sent", mail=mail.mail_id, why=type(error).__name__, again=str(again)
            )
        else:
            sent += 1
    return sent


def tend(links: Links, settings: Settings) -> None:
    """Send mails for ever; run beside the requests."""
    while True:
        time.sleep(LOOKS_EVERY_SECONDS * random.uniform(0.8, 1.2))  # noqa: S311 - no lock-step
        try:
            send_due(links, settings)
        except Exception as error:  # noqa: BLE001 - the next round tries again
            get_log().warning("mails could not be looked at", error=type(error).__name__)
