"""Lists show what lies within somebody's warehouses and channels, and pages are filled with it."""

from collections.abc import Callable
from typing import Any

import pytest

from contracts import inventory, orders, payments, returns, shipping, stuck, warehouse
from gateway.people.browser import COOKIE
from gateway.tests.builders import NOW, Api, an_order, example
from gateway.tests.handlers.test_gateway_matrix import logged_in

WAREHOUSES = {"warehouses": ("BER",)}
CHANNELS = {"channels": ("shop",)}


def an_id(prefix: str, number: int) -> str:
    return f"{prefix}_{number:026d}"


@pytest.fixture
def api() -> Any:
    """Orders with even numbers are of the shop, fulfillment orders with odd ones lie in Berlin."""
    api = Api()

    def origins(asked: orders.OriginsOf) -> orders.Origins:
        return orders.Origins(
            origins=tuple(
                orders.Origin(order_id=order_id, channel=("shop", "fair")[int(order_id[4:]) % 2])
                for order_id in asked.order_ids
            )
        )

    def places(asked: warehouse.PlacesOf) -> warehouse.Places:
        return warehouse.Places(
            places=tuple(
                warehouse.Place(
                    fulfillment_order_id=which,
                    order_id=an_id("ord", int(which[4:])),
                    warehouse_id=("HAM", "BER")[int(which[4:]) % 2],
                )
                for which in asked.fulfillment_order_ids
            )
        )

    api.services.answers |= {"orders.origins": origins, "warehouse.places": places}
    yield api
    api.client.delete_cookie(COOKIE)


def pages(make: Callable[[int], Any], page: Any, name: str, last: int = 10) -> Any:
    """A list of ten, from which a service gives pages; `next` is a row's number."""

    def answer(asked: Any) -> Any:
        first = int(asked.after or 0) + 1
        rows = tuple(make(n) for n in range(first, last + 1))[: asked.limit]
        end = first + len(rows) - 1
        return page(**{name: rows, "next": str(end) if end < last else ""})

    return answer


def a_payment(number: int) -> payments.Payment:
    order_id, payment_id = an_id("ord", number), an_id("pay", number)
    return example(payments.Payment, order_id=order_id, payment_id=payment_id)


def numbers(rows: list[dict[str, Any]], name: str = "order_id") -> list[int]:
    return [int(row[name][4:]) for row in rows]


def test_a_page_is_filled_with_what_is_ones_own(api: Api) -> None:
    api.services.answers["payments.find"] = pages(a_payment, payments.PaymentPage, "payments")
    logged_in(api, "finance", **CHANNELS)

    first = api.client.get("/payments?limit=3").json
    rest = api.client.get(f"/payments?limit=3&after={first['next']}").json

    assert (numbers(first["payments"]), first["next"]) == ([2, 4, 6], "6")
    assert (numbers(rest["payments"]), rest["next"]) == ([8, 10], "")


def test_a_page_may_be_short_where_nearly_all_is_of_others(api: Api) -> None:
    def others(asked: orders.OriginsOf) -> orders.Origins:
        return orders.Origins(origins=())

    api.services.answers["orders.origins"] = others
    api.services.answers["payments.find"] = pages(a_payment, payments.PaymentPage, "payments", 99)
    logged_in(api, "finance", **CHANNELS)

    page = api.client.get("/payments?limit=3").json

    assert (page["payments"], page["next"]) == ([], "15")
    assert api.heard.count("payments.find") == 5


def test_all_orders_of_a_page_are_asked_about_at_once(api: Api) -> None:
    api.services.answers["payments.find"] = pages(a_payment, payments.PaymentPage, "payments")
    logged_in(api, "finance", **CHANNELS)

    api.client.get("/payments?limit=50")

    assert api.heard == ["payments.find", "orders.origins"]


