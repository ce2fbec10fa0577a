"""How is it made sure that an order will be paid, and how is the money taken for what has left?"""

from collections.abc import Sequence

from chassis.errors import Refused
from chassis.work import Work
from contracts.payments import AuthorizePayment, CapturePayment
from services.payments import asks, tells
from services.payments.domain.attempt import AttemptState, Capture
from services.payments.domain.parts import asked_for, part_of, shared, whole_of
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
        ask(payment, command.account, work, payments, accounts)
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
    of_order = payments.all_of(order_id)
    if not of_order:
        tells.capture_failed(order_id, capture_id, "The order has no payment.", work)
        return
    known = asked_for(capture_id, of_order, payments.capture)
    if not known:
        try:
            shares = _claim(command, of_order)
        except Refused as refusal:
            tells.capture_failed(order_id, capture_id, refusal.message, work)
            return
        parts = [(p, Capture(order_id, part_of(capture_id, p), amount)) for p, amount in shares]
        for _, capture in parts:
            payments.add(capture)
        for payment, capture in parts:
            _take(payment, capture, work, payments)
    elif all(capture.state == AttemptState.SUCCEEDED for _, capture in known):
        tell_captured(order_id, capture_id, work, payments)
    else:
        for payment, capture in known:
            if capture.may_be_tried:
                _take_again(payment, capture, work, payments)


def tell_captured(
    order_id: str, capture_id: str, work: Work, payments: Payments, invoice: str = ""
) -> None:
    """Say that money was taken, once all parts of it were."""
    of_order = payments.all_of(order_id)
    parts = [capture for _, capture in asked_for(capture_id, of_order, payments.capture)]
    if all(part.state == AttemptState.SUCCEEDED for part in parts):
        tells.captured(of_order, capture_id, sum(part.amount for part in parts), work, invoice)


def ask(payment: Payment, named: str, work: Work, payments: Payments, accounts: Chooses) -> None:
    """Ask a provider to hold the money, at the account that is named or the only one."""
    try:
        payment.account = accounts.choose(payment.method, payment.currency, named)
    except Refused as refusal:
        reason = f"{refusal.field}: {refusal.message}"
        fail(payment, refusal.code, reason, work, payments)
    else:
        work.call(asks.authorize(payment))


def expire_payment(payment: Payment, work: Work, payments: Payments) -> None:
    """Give up on a payment that nobody has made in time."""
    give_back(payment, "not paid in full in time", work, payments)
    payment.move(State.EXPIRED)
    payment.code, payment.reason = "expired", "It was not paid in time."
    payments.post(payment, fact("expired", "expired", work, reason=payment.reason))
    tells.failed(payment.order_id, payment.code, payment.reason, work)
    if payment.by_provider:
        let_go(payment, work)


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


def _claim(command: CapturePayment, of_order: Sequence[Payment]) -> list[tuple[Payment, int]]:
    """Decide from which payments the money is taken; refuse what is more than there is."""
    amount = command.amount.amount
    of_order[0].check_currency(command.amount)
    _check_secured(of_order[0])
    held = [one for one in of_order if one.is_secured and not one.void_asked]
    shares = shared(amount, held, lambda one: one.room) or [(held[0], amount)]
    if (rest := amount - sum(part for _, part in shares)) > 0:
        shares[0] = (shares[0][0], shares[0][1] + rest)
    for payment, part in shares:
        payment.claim(part)
    return shares


def _check_secured(payment: Payment) -> None:
    if payment.void_asked or not payment.is_secured:
        state = "called off" if payment.void_asked else payment.state
        reason = f"The order's payment is {state}: there is nothing to take."
        raise Refused("illegal_move", reason)


def _take_again(payment: Payment, capture: Capture, work: Work, payments: Payments) -> None:
    try:
        _check_secured(payment)
        if capture.state == AttemptState.FAILED:
            payment.claim(capture.amount)
    except Refused as refusal:
        which = whole_of(capture.capture_id)
        tells.capture_failed(payment.order_id, which, refusal.message, work)
    else:
        capture.try_again()
        _take(payment, capture, work, payments)


def _take(payment: Payment, capture: Capture, work: Work, payments: Payments) -> None:
    if payment.by_provider and capture.amount:
        work.call(asks.capture(payment, capture))
        return
    invoice = ""
    if payment.method == "invoice" and capture.amount:
        invoice = bill(payment, capture.amount, work, payments)
    capture.move(AttemptState.SUCCEEDED)
    tell_captured(payment.order_id, whole_of(capture.capture_id), work, payments, invoice)
