"""How does a customer hear that a payment was declined, and where to pay again? By one mail."""

from email.message import EmailMessage
from email.utils import format_datetime

from chassis import clock
from chassis.config import read_settings
from chassis.mail import address_of, send
from contracts.values import Money
from services.payments.domain.decline import Reason, Words, words_for
from services.payments.domain.payment import Payment

SUBJECT = "Please pay for your order again · Bitte bezahlen Sie Ihre Bestellung erneut"
TEXT = """\
Hello,

the payment of {money} for your order {order} did not succeed. {why_en}
We keep your goods until {until}. You can pay here:

{url}

Guten Tag,

die Zahlung von {money} für Ihre Bestellung {order} war nicht erfolgreich. {why_de}
Wir halten Ihre Ware bis {until} zurück. Hier können Sie bezahlen:

{url}
"""


def send_link(payment: Payment, key: str) -> None:
    """Send the link, unless the payment has come out meanwhile."""
    if payment.is_waiting and payment.action_url:
        send(compose(payment, key), read_settings().smtp_uri)


def compose(payment: Payment, key: str) -> EmailMessage:
    """Make the mail; the key makes its Message-ID, so that a second one can be recognized."""
    sender = address_of(read_settings().mail_from)
    words = words_for(payment.code) or words_for(Reason.DECLINED) or Words("", "")
    mail = EmailMessage()
    mail["From"], mail["To"] = sender, address_of(payment.customer)
    mail["Subject"] = SUBJECT
    mail["Date"] = format_datetime(clock.now())
    mail["Message-ID"] = f"<{key}@{sender.domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    text = TEXT.format(
        money=Money(amount=payment.amount, currency=payment.currency),
        order=payment.order_id,
        why_en=words.en,
        why_de=words.de,
        until=f"{payment.until:%Y-%m-%d %H:%M} UTC",
        url=payment.action_url,
    )
    mail.set_content(text)
    return mail
