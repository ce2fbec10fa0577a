"""Orders are listed newest first, page by page, and found by the start of any of their words."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from chassis.errors import NotFound, Refused
from contracts.inventory import SkuSaved
from contracts.orders import (
    CancelOrder,
    ChangeTags,
    CountOrders,
    FindOrders,
    GetHistory,
    OrderFilter,
    OrderRef,
    OriginsOf,
    ResolveStep,
)
from contracts.payments import PaymentCaptured
from contracts.returns import ReturnOpened
from contracts.shipping import ParcelLabel, ShipmentLabeled
from contracts.stuck import FindStuck
from contracts.values import Customer, Money
from contracts.warehouse import OrderRouted, PlannedFulfillment, RoutingFailed
from services.orders import exceptions, finding, handlers, journeys, queries
from services.orders.sagas.hearing import is_stuck
from services.orders.tests.builders import MUG, NOW, SHIRT, a_line, a_sku, an_address
from services.orders.tests.db.conftest import Office


def found(office: Office, **asked: Any) -> list[str]:
    return [row.order_id for row in office.ask(finding.find_orders, FindOrders(**asked)).orders]


def page_by_page(office: Office, between: Any = None, **asked: Any) -> list[str]:
    seen, after = [], ""
    for _ in range(50):
        page = office.ask(finding.find_orders, FindOrders(after=after, limit=2, **asked))
        seen += [row.order_id for row in page.orders]
        if between:
            between()
        if not (after := page.next):
            return seen
    raise AssertionError("the pages never end")


def test_pages_join_without_gap_or_overlap_while_orders_come_in_and_change(office: Office) -> None:
    old = [
        office.place(placed_at=NOW - timedelta(minutes=i // 2)).order_id  # two of each instant
        for i in range(7)
    ]

    def meanwhile() -> None:
        office.work.now += timedelta(seconds=1)
        office.place()
        office.do(handlers.change_tags, ChangeTags(order_id=old[-1], add=(f"t{office.work.now}",)))

    seen = page_by_page(office, meanwhile, placed_to=NOW + timedelta(microseconds=1))

    assert sorted(seen) == sorted(old)
    assert len(seen) == len(set(seen))


def test_the_newest_order_comes_first(office: Office) -> None:
    old = office.place(placed_at=NOW - timedelta(days=1)).order_id
    new = office.place().order_id

    assert found(office) == [new, old]


def test_who_may_see_some_channels_finds_orders_of_those_only(office: Office) -> None:
    api = office.place(placed_at=NOW - timedelta(days=2)).order_id
    shop = office.place(channel="my-shop", channel_order_id="77", tags=("vip",)).order_id
    fair = office.place(channel="fair", channel_order_id="78", tags=("vip",)).order_id

    assert found(office, channels=("my-shop",)) == [shop]
    assert {*found(office, channels=("my-shop", "fair"))} == {shop, fair}
    assert found(office, channels=("my-shop", "api"), channel="fair") == []
    assert found(office, channels=("my-shop",), tag="vip") == [shop]
    assert page_by_page(office, channels=("api", "fair")) == [fair, api]
    assert found(office, channels=()) == []


def test_orders_tell_their_channels_to_whoever_must_know(office: Office) -> None:
    api = office.place().order_id
    shop = office.place(channel="my-shop", channel_order_id="77").order_id

    asked = OriginsOf(order_ids=(shop, api, "ord_" + "Z" * 26))
    origins = office.ask(queries.get_origins, asked).origins

    assert {one.order_id: one.channel for one in origins} == {api: "api", shop: "my-shop"}


def test_each_filter_finds_what_it_names_and_nothing_else(office: Office) -> None:
    plain = office.place(placed_at=NOW - timedelta(days=2)).order_id
    other = office.place(channel="my-shop", channel_order_id="77", tags=("vip",)).order_id
    canceled = office.place(placed_at=NOW - timedelta(days=1)).order_id
    with office.batch(OrderRef(order_id=canceled)) as (orders, _):
        orders.get(canceled).cancel("no")

    assert found(office, status="canceled") == [canceled]
    assert found(office, status="pending", channel="api") == [plain]
    assert found(office, channel="my-shop") == [other]
    assert found(office, tag="vip") == [other]
    assert found(office, payment_status="paid") == []
    assert found(office, fulfillment_status="canceled") == [canceled]
    assert found(office, placed_from=NOW) == [other]
    assert found(office, placed_to=NOW - timedelta(days=1)) == [plain]
    assert found(office, placed_from=NOW - timedelta(days=1)) == [other, canceled]


def test_a_tag_is_found_as_a_whole_and_never_by_text(office: Office) -> None:
    office.place(tags=("vip-gold", "tag"))
    vip = office.place(tags=("vip", "Straße & Co: 'a' \\ | !(*)")).order_id

    assert found(office, tag="vip") == [vip]
    assert found(office, tag="Straße & Co: 'a' \\ | !(*)") == [vip]
    assert found(office, tag="vi") == []
    assert found(office, text="tag") == []
    office.do(handlers.change_tags, ChangeTags(order_id=vip, remove=("vip",)))
    assert found(office, tag="vip") == []


STARTS = [
    "1001", "#SHOP", "shop/20", "20-B", "ann", "Müller", "SCHMIDT", "ann.m", "ann.m@exam",
    "ann.m@example.com", "example.com", "MUG", "mug-1", "ann mug", "o'", "o'neill", "back\\slash",
    "a&b", "c|d", "!e", "(f)", "g:*", "10115", "+49",
]  # fmt: skip
SIGNS = ["'", "\\", "&", "a & | b", "((", "*", ":", ":*", "''", "\\'", "<->", "🙂", "ug-1", "mug2"]


def test_an_order_is_found_by_the_start_of_any_of_its_words(office: Office) -> None:
    name = "Ann O'Neill back\\slash a&b c|d !e (f) g:*"
    wanted = office.place(
        a_line(MUG), channel="shop", channel_order_id="#SHOP/20-B",
        customer=Customer(email="ann.m@example.com", phone="+49 30 1", name=name),
        ship_to=an_address("Anna Müller-Schmidt"),
    ).order_id  # fmt: skip
    other = Customer(email="zoe@elsewhere.org", name="Zoe")
    office.place(a_line(SHIRT), customer=other, ship_to=an_address("Zoe", postcode="20095"))

    assert {text: found(office, text=text) for text in STARTS} == {
        text: [wanted] for text in STARTS
    }


def test_signs_that_mean_something_to_the_database_mean_nothing_in_a_search(
    office: Office,
) -> None:
    known = office.place().order_id

    assert {text: found(office, text=text) for text in SIGNS} == {text: [] for text in SIGNS}
    assert found(office, text=" \x00 ") == [known]  # no word is no filter


def test_an_order_is_found_by_its_tracking_number_once_it_has_one(office: Office) -> None:
    order_id = office.place().order_id
    with office.batch(OrderRef(order_id=order_id)) as (orders, _):
        line = orders.get(order_id).lines[0]
    fulfillment = {"order_id": order_id, "fulfillment_order_id": "ful_1"}
    planned = PlannedFulfillment(
        fulfillment_order_id="ful_1", warehouse_id="BER",
        lines=({"line_id": line.line_id, "sku": MUG, "quantity": 1},),
    )  # fmt: skip
    routed = OrderRouted(
        order_id=order_id, round=1, attempt=1, fulfillments=(planned,), decision="near"
    )
    labeled = ShipmentLabeled(
        **fulfillment, shipment_id="shp", carrier="post", service="standard",
        cost=Money(amount=1, currency="EUR"),
        parcels=(ParcelLabel(package_id="pac", tracking_number="00340434161094"),),
    )  # fmt: skip
    for message in (routed, labeled):
        office.do(journeys.on_told, message, runs=True)

    assert found(office, text="0034043") == [order_id]
    assert found(office, text="0034044") == []


def test_an_order_is_found_by_the_barcodes_of_its_goods_as_they_are_now(office: Office) -> None:
    mug = office.place(a_line(MUG)).order_id
    shirt = office.place(a_line(SHIRT)).order_id
    for version, codes in ((2, ("4006381333931", "X-'9")), (3, ("X-'9",))):
        saved = replace(a_sku(MUG), barcodes=codes)
        with office.batch() as (orders, _):
            orders.save_sku(SkuSaved(sku=saved, version=version))
        by_code = found(office, text="4006381333931"), found(office, text="x-'9 mug")
        assert by_code == ([mug] if version == 2 else [], [mug])

    assert found(office, text="X-'9 shirt") == []
    assert found(office, text="shirt") == [shirt]
    assert found(office, text="4006381") == []  # a barcode is scanned as a whole
    counted = CountOrders(views=(OrderFilter(text="X-'9"), OrderFilter(text="4006381333931")))
    assert [one.count for one in office.ask(finding.count_orders, counted).counts] == [1, 0]


def test_a_barcode_of_several_skus_finds_the_orders_of_each(office: Office) -> None:
    spaced = "SET 7"
    for sku in (MUG, SHIRT, spaced):
        with office.batch() as (orders, _):
            orders.save_sku(SkuSaved(sku=replace(a_sku(sku), barcodes=("777",)), version=2))
    placed = [office.place(a_line(sku)).order_id for sku in (MUG, SHIRT, spaced)]

    assert sorted(found(office, text="777")) == sorted(placed)


def test_an_order_is_found_by_its_return_and_its_invoice_whatever_happens_later(
    office: Office,
) -> None:
    order_id = office.place().order_id
    return_id = "ret_01KK8W3T20BBNJATQ9E4ZXZVZ6"
    opened = ReturnOpened(return_id=return_id, order_id=order_id, lines=(), reason="too small")
    billed = PaymentCaptured(
        order_id=order_id, capture_id="cap", amount=Money(amount=1, currency="EUR"), captured=0,
        invoice="90817",
    )  # fmt: skip
    for message in (opened, billed):
        office.do(journeys.on_told, message, runs=True)
    office.do(handlers.change_tags, ChangeTags(order_id=order_id, add=("later",)))

    assert found(office, text=return_id) == [order_id]
    assert found(office, text="01kk8w3t20bb") == [order_id]
    assert found(office, text="90817 later") == []  # a tag is no word
    assert found(office, text="90817", tag="later") == [order_id]
    assert found(office, text="90818") == []


def test_a_page_that_was_never_given_is_refused(office: Office) -> None:
    for after in ("nonsense", "|", "|ord_1"):
        with pytest.raises(Refused) as refused:
            found(office, after=after)
        assert refused.value.field == "after"


def test_the_history_only_grows_in_order_and_names_who_and_why(office: Office) -> None:
    order_id = office.place().order_id
    office.do(handlers.change_tags, ChangeTags(order_id=order_id, add=("vip",)))
    cancel = CancelOrder(order_id=order_id, reason="changed my mind")
    office.do(handlers.cancel_order, cancel, runs=True)

    lines = office.ask(queries.get_history, GetHistory(order_id=order_id)).lines
    rest = office.ask(queries.get_history, GetHistory(order_id=order_id, after=1)).lines
    assert [line.seq for line in lines] == [1, 2, 3]
    assert rest == lines[1:]
    assert [(i.action, i.before, i.after, i.reason, i.actor) for i in lines[1:]] == [
        ("tags", "", "vip", "", "person:ann"),
        ("cancellation asked for", "", "", "changed my mind", "person:ann"),
    ]


def test_an_order_that_there_is_not_has_neither_page_nor_history(office: Office) -> None:
    unknown = "ord_" + "9" * 26
    for question, asked in (
        (queries.get_order, OrderRef(order_id=unknown)),
        (queries.get_history, GetHistory(order_id=unknown)),
    ):
        with pytest.raises(NotFound):
            office.ask(question, asked)


def test_a_stuck_order_is_listed_until_somebody_decides(office: Office) -> None:
    _, stuck = office.place(), office.place().order_id
    with office.batch(OrderRef(order_id=stuck)) as (_, runs):
        run = runs.of_subject(stuck)[0]
        run.step, run.attempts = "routing", 1
    failed = RoutingFailed(order_id=stuck, round=1, attempt=1, reason="No warehouse is open.")
    office.do(journeys.on_told, failed, runs=True)

    page = office.ask(exceptions.find_stuck, FindStuck())
    assert [(r.order_id, r.step, r.problem) for r in page.stuck] == [
        (stuck, "routing", "No warehouse is open.")
    ]
    retry = ResolveStep(order_id=stuck, run_id=stuck, decision="retry", reason="it is open now")
    office.do(handlers.resolve_step, retry, runs=True)
    assert office.ask(exceptions.find_stuck, FindStuck()).stuck == ()


def test_what_is_listed_as_stuck_is_what_a_person_may_decide_about(office: Office) -> None:
    stands = [
        ("forward", "", 1), ("forward", "late", 1), ("backward", "no money", 1),
        ("backward", "no answer", 4), ("waiting", "short", 1), ("done", "", 1),
    ]  # fmt: skip
    expected = {}
    for phase, problem, attempts in stands:
        order_id = office.place().order_id
        with office.batch(OrderRef(order_id=order_id)) as (_, runs):
            run = runs.of_subject(order_id)[0]
            run.phase, run.problem, run.attempts = phase, problem, attempts
            expected[order_id] = run.is_open and is_stuck(run)

    listed = {r.order_id for r in office.ask(exceptions.find_stuck, FindStuck()).stuck}
    assert {order_id: order_id in listed for order_id in expected} == expected
    assert list(expected.values()) == [False, True, False, True, True, False]