@pytest.mark.parametrize(
    ("limits", "found"), [(WAREHOUSES, [1, 3, 5]), (CHANNELS, [2, 4]), (WAREHOUSES | CHANNELS, [])]
)
def test_a_shipment_belongs_to_the_warehouse_that_packed_it_and_to_its_order(
    limits: Any, found: list[int], api: Api
) -> None:
    rows = tuple(
        example(
            shipping.Shipment,
            shipment_id=an_id("shp", n), order_id=an_id("ord", n),
            fulfillment_order_id=an_id("ful", n),
        )
        for n in range(1, 6)
    )  # fmt: skip
    api.services.answers["shipping.find"] = shipping.ShipmentPage(shipments=rows)
    logged_in(api, "packer", **limits)

    assert numbers(api.client.get("/shipments").json["shipments"]) == found


def test_the_label_of_a_return_belongs_to_no_warehouse(api: Api) -> None:
    known = {"order_id": an_id("ord", 1), "return_id": an_id("ret", 1)}
    row = example(shipping.Shipment, **known, fulfillment_order_id="")
    api.services.answers["shipping.find"] = shipping.ShipmentPage(shipments=(row,))
    logged_in(api, "packer", **WAREHOUSES)

    assert len(api.client.get("/shipments").json["shipments"]) == 1


@pytest.mark.parametrize(
    ("role", "url", "question", "field", "limits"),
    [
        ("read_only", "/orders", "orders.find", "channels", CHANNELS),
        ("read_only", "/channels", "channels.connections", "channels", CHANNELS),
        ("read_only", "/imports", "channels.imports", "channels", CHANNELS),
        ("read_only", "/channel-orders", "channels.inbound", "channels", CHANNELS),
        ("read_only", "/channel-pushes", "channels.pushes", "channels", CHANNELS),
        ("picker", "/fulfillments", "warehouse.find", "warehouses", WAREHOUSES),
        ("picker", "/count-tasks", "warehouse.count_tasks", "warehouses", WAREHOUSES),
        ("buyer", "/skus/MUG/movements", "inventory.ledger", "warehouses", WAREHOUSES),
        ("returns", "/returns", "returns.find", "warehouses", WAREHOUSES),
    ],
)
def test_services_are_asked_for_no_more_than_lies_within(
    role: str, url: str, question: str, field: str, limits: Any, api: Api
) -> None:
    logged_in(api, role, **limits)
    assert api.client.get(url).status_code == 200
    heard = next(one for one in api.services.heard if one.name == question)
    assert getattr(heard.asked, field) == limits[field]

    logged_in(api, role)
    api.services.heard.clear()
    assert api.client.get(url).status_code == 200
    assert getattr(api.services.heard[0].asked, field) is None
    assert len(api.heard) == 1


def test_counts_are_of_ones_own_channels(api: Api) -> None:
    logged_in(api, "order_manager", **CHANNELS)

    api.client.post("/orders/counts", json={"views": [{}]}, headers={"X-CSRF-Token": "token"})

    assert api.services.heard[0].asked.channels == ("shop",)


@pytest.mark.parametrize("name", ["channels", "warehouses"])
def test_nobody_fills_in_the_bounds_themselves(name: str, api: Api) -> None:
    counts = api.call("POST", "/orders/counts", {"views": [{}], name: ["fair"]})
    listed = api.call("GET", f"/orders?{name}=fair")

    assert [answer.json["errors"][0]["field"] for answer in (counts, listed)] == [name] * 2
    assert api.heard == []


def test_who_has_no_warehouse_at_all_sees_nothing_rather_than_everything(api: Api) -> None:
    logged_in(api, "picker", warehouses=())

    api.client.get("/fulfillments")

    assert api.services.heard[0].asked.warehouses == ()


def test_stock_is_shown_where_one_works_and_added_up_there(api: Api) -> None:
    def lies(where: str, available: int) -> inventory.WarehouseStock:
        return example(inventory.WarehouseStock, warehouse_id=where, available=available)

    view = example(inventory.SkuView, available=7)
    view = inventory.SkuView(
        data=view.data, version=1, available=7, stock=(lies("BER", 2), lies("HAM", 5))
    )
    api.services.answers["inventory.get_sku"] = view
    api.services.answers["inventory.find_skus"] = inventory.SkuPage(skus=(view,))
    logged_in(api, "buyer", **WAREHOUSES)

    one, listed = api.client.get("/skus/MUG").json, api.client.get("/skus").json["skus"][0]

    assert (one["available"], [s["warehouse_id"] for s in one["stock"]]) == (2, ["BER"])
    assert listed == one


