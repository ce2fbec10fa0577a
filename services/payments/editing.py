"""What becomes of the money when an order is edited and costs more, or less?

What a card pays more is held beside what is held already, as a payment of its own: providers hold
an amount once and for all. On terms it is owed more. Who has paid at once cannot pay more.
What an order costs less is not taken; what was taken already goes back. Each edit counts once, by
its number, and what was called off before it was asked for is never made sure of.
"""

from chassis.errors import Refused
from chassis.work import Work
from contracts.payments import CancelRaise, LowerPayment, RaisePayment
from services.payments import asks, tells
from services.payments.domain.attempt import Refund
from services.payments.domain.parts import shared
from services.payments.domain.payment import Payment
from services.payments.facts import fact
from services.payments.handlers import ask
from services.payments.invoices import forgo, lend
from services.payments.ports import Chooses, Payments
from services.payments.refunding import send_back
from services.payments.voiding import call_off


def raise_payment(command: RaisePayment, work: Work, payments: Payments, accounts: Chooses) -> None:
    """Make sure of what an edit costs more; asked again it answers again."""
    order_id, edit, amount = command.order_id, command.edit, command.amount.amount
    first = payments.of_order(order_id)
    known = _made_for(edit, order_id, payments)
    if known:
        _answer_again(known, work)
    elif first and payments.noted(first, _raised(edit)) is not None:
        tells.raised(first, edit, amount, work)
    else:
        try:
            payment = _may_be_raised(command, first, payments)
            if payment.method == "card":
                _hold(command, payment, work, payments, accounts)
                return
            _owe(command, payment, work, payments)
        except Refused as refusal:
            tells.raise_refused(order_id, edit, refusal.code, refusal.message, work)
        else:
            tells.raised(payment, edit, amount, work)


def cancel_raise(command: CancelRaise, work: Work, payments: Payments) -> None:
    """Let go of what was made sure of for an edit, even if nothing ever was."""
    order_id, edit = command.order_id, command.edit
    first = payments.of_order(order_id)
    known = _made_for(edit, order_id, payments)
    if known and not known.is_over:
        call_off(known, "the edit was refused", work, payments)
        return
    if first and payments.noted(first, _off(edit)) is None:
        owed = payments.noted(first, _raised(edit)) or 0
        payments.post(first, fact("voided", _off(edit), work, owed, "the edit was refused"))
        first.lowered += owed
        forgo(first, owed, payments)
        first.settle()
    tells.raise_canceled(order_id, edit, work)


def lower_payment(command: LowerPayment, work: Work, payments: Payments) -> None:
    """Take so much less, and give back what was taken too much; each edit once."""
    first = payments.of_order(command.order_id)
    if first is None:
        raise Refused("not_found", f"Order {command.order_id} has no payment.", "order_id")
    edit, amount = command.edit, command.amount.amount
    if payments.noted(first, key := f"lowered-{edit}") is None:
        payments.post(first, fact("voided", key, work, amount, "the order costs less"))
        going = [one for one in payments.all_of(command.order_id) if not one.is_over]
        for payment, part in shared(amount, reversed(going), lambda one: one.room):
            _lower(payment, part, edit, work, payments)
    tells.lowered(first, edit, amount, work)


def _lower(payment: Payment, amount: int, edit: int, work: Work, payments: Payments) -> None:
    owed = payment.owed
    payment.lowered += amount
    forgo(payment, owed - payment.owed, payments)
    payment.settle()
    too_much = payment.refundable - payment.due
    if too_much > 0:
        reason = "the order costs less"
        refund = Refund(payment.order_id, f"edit-{edit}", payment.payment_id, too_much, reason)
        send_back(payment, refund, work, payments)
    elif payment.edit and not payment.due:
        call_off(payment, "the order costs less", work, payments)


def _may_be_raised(command: RaisePayment, first: Payment | None, payments: Payments) -> Payment:
    """Refuse to make sure of more for an order that is not sure to be paid itself."""
    if first is None or not first.is_secured or first.void_asked:
        raise Refused("illegal_move", "The order's payment is not sure, or was called off.")
    if payments.noted(first, _off(command.edit)) is not None:
        raise Refused("voided", "The edit was called off.")
    first.check_currency(command.amount)
    if command.amount.amount <= 0:
        raise Refused("invalid", f"{command.amount} is not more.", "amount.amount")
    if first.method not in {"card", "invoice"}:
        reason = f"The order was paid by {first.method}: more of it cannot be made sure of."
        raise Refused("wrong_method", reason)
    return first


def _hold(
    command: RaisePayment, first: Payment, work: Work, payments: Payments, accounts: Chooses
) -> None:
    payment = Payment(
        payment_id=work.new_id("pay"),
        order_id=command.order_id,
        method=first.method,
        currency=first.currency,
        amount=command.amount.amount,
        token=first.token,
        customer=first.customer,
        until=first.until,
        created_at=work.now,
        account=first.account,
        edit=command.edit,
    )
    first.raises += 1
    payments.add(payment)
    if first.by_provider:
        work.call(asks.authorize(payment))
    else:
        ask(payment, command.account, work, payments, accounts)


def _owe(command: RaisePayment, payment: Payment, work: Work, payments: Payments) -> None:
    amount = command.amount.amount
    lend(payment, amount, payments)
    payment.amount += amount
    payments.post(payment, fact("authorized", _raised(command.edit), work, amount))
    payment.settle()


def _answer_again(payment: Payment, work: Work) -> None:
    if payment.is_secured and not payment.void_asked:
        tells.authorized(payment, work)
    elif payment.is_over or payment.void_asked:
        code, reason = payment.code or payment.state, payment.reason or payment.state
        tells.raise_refused(payment.order_id, payment.edit, code, reason, work)


def _made_for(edit: int, order_id: str, payments: Payments) -> Payment | None:
    return next((one for one in payments.all_of(order_id) if one.edit == edit), None)


def _raised(edit: int) -> str:
    return f"raised-{edit}"


def _off(edit: int) -> str:
    return f"raise-off-{edit}"
