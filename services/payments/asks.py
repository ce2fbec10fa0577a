"""Which calls to a provider are there, and by which keys are they known?"""

from chassis.work import Call
from services.payments.domain.payment import Capture, Payment, Refund

AUTHORIZE, POLL, CAPTURE, VOID, REFUND = (
    "payments.authorize", "payments.poll", "payments.capture", "payments.void", "payments.refund",
)  # fmt: skip


def authorization_key(order_id: str) -> str:
    """The key by which a provider knows an order's authorization."""
    return f"auth-{order_id}"


def authorize(payment: Payment) -> Call:
    """Hold the money."""
    return Call(
        AUTHORIZE,
        authorization_key(payment.order_id),
        payment.payment_id,
        {"amount": payment.amount, "currency": payment.currency, "token": payment.token},
    )


def poll(payment: Payment, due_at: object) -> Call:
    """Ask later what has become of an authorization."""
    key = authorization_key(payment.order_id)
    return Call(POLL, f"poll-{key}", payment.payment_id, {"authorization": key}, due_at)  # type: ignore[arg-type]


def capture(payment: Payment, capture: Capture) -> Call:
    """Take money; keys of earlier tries are looked up before."""
    tries = [f"cap-{capture.capture_id}-{i}" for i in range(1, capture.tries + 1)]
    return Call(CAPTURE, tries[-1], payment.payment_id, _request(payment, capture.amount, tries)
                | {"capture_id": capture.capture_id})  # fmt: skip


def refund(payment: Payment, refund: Refund) -> Call:
    """Give money back; keys of earlier tries are looked up before."""
    name = f"ref-{payment.order_id}-{refund.refund_id}"
    tries = [f"{name}-{i}" for i in range(1, refund.tries + 1)]
    return Call(REFUND, tries[-1], payment.payment_id, _request(payment, refund.amount, tries)
                | {"refund_id": refund.refund_id})  # fmt: skip


def void(payment: Payment) -> Call:
    """Let go of the money."""
    key = f"void-{payment.order_id}"
    return Call(VOID, key, payment.payment_id, _request(payment, 0, [key]))


def _request(payment: Payment, amount: int, keys: list[str]) -> dict[str, object]:
    return {
        "authorization": authorization_key(payment.order_id),
        "amount": amount,
        "keys": keys,
    }
