"""How does a customer hear that a payment was declined, and where to pay again? By one mail.

It is in English and German: payments does not know which the customer speaks.
"""

from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

from chassis import clock
from chassis.config import read_settings
from chassis.mail import address_of, send
from contracts.values import Money
from services.payments.domain.decline import Reason, Words, words_for
from services.payments.domain.payment import Payment

TEMPLATES = Path(__file__).parent / "templates"


def send_link(payment: Payment, key: str) -> None:
    """Send the link, unless the payment has come out meanwhile."""
    if payment.is_waiting and payment.action_url:
        send(compose(payment, key), read_settings().smtp_uri)


def compose(payment: Payment, key: str) -> EmailMessage:
    """Make the mail; the key makes its Message-ID, so that a second one can be recognized."""
    sender = address_of(read_settings().mail_from)
    words = words_for(payment.code) or words_for(Reason.DECLINED) or Words("", "")
    parts = [
        _told("pay_again.txt", payment, words.en),
        _told("pay_again.de.txt", payment, words.de),
    ]
    mail = EmailMessage()
    mail["From"], mail["To"] = sender, address_of(payment.customer)
    mail["Subject"] = " · ".join(subject for subject, _ in parts)
    mail["Date"] = format_datetime(clock.now())
    mail["Message-ID"] = f"<{key}@{sender.domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content("\n".join(text for _, text in parts))
    return mail


def _told(template: str, payment: Payment, why: str) -> tuple[str, str]:
    """Fill in a template; give its first line, and the rest."""
    told = (
        (TEMPLATES / template)
        .read_text(encoding="utf-8")
        .format(
            money=Money(amount=payment.amount, currency=payment.currency),
            order=payment.order_id,
            why=why,
            until=f"{payment.until:%Y-%m-%d %H:%M} UTC",
            url=payment.action_url,
        )
    )
    subject, _, text = told.partition("\n")
    return subject, text
