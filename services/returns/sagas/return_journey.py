"""The journey of a return: from the customer's wish to the money back.

approved → label → (people receive and inspect) → restock → refund → channel told → completed
"""

from datetime import timedelta

from chassis.saga import Saga, Step
from contracts import inventory, payments, returns, shipping
from services.returns.sagas.asks import (
    ask_label,
    channel_waits,
    not_received,
    refund,
    restock,
    something_came,
    something_owed,
    tell_channel,
)

soon, patient, weeks = timedelta(seconds=30), timedelta(minutes=30), timedelta(days=30)

# ruff: noqa: E501 - a table reads best with a line for each step
# fmt: off
RETURN_JOURNEY = Saga("return", (
    Step("label",   do=ask_label,     done=(shipping.ReturnLabelCreated,), refused=(shipping.ReturnLabelFailed,), within=soon, when=not_received, pivot=True),
    Step("goods",                     done=(returns.ReturnInspected,),     within=weeks, people=True),
    Step("restock", do=restock,       done=(inventory.StockRestocked,),    within=soon, when=something_came),
    Step("refund",  do=refund,        done=(payments.PaymentRefunded,),    refused=(payments.RefundFailed,), within=patient, when=something_owed),
    Step("channel", do=tell_channel,  when=channel_waits),
))
# fmt: on
