"""The journeys of an order: from the customer's wish to the doorstep, and back.

    placed → stock → payment → CONFIRMED → routing → commit ─┬→ packing → label → SHIPPED → goods → capture → channel → delivery
               └───────┴── refused: given back upwards       └→ … one run for each fulfillment order

Read a table downwards for the way there, and its `give back` upwards for the way back.
Before the pivot a refusal turns a run back by itself; behind it only a person does (cancel), and
behind the final step nobody. What a picker does not find travels again: see SHORTAGE_JOURNEY;
it gives nothing back by itself, because the order's own way back, or `partly`, covers it.
A hold stops an order before it is confirmed, before its picking and before its labels are bought.
An edit first keeps what it needs more, then asks the warehouse, whose no gives that back; with its
yes the order is another, and what it has more is planned by an ADDITION_JOURNEY.
"""

# ruff: noqa: E501 - a table reads best with a line for each step

from datetime import timedelta

from chassis.saga import Saga, Step
from contracts import channels, inventory, payments, shipping, warehouse
from services.orders.sagas.asks import (
    acknowledge,
    authorize,
    buy_label,
    cancel_one,
    cancel_plan,
    capture,
    commit,
    confirm,
    fulfill,
    has_channel,
    may_label,
    not_delivered,
    not_held,
    not_shipped,
    open_fulfillment,
    release,
    replace_shortage,
    reserve,
    route,
    void_label,
    void_payment,
)
from services.orders.sagas.edit_asks import (
    ask_warehouse,
    cancel_raise,
    costs_less,
    costs_more,
    has_taken,
    lower_payment,
    raise_payment,
    release_round,
    release_taken,
    wants_more,
)
from services.orders.sagas.hearing import EDIT, FULFILLMENT

soon, patient = timedelta(seconds=30), timedelta(minutes=30)
a_day, three_weeks = timedelta(days=1), timedelta(days=21)

# fmt: off
COMMIT = \
    Step("commit",    do=commit,             done=(inventory.StockCommitted,),      refused=(inventory.StockShort,),       within=soon,
                      again=((inventory.CommitRefused, "routing"),))

ORDER_JOURNEY = Saga("order", (
    #    name         ask for                done when                                      or refused by
    Step("stock",     do=reserve,            done=(inventory.StockReserved,),       refused=(inventory.StockShort,),       within=patient,
                      undo=release,          undone=(inventory.StockReleased,)),
    Step("payment",   do=authorize,          done=(payments.PaymentAuthorized,),    refused=(payments.PaymentFailed,),     within=patient,
                      undo=void_payment,     undone=(payments.PaymentVoided,),      extended=(payments.PaymentPending,)),
    Step("confirm",   do=confirm,            gate=not_held, pivot=True),
    Step("routing",   do=route,              done=(warehouse.OrderRouted,),         refused=(warehouse.RoutingFailed,),    within=soon,
                      undo=cancel_plan,      undone=(warehouse.FulfillmentCanceled,)),
    COMMIT,
))

FULFILLMENT_JOURNEY = Saga(FULFILLMENT, (
    Step("packing",   do=open_fulfillment,   done=(warehouse.FulfillmentPacked,),   refused=(warehouse.FulfillmentCanceled,), within=a_day, people=True, gate=not_held, pivot=True,
                      undo=cancel_one,       undone=(warehouse.FulfillmentCanceled,)),
    Step("label",     do=buy_label,          done=(shipping.ShipmentLabeled,),      refused=(shipping.LabelFailed,),       within=soon,        gate=may_label,
                      undo=void_label,       undone=(shipping.ShipmentVoided,),     too_late=(shipping.VoidRefused,)),
    Step("handover",                         done=(shipping.ShipmentShipped,),      within=a_day,       people=True,       when=not_shipped, final=True),
    Step("goods",     do=fulfill,            done=(inventory.StockFulfilled,),      within=soon),
    Step("capture",   do=capture,            done=(payments.PaymentCaptured,),      refused=(payments.CaptureFailed,),     within=patient),
    Step("channel",   do=acknowledge,        done=(channels.ShipmentAcknowledged,), refused=(channels.ChannelPushFailed,), within=a_day, when=has_channel),
    Step("delivery",                         done=(shipping.ShipmentDelivered,),    within=three_weeks, people=True,      when=not_delivered),
))

SHORTAGE_JOURNEY = Saga("shortage", (
    Step("stock",     do=replace_shortage,   done=(inventory.StockReserved,),       refused=(inventory.StockShort,),       within=soon, pivot=True),
    Step("routing",   do=route,              done=(warehouse.OrderRouted,),         refused=(warehouse.RoutingFailed,),    within=soon),
    COMMIT,
))

EDIT_JOURNEY = Saga(EDIT, (
    Step("stock",     do=reserve,            done=(inventory.StockReserved,),       refused=(inventory.StockShort,),       within=patient,     when=wants_more,
                      undo=release_round,    undone=(inventory.StockReleased,)),
    Step("payment",   do=raise_payment,      done=(payments.PaymentRaised,),        refused=(payments.RaiseRefused,),      within=patient,     when=costs_more,
                      undo=cancel_raise,     undone=(payments.RaiseCanceled,)),
    # its yes is taken as a fact (domain/edits.py): with it the order is another
    Step("warehouse", do=ask_warehouse,      done=(warehouse.OrderReaddressed, warehouse.PlanEdited), declined=(warehouse.ReaddressRefused,), within=soon, pivot=True, final=True),
    Step("goods",     do=release_taken,      done=(inventory.StockReleased,),       within=soon,        when=has_taken),
    Step("money",     do=lower_payment,      done=(payments.PaymentLowered,),       within=soon,        when=costs_less),
))

ADDITION_JOURNEY = Saga("addition", (
    Step("routing",   do=route,              done=(warehouse.OrderRouted,),         refused=(warehouse.RoutingFailed,),    within=soon, pivot=True),
    COMMIT,
))
# fmt: on

ALL = (ORDER_JOURNEY, FULFILLMENT_JOURNEY, SHORTAGE_JOURNEY, EDIT_JOURNEY, ADDITION_JOURNEY)
SAGAS = {saga.name: saga for saga in ALL}
