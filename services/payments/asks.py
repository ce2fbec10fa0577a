"""Which calls to a provider are there, and by which keys are they known?

A key is for one try. The keys of all tries travel with the call: what an earlier one did is
looked up before anything is done.
"""

from datetime import datetime, timedelta

from chassis.outside import OutsideCall
from chassis.work import Call
from services.payments.domain.account import SANDBOX
from services.payments.domain.attempt import Capture, Refund
from services.payments.domain.parts import part_of
from services.payments.domain.payment import Payment

AUTHORIZE, POLL, CAPTURE, VOID, REFUND, MAIL = (
    "payments.authorize", "payments.poll", "payments.capture", "payments.void", "payments.refund",
    "payments.mail",
)  # fmt: skip
EXPIRED = "expired"  # how a poll ends that has found no decision in time
POLLED_BEYOND = timedelta(hours=2)


def authorization_key(order_id: str, edit: int = 0) -> str:
    """The key by which a provider knows an order's authorization, or the one of an edit."""
    return f"auth-{order_id}-{edit}" if edit else f"auth-{order_id}"


def key_of(payment: Payment) -> str:
    """The key by which a provider knows a payment; paid again it is another one."""
    key = authorization_key(payment.order_id, payment.edit)
    return f"{key}-again-{payment.again}" if payment.again else key


def is_known_as(payment: Payment, key: str) -> bool:
    """Tell whether a provider knows a payment, or an earlier try of it, by this key."""
    first = authorization_key(payment.order_id, payment.edit)
    return key == first or key.startswith(f"{first}-again-")


def account_of(call: OutsideCall) -> str:
    """The account that a call is about; older ones name none: there was but one."""
    return str(call.request.get("account", SANDBOX))


def order_of(authorization_key: str) -> str:
    """The order that an authorization is for."""
    return authorization_key.removeprefix("auth-").partition("-")[0]


def authorize(payment: Payment) -> Call:
    """Hold the money."""
    return Call(
        AUTHORIZE,
        key_of(payment),
        payment.payment_id,
        {
            "account": payment.account,
            "amount": payment.amount,
            "currency": payment.currency,
            "token": payment.token,
        },
    )


def poll(payment: Payment, due_at: datetime) -> Call:
    """Ask later what has become of an authorization, until it has expired here."""
    key = key_of(payment)
    until = payment.until + POLLED_BEYOND
    request = {"account": payment.account, "authorization": key, "until": until.isoformat()}
    return Call(POLL, poll_key(key), payment.payment_id, request, due_at)


def poll_key(authorization_key: str) -> str:
    """The key of the poll of an authorization."""
    return f"poll-{authorization_key}"


def asked_of(call: OutsideCall) -> str:
    """The key that an authorization, or a poll of one, is about."""
    return str(call.request.get("authorization", call.key))


def mail(payment: Payment) -> Call:
    """Send the customer a link to pay again."""
    key = f"mail-{key_of(payment)}"
    return Call(MAIL, key, payment.payment_id, {"payment": payment.payment_id})


def capture(payment: Payment, capture: Capture) -> Call:
    """Take money; of an order that was called off, only look whether it was taken."""
    name = f"cap-{capture.capture_id}-{payment.order_id}"
    tries = [f"{name}-{i}" for i in range(1, capture.tries + 1)]
    request = _request(payment, capture.amount, tries)
    request |= {"capture_id": capture.capture_id, "look_only": payment.void_asked}
    return Call(CAPTURE, tries[-1], payment.payment_id, request)


def refund(payment: Payment, refund: Refund) -> Call:
    """Give money back."""
    name = f"ref-{payment.order_id}-{refund.refund_id}"
    tries = [f"{name}-{i}" for i in range(1, refund.tries + 1)]
    request = _request(payment, refund.amount, tries) | {"refund_id": refund.refund_id}
    return Call(REFUND, tries[-1], payment.payment_id, request)


def void(payment: Payment) -> Call:
    """Let go of the money."""
    name = part_of(f"void-{payment.order_id}", payment)
    tries = [name, *(f"{name}-{i}" for i in range(2, payment.void_tries + 1))]
    return Call(VOID, tries[-1], payment.payment_id, _request(payment, 0, tries))


def _request(payment: Payment, amount: int, keys: list[str]) -> dict[str, object]:
    return {
        "account": payment.account,
        "authorization": key_of(payment),
        "amount": amount,
        "keys": keys,
    }
