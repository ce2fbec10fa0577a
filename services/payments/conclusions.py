"""What follows when a provider has answered, or tells something by itself?"""

from datetime import timedelta

from chassis.errors import NotFound
from chassis.outside import Outcome
from chassis.work import Work
from services.payments import asks, tells
from services.payments.disputes import take_dispute
from services.payments.domain.attempt import AttemptState, Capture
from services.payments.domain.parts import whole_of
from services.payments.domain.payment import Payment, State
from services.payments.facts import VOIDED, fact
from services.payments.handlers import expire_payment, tell_captured
from services.payments.paying_again import decline
from services.payments.ports import Chooses, Payments
from services.payments.refunding import count_refund
from services.payments.securing import fail, secure
from services.payments.voiding import go_on, let_go
from services.payments.webhooks import ProviderEvent

POLL_EVERY = timedelta(hours=1)


def conclude_authorization(
    outcome: Outcome, work: Work, payments: Payments, accounts: Chooses
) -> None:
    """Take what the provider answered; it may be late, and the order off already."""
    payment = _known(outcome.call.subject, payments)
    if not payment.is_waiting or asks.asked_of(outcome.call) != asks.key_of(payment):
        return
    if outcome.code == asks.EXPIRED and not payment.void_asked:
        expire_payment(payment, work, payments)
    elif outcome.status == "refused":
        decline(payment, outcome.code, outcome.reason, work, payments, accounts)
    elif outcome.status == "failed":
        _give_up(payment, outcome.reason, work, payments)
    elif outcome.result.get("status") == "succeeded":
        secure(payment, asks.key_of(payment), work, payments)
    elif payment.edit and not payment.void_asked:
        reason = "The provider has not decided at once, and an edit does not wait for it."
        fail(payment, "not_at_once", reason, work, payments)
        let_go(payment, work)
    else:
        payment.action_url = outcome.result.get("action_url", "")
        payment.move(State(outcome.result["status"]))
        if not payment.void_asked:
            tells.pending(payment, work)
            work.call(asks.poll(payment, work.now + POLL_EVERY))
            if payment.again and payment.customer:
                work.call(asks.mail(payment))
    if payment.void_asked:
        go_on(payment, work, payments)


def take_webhook(event: ProviderEvent, work: Work, payments: Payments, accounts: Chooses) -> None:
    """Take what a provider told by itself; it may come twice, or before its own answer."""
    if event.type == "nothing":
        return
    several = payments.all_of(asks.order_of(event.key))
    payment = next((one for one in several if asks.is_known_as(one, event.key)), None)
    if payment is None or not payment.by_provider or payment.account != event.account:
        raise NotFound("payment", event.key, "body.key")
    if event.dispute:
        take_dispute(event.dispute, payment, work, payments)
    if not payment.is_waiting or payment.void_asked or event.key != asks.key_of(payment):
        return
    if event.type == "payment.authorized":
        secure(payment, event.key, work, payments)
    elif event.type == "payment.changed":
        payments.hurry(asks.poll_key(event.key), work.now)
    elif event.type == "payment.declined":
        decline(payment, event.code, event.reason, work, payments, accounts)


def conclude_capture(outcome: Outcome, work: Work, payments: Payments) -> None:
    """Take what the provider answered about money for a shipment."""
    payment = _known(outcome.call.subject, payments)
    capture_id = outcome.call.request["capture_id"]
    capture = payments.capture(payment.order_id, capture_id)
    if capture is None:
        raise NotFound("capture", capture_id, "capture_id")
    if outcome.status == "succeeded":
        _count_capture(payment, capture, work, payments)
    else:
        capture.move(_ending(outcome))
        capture.reason = (outcome.reason or outcome.code)[:255]
        if capture.state == AttemptState.FAILED:
            payment.claimed -= capture.amount
        tells.capture_failed(payment.order_id, whole_of(capture_id), capture.reason, work)
    if payment.void_asked:
        go_on(payment, work, payments)


def conclude_refund(outcome: Outcome, work: Work, payments: Payments) -> None:
    """Take what the provider answered; a refund that failed is still owed.

    While the order is called off, one that was refused waits until it is called off again.
    """
    payment = _known(outcome.call.subject, payments)
    refund_id = outcome.call.request["refund_id"]
    refund = payments.refund(payment.order_id, refund_id)
    if refund is None:
        raise NotFound("refund", refund_id, "refund_id")
    if outcome.status == "succeeded":
        count_refund(payment, refund, work, payments)
    else:
        refund.move(_ending(outcome))
        if refund.state == AttemptState.FAILED:
            payment.refunding -= refund.amount
        reason = outcome.reason or outcome.code
        tells.refund_failed(payment.order_id, whole_of(refund_id), reason, work)
    if payment.void_asked and refund.state != AttemptState.FAILED:
        go_on(payment, work, payments)


def conclude_void(outcome: Outcome, work: Work, payments: Payments) -> None:
    """The provider has let go of the money, or could not be reached: then it is asked again."""
    payment = _known(outcome.call.subject, payments)
    payment.voiding = False
    if outcome.status == "succeeded":
        rest = payment.authorized - payment.captured
        payments.post(payment, fact("voided", VOIDED, work, rest))
        if payment.void_asked and not payment.is_over:
            go_on(payment, work, payments)
    elif outcome.status == "failed":
        let_go(payment, work)


def _give_up(payment: Payment, reason: str, work: Work, payments: Payments) -> None:
    """Nobody knows whether the money is held: let go of it, and take no order on it."""
    if payment.void_asked:
        payment.move(State.PENDING)
    else:
        fail(payment, "no_answer", reason, work, payments)
        let_go(payment, work)


def _count_capture(payment: Payment, capture: Capture, work: Work, payments: Payments) -> None:
    capture.move(AttemptState.SUCCEEDED)
    payments.post(payment, fact("captured", f"cap-{capture.capture_id}", work, capture.amount))
    payment.settle()
    tell_captured(payment.order_id, whole_of(capture.capture_id), work, payments)


def _ending(outcome: Outcome) -> AttemptState:
    """A provider that said no has moved nothing; of one that said nothing nobody knows."""
    return AttemptState.FAILED if outcome.status == "refused" else AttemptState.UNKNOWN


def _known(payment_id: str, payments: Payments) -> Payment:
    payment = payments.get(payment_id)
    if payment is None:
        raise NotFound("payment", payment_id, "payment_id")
    return payment