def test_warehouses_are_shown_where_one_works(api: Api) -> None:
    rows = tuple(example(warehouse.WarehouseView, warehouse_id=w) for w in ("BER", "HAM"))
    api.services.answers["warehouse.warehouses"] = warehouse.Warehouses(warehouses=rows, cartons=())
    logged_in(api, "buyer", **WAREHOUSES)

    shown = api.client.get("/warehouses").json["warehouses"]

    assert [one["warehouse_id"] for one in shown] == ["BER"]


def test_exceptions_belong_to_the_orders_that_they_are_about(api: Api) -> None:
    def a_stuck(subject: str, order_id: str) -> stuck.Stuck:
        return example(
            stuck.Stuck, exception_id=f"orders:run:{subject}", order_id=order_id, since=NOW,
            allowed=("retry",),
        )  # fmt: skip

    mine, other = an_id("ord", 2), an_id("ord", 1)
    rows = (a_stuck(mine, mine), a_stuck("m1", mine), a_stuck(other, other), a_stuck("m2", ""))
    api.services.answers["orders.stuck"] = stuck.StuckPage(stuck=rows)
    logged_in(api, "order_manager", **CHANNELS)

    shown = api.client.get("/exceptions").json["exceptions"]

    assert {(one["exception_id"], tuple(one["allowed"])) for one in shown} == {
        (f"orders:run:{mine}", ("retry",)),
        ("orders:run:m1", ()),  # its id does not say whose it is
    }
    sent = {"decision": "retry", "reason": "again"}
    for subject, status in ((mine, 200), ("m1", 404), (other, 404)):
        url = f"/exceptions/orders:run:{subject}/decisions"
        answer = api.client.post(url, json=sent, headers={"X-CSRF-Token": "token"})
        assert answer.status_code == status


def test_the_page_of_an_order_shows_what_lies_where_one_works(api: Api) -> None:
    order_id = an_id("ord", 2)
    rows = tuple(
        example(warehouse.Fulfillment, order_id=order_id, warehouse_id=where, number=n)
        for n, where in enumerate(("BER", "HAM"), 1)
    )
    api.services.answers["orders.get"] = example(orders.Order, order_id=order_id)
    api.services.answers["warehouse.of_order"] = warehouse.FulfillmentPage(fulfillments=rows)
    api.services.answers["returns.of_order"] = returns.ReturnPage(returns=())
    logged_in(api, "read_only", **WAREHOUSES)

    page = api.client.get(f"/orders/{order_id}").json

    assert [one["warehouse_id"] for one in page["fulfillments"]] == ["BER"]
    assert page["hidden"] == []


def test_a_foreign_order_is_answered_as_one_that_does_not_exist(api: Api) -> None:
    api.services.answers["orders.origins"] = orders.Origins(origins=())
    logged_in(api, "order_manager", **CHANNELS)
    unknown = api.client.get(f"/orders/{an_id('ord', 2)}").json
    api.services.answers["orders.origins"] = orders.Origins(
        origins=(orders.Origin(order_id=an_id("ord", 2), channel="fair"),)
    )

    assert api.client.get(f"/orders/{an_id('ord', 2)}").json == unknown
    assert unknown["detail"] == f"There is no order {an_id('ord', 2)}."


def test_an_order_cannot_be_placed_in_the_name_of_another_channel(api: Api) -> None:
    logged_in(api, "order_manager", **CHANNELS)
    headers = {"X-CSRF-Token": "token"}

    theirs = api.client.post("/orders", json=an_order(channel="fair"), headers=headers)
    mine = api.client.post("/orders", json=an_order(channel="shop"), headers=headers)

    assert (theirs.status_code, mine.status_code) == (404, 201)
    assert api.heard == ["orders.place"]
