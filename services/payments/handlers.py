"""How is it made sure that an order will be paid, and how is the money taken for what has left?"""

from chassis.errors import Refused
from chassis.work import Work
from contracts.payments import AuthorizePayment, CapturePayment
from services.payments import asks, tells
from services.payments.domain.attempt import AttemptState, Capture
from services.payments.domain.payment import Payment, State
from services.payments.facts import fact
from services.payments.invoices import bill, trust
from services.payments.ports import Chooses, Payments
from services.payments.receiving import receive
from services.payments.securing import fail, secure
from services.payments.voiding import give_back, let_go


def authorize_payment(
    command: AuthorizePayment, work: Work, payments: Payments, accounts: Chooses
) -> None:
    """Make sure that an order will be paid; asked again it answers again."""
    if known := payments.of_order(command.order_id):
        _answer_again(known, work)
        return
    if payments.is_void(command.order_id):
        tells.failed(command.order_id, "voided", "The payment was called off.", work)
        return
    if command.amount.amount < 0:
        raise Refused("invalid", f"An order cannot cost {command.amount}.", "amount")
    payment = Payment(
        payment_id=work.new_id("pay"),
        order_id=command.order_id,
        method=command.method,
        currency=command.amount.currency,
        amount=command.amount.amount,
        token=command.token,
        customer=command.customer.lower(),
        until=command.until,
        created_at=work.now,
        number=command.number,
        name=command.name,
    )
    payments.add(payment)
    if payment.amount == 0:
        secure(payment, "nothing-to-pay", work, payments)
    elif payment.method == "card":
        _ask(payment, command.account, work, payments, accounts)
    elif payment.method == "external":
        receive(payment, payment.amount, "taken-by-channel", work, payments)
    elif payment.method == "invoice":
        trust(payment, work, payments)
    else:
        payment.move(State.PENDING)
        tells.pending(payment, work)


def capture_payment(command: CapturePayment, work: Work, payments: Payments) -> None:
    """Take part of the money; each capture once, asked again it answers again."""
    order_id, capture_id = command.order_id, command.capture_id
    payment = payments.of_order(order_id)
    if payment is None:
        tells.capture_failed(order_id, capture_id, "The order has no payment.", work)
        return
    known = payments.capture(order_id, capture_id)
    if known and known.state == AttemptState.SUCCEEDED:
        tells.captured(payment, capture_id, known.amount, work)
    elif known is None or known.may_be_tried:
        try:
            _claim(command, payment, known)
        except Refused as refusal:
            tells.capture_failed(order_id, capture_id, refusal.message, work)
        else:
            _take(command, payment, known, work, payments)


def expire_payment(payment: Payment, work: Work, payments: Payments) -> None:
    """Give up on a payment that nobody has made in time."""
    give_back(payment, "not paid in full in time", work, payments)
    payment.move(State.EXPIRED)
    payment.code, payment.reason = "expired", "It was not paid in time."
    payments.post(payment, fact("expired", "expired", work, reason=payment.reason))
    tells.failed(payment.order_id, payment.code, payment.reason, work)
    if payment.by_provider:
        let_go(payment, work)


def _ask(payment: Payment, named: str, work: Work, payments: Payments, accounts: Chooses) -> None:
    try:
        payment.account = accounts.choose(payment.method, payment.currency, named)
    except Refused as refusal:
        reason = f"{refusal.field}: {refusal.message}"
        fail(payment, refusal.code, reason, work, payments)
    else:
        work.call(asks.authorize(payment))


def _answer_again(payment: Payment, work: Work) -> None:
    if payment.is_over:
        code, reason = payment.code or payment.state, payment.reason or payment.state
        tells.failed(payment.order_id, code, reason, work)
    elif payment.void_asked:
        tells.failed(payment.order_id, "voided", "The payment was called off.", work)
    elif payment.is_secured:
        tells.authorized(payment, work)
    elif payment.state != State.CREATED:
        tells.pending(payment, work)


def _claim(command: CapturePayment, payment: Payment, known: Capture | None) -> None:
    payment.check_currency(command.amount)
    if payment.void_asked or not payment.is_secured:
        state = "called off" if payment.void_asked else payment.state
        reason = f"The order's payment is {state}: there is nothing to take."
        raise Refused("illegal_move", reason)
    if known is None or known.state == AttemptState.FAILED:
        payment.claim(known.amount if known else command.amount.amount)


def _take(
    command: CapturePayment, payment: Payment, known: Capture | None, work: Work, payments: Payments
) -> None:
    if known:
        known.try_again()
        capture = known
    else:
        capture = Capture(command.order_id, command.capture_id, command.amount.amount)
        payments.add(capture)
    if payment.by_provider and capture.amount:
        work.call(asks.capture(payment, capture))
        return
    invoice = ""
    if payment.method == "invoice" and capture.amount:
        invoice = bill(payment, capture.amount, work, payments)
    capture.move(AttemptState.SUCCEEDED)
    tells.captured(payment, capture.capture_id, capture.amount, work, invoice)
