"""Do the examples hold, and do they tell one story whose ids, pieces and amounts add up?"""

import json
import re
from collections import defaultdict

import msgspec

from contracts import load_all
from contracts.channels import AcknowledgeShipment, PushRefund
from contracts.example import EXAMPLES, example, example_text
from contracts.inventory import (
    CommitStock,
    FulfillStock,
    ReplaceShortage,
    ReserveStock,
    RestockReturn,
)
from contracts.message import CATALOGUE
from contracts.orders import ImportOrders, OrderPlaced
from contracts.payments import (
    AuthorizePayment,
    CapturePayment,
    PaymentAuthorized,
    PaymentCaptured,
    PaymentRefunded,
    RefundPayment,
)
from contracts.returns import ReturnCompleted, ReturnInspected, ReturnReceived
from contracts.shipping import (
    CreateReturnLabel,
    CreateShipment,
    ReturnShipped,
    ShipmentDelivered,
    ShipmentLabeled,
    ShipmentShipped,
    TrackingUpdated,
)
from contracts.warehouse import FulfillmentPacked, ItemPicked, OrderRouted, PickShort

load_all()
IDS = re.compile(r"\b([a-z]{3,4})_[0-9A-Z]{26}\b")


def pieces(lines):
    counted = defaultdict(int)
    for line in lines:
        counted[line.line_id] += line.quantity
    return dict(counted)


def packed():
    return [item for package in example(FulfillmentPacked).packages for item in package.items]


def paid(line_id):
    return next(line.paid for line in example(OrderPlaced).lines if line.line_id == line_id)


def test_every_message_has_an_example_and_none_is_left_over():
    assert {path.stem for path in EXAMPLES.glob("*")} == set(CATALOGUE)


def test_an_example_that_is_read_and_said_again_is_the_same():
    # read strictly, so a field that is unknown, missing or defaulted makes a difference
    for message in CATALOGUE.values():
        again = json.loads(msgspec.json.encode(example(message)))

        assert again == json.loads(example_text(message)), message.wire


def test_all_examples_are_about_one_order_of_one_customer():
    found = defaultdict(set)
    for message in CATALOGUE.values():
        for told in IDS.finditer(example_text(message).decode()):
            found[told[1]].add(told[0])

    assert {kind: len(ids) for kind, ids in found.items()} == {
        "ord": 1, "lin": 2, "pay": 1, "ful": 1, "pac": 1, "ret": 1, "call": 1, "usr": 1,
        "shp": 2,  # there, and back
    }  # fmt: skip


def test_nobody_who_exists_is_in_an_example():
    for message in CATALOGUE.values():
        for host in re.findall(r"[@/]([a-z.-]+\.[a-z]+)", example_text(message).decode()):
            assert host.endswith((".example", "example.com")), message.wire


def test_the_total_is_what_lines_and_delivery_cost():
    order, placed = example(ImportOrders).orders[0], example(OrderPlaced)
    nets = [line.unit_price * line.quantity - line.discount for line in order.lines]

    assert order.taxes_included
    assert nets == [line.paid for line in placed.lines]
    assert sum(nets) + order.delivery.price - order.delivery.discount == order.total
    assert order.total == placed.total == example(AuthorizePayment).amount.amount


def test_what_is_captured_is_what_has_left_and_never_more_than_was_authorized():
    sent = sum(paid(line_id) for line_id in pieces(packed()))
    captured = example(PaymentCaptured)

    assert captured.amount.amount == sent + example(ImportOrders).orders[0].delivery.price
    assert captured.amount == example(CapturePayment).amount
    assert captured.captured == captured.amount.amount
    assert captured.captured <= example(PaymentAuthorized).amount.amount


def test_what_is_refunded_is_the_worth_of_what_came_back():
    (back,) = example(ReturnReceived).lines
    sold = pieces(packed())[back.line_id]
    worth = paid(back.line_id) * back.quantity // sold

    refunds = (
        example(ReturnInspected).refund, example(RefundPayment).amount, example(PushRefund).amount,
        example(PaymentRefunded).amount, example(ReturnCompleted).refunded,
    )  # fmt: skip
    assert {refund.amount for refund in refunds} == {worth}
    assert example(PaymentRefunded).refunded <= example(PaymentCaptured).captured


def test_what_was_ordered_is_reserved_routed_and_committed():
    ordered = pieces(example(OrderPlaced).lines)
    (planned,) = example(OrderRouted).fulfillments

    assert pieces(example(ReserveStock).lines) == ordered
    assert pieces(planned.lines) == ordered
    assert pieces(example(CommitStock).placements) == ordered


def test_what_was_picked_is_packed_and_the_rest_is_looked_for_elsewhere():
    picked, short = example(ItemPicked), example(PickShort)
    both = {picked.line_id: picked.quantity} | pieces(short.lines)

    assert both == pieces(example(OrderPlaced).lines)
    assert pieces(packed()) == {picked.line_id: picked.quantity}
    assert example(ReplaceShortage).lines == short.lines


def test_what_was_packed_is_labeled_sent_and_told_to_the_channel():
    (package,), (parcel,) = example(FulfillmentPacked).packages, example(ShipmentLabeled).parcels

    assert example(CreateShipment).packages == (package,)
    assert parcel.package_id == package.package_id
    assert pieces(example(FulfillStock).lines) == pieces(packed())
    assert pieces(example(AcknowledgeShipment).lines) == pieces(packed())
    assert example(AcknowledgeShipment).tracking_numbers == (parcel.tracking_number,)
    assert example(TrackingUpdated).tracking_number == parcel.tracking_number


def test_what_came_back_is_put_back_on_the_shelf():
    arrived = pieces(example(ReturnReceived).lines)

    assert pieces(example(RestockReturn).units) == arrived
    assert pieces(example(ReturnCompleted).lines) == arrived
    assert all(count <= pieces(packed())[line_id] for line_id, count in arrived.items())


def test_what_comes_back_is_declared_as_it_went_out():
    (back,), (out,) = example(CreateReturnLabel).items, example(CreateShipment).items

    assert (back.sku, back.hs_code, back.weight_g) == (out.sku, out.hs_code, out.weight_g)
    assert back.quantity == sum(line.quantity for line in example(ReturnReceived).lines)
    assert example(CreateReturnLabel).weight_g == back.weight_g * back.quantity


def test_one_thing_happens_after_the_other():
    happened = [
        example(OrderPlaced).placed_at, example(ItemPicked).at, example(ShipmentShipped).at,
        example(TrackingUpdated).at, example(ShipmentDelivered).at, example(ReturnShipped).at,
    ]  # fmt: skip

    assert happened == sorted(happened)
    assert example(ReserveStock).expires_at > example(AuthorizePayment).until > happened[0]
