"""Which bugs could take or give too much money? Planted in payments and returns."""

from tests.mutations.mutation import Mutation

PAYMENTS = "services/payments/tests/handlers/test_payments_invariants.py"
PAYMENT = "services/payments/tests/domain/test_payments_payment.py"
REFUNDING = "services/payments/tests/handlers/test_payments_refunding.py"
RETURNS = "services/returns/tests/handlers/test_returns_never_too_much.py"
SALE = "services/returns/tests/domain/test_returns_sale.py"

MONEY = (
    Mutation(
        "a fact is counted that cannot be: more captured than authorized",
        "services/payments/domain/payment.py",
        "not refunded <= captured <= authorized <= self.amount:",
        "not refunded <= captured:",
        (PAYMENT,),
    ),
    Mutation(
        "shipments claim more than the order has cost",
        "services/payments/domain/payment.py",
        "if not 0 <= amount <= self.room:",
        "if not 0 <= amount <= self.amount:",
        (PAYMENT,),
    ),
    Mutation(
        "what is on its way back is given back again",
        "services/payments/refunding.py",
        "if not 0 < amount <= captured - refunded - refunding:",
        "if not 0 < amount <= captured:",
        (REFUNDING,),
    ),
    Mutation(
        "a refund that is on its way is not counted",
        "services/payments/refunding.py",
        "    payment.refunding += refund.amount",
        "    payment.refunding += 0",
        (PAYMENTS,),
    ),
    Mutation(
        "the money of an order that is off is not given back",
        "services/payments/voiding.py",
        "elif payment.refundable:",
        "elif payment.refundable < 0:",
        (PAYMENTS,),
    ),
    Mutation(
        "the provider goes on holding the money of an order that is off",
        "services/payments/voiding.py",
        "elif payment.may_be_held and",
        "elif not payment.amount and",
        (PAYMENTS,),
    ),
    Mutation(
        "more comes back than has left",
        "services/returns/domain/sale.py",
        "left = line.shipped - line.returning",
        "left = line.quantity - line.returning",
        (RETURNS,),
    ),
    Mutation(
        "pieces come back that are on their way back already",
        "services/returns/domain/sale.py",
        "left = line.shipped - line.returning",
        "left = line.shipped",
        (RETURNS,),
    ),
    Mutation(
        "cents are lost when a line comes back in portions",
        "services/returns/domain/sale.py",
        "worth = line.paid * now // line.quantity - line.paid * before // line.quantity",
        "worth = line.paid * units // line.quantity + 0 * before",
        (SALE,),
    ),
    Mutation(
        "more arrives than was asked for",
        "services/returns/domain/return_order.py",
        "if line.received + item.quantity > line.requested:",
        "if item.quantity > line.requested:",
        (RETURNS,),
    ),
)
