"""A file and a pull survive in PostgreSQL: by the service's own entrypoints, batch by batch."""

import hashlib
import json
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.errors import NotFound
from contracts import imports as said
from contracts.channels import AllConnections
from contracts.orders import ImportedOrder, OrderConfirmed, OrdersImported
from services.channels.imports import digest_of
from services.channels.marketplaces.marketplace import Page
from services.channels.tests.builders import FILES, NOW, SHOP, a_connection, an_order, sku_saved
from services.channels.tests.db.batches import Service

HEAD = "order_id,sku,quantity,unit_price,name,line1,city,country"


def a_row(order_id: str, sku: str = "MUG-1", quantity: str = "1") -> str:
    return f"{order_id},{sku},{quantity},10.00,Ann,Street 1,Berlin,DE"


def upload(shop: Service, *rows: str, key: str = "k", size: int = 1000) -> str:
    """Bring a file in parts; return the import's id."""
    text = "\n".join([HEAD, *rows])
    begun = shop.do(("begin_import", said.BeginImport(channel=FILES, key=key)))
    parts = [text[first : first + size] for first in range(0, len(text), size)]
    for number, part in enumerate(parts):
        told = said.ImportPart(import_id=begun.import_id, number=number, text=part)
        shop.do(("add_part", told))
    digest = digest_of([hashlib.sha256(part.encode()).hexdigest() for part in parts])
    end = said.EndUpload(import_id=begun.import_id, parts=len(parts), digest=digest)
    return shop.do(("end_upload", end)).import_id


def go_on(shop: Service, times: int = 1) -> None:
    for _ in range(times):
        shop.do(("go_on", None))


def read_on(shop: Service, import_id: str) -> said.Import:
    """Go on until all rows are read."""
    while (found := status(shop, import_id)).state == "reading":
        go_on(shop)
    return found


def status(shop: Service, import_id: str) -> said.Import:
    return shop.ask("import_status", said.ImportRef(import_id=import_id))


def results(shop: Service, import_id: str, **filters: Any) -> list[tuple[Any, ...]]:
    asked = said.FindResults(import_id=import_id, **filters)
    return [
        (x.row, x.channel_order_id, x.outcome) for x in shop.ask("import_results", asked).orders
    ]


def answer(shop: Service, refuse: str = "") -> list[str]:
    """Let orders answer for all that it was handed over; return the ids."""
    waiting = [x for x in shop.inbound() if x.state == "handed_over"]
    told = [
        ImportedOrder(channel=x.channel, channel_order_id=x.channel_order_id,
                      **({"code": "x", "reason": "no", "field": "total"}
                         if x.channel_order_id == refuse
                         else {"order_id": f"ord_{number:026d}"}))
        for number, x in enumerate(waiting)
    ]  # fmt: skip
    shop.do(("on_imported", OrdersImported(orders=tuple(told))))
    return [one.order_id for one in told if one.order_id]


def count(shop: Service, table: str) -> int:
    with shop.engine.connect() as connection:
        return connection.exec_driver_sql(f"select count(*) from {table}").scalar_one()


def test_a_file_becomes_orders_and_each_has_its_result(shop: Service) -> None:
    rows = [a_row("A-1"), a_row("A-2", "X"), a_row("A-3"), a_row("A-4", quantity="0"), a_row("A-1"),
            a_row("", "MUG-1"), a_row("A-5", quantity="two"), a_row("A-5", sku="")]  # fmt: skip
    import_id = upload(shop, *rows, size=100)
    found = read_on(shop, import_id)
    assert (found.state, found.rows, found.orders, found.waiting) == ("taking", 8, 6, 6)
    assert count(shop, "import_parts") == 0

    go_on(shop)
    answer(shop, refuse="A-3")
    go_on(shop)

    assert results(shop, import_id) == [
        (2, "A-1", "accepted"), (3, "A-2", "parked"), (4, "A-3", "refused"), (5, "A-4", "refused"),
        (7, "", "refused"), (8, "A-5", "refused"),
    ]  # fmt: skip
    found = status(shop, import_id)
    assert (found.state, found.accepted, found.parked, found.refused) == ("completed", 1, 1, 4)
    asked = said.FindResults(import_id=import_id, outcome="refused", limit=2)
    page = shop.ask("import_results", asked)
    assert [(x.row, x.reason) for x in page.orders] == [
        (4, "total: no"),
        (5, "Row 5: '0' is no whole number from 1 to 1000000."),
    ]
    assert page.next == 5
    last = shop.ask("import_results", said.FindResults(import_id=import_id, after=7)).orders[0]
    assert [(f.row, f.field) for f in last.faults] == [(8, "quantity"), (9, "sku")]


def test_a_parked_order_of_a_file_is_accepted_in_its_import_when_it_goes_on(shop: Service) -> None:
    import_id = upload(shop, a_row("A-1", "NEW-1"))
    go_on(shop, 2)
    assert status(shop, import_id).parked == 1

    shop.do(("save_sku", sku_saved("NEW-1")))
    answer(shop)

    assert status(shop, import_id).accepted == 1
    assert results(shop, import_id, outcome="accepted") == [(2, "A-1", "accepted")]


def test_the_same_file_again_is_all_duplicates(shop: Service) -> None:
    rows = [a_row(f"A-{n}") for n in range(5)]
    first = upload(shop, *rows)
    go_on(shop, 2)
    answer(shop)
    go_on(shop)

    second = upload(shop, *rows, key="other")
    go_on(shop, 3)

    found = status(shop, second)
    assert (first != second, found.state, found.duplicates, found.accepted) == (
        True, "completed", 5, 0,
    )  # fmt: skip
    assert len(shop.inbound()) == 5
    pages = shop.ask("imports", said.FindImports(limit=1))
    assert (pages.imports[0].import_id, pages.next) == (second, second)
    rest = shop.ask("imports", said.FindImports(channel=FILES, after=second))
    assert ([x.import_id for x in rest.imports], rest.next) == ([first], "")
    assert shop.ask("imports", said.FindImports(channels=("another",))).imports == ()
    assert len(shop.ask("imports", said.FindImports(channels=(FILES, "another"))).imports) == 2


def test_there_is_room_again_when_orders_are_confirmed(
    shop: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.channels.service.WINDOW", 4)
    import_id = upload(shop, *[a_row(f"A-{n}") for n in range(9)])
    go_on(shop, 4)
    assert status(shop, import_id).under_way == 4

    placed = answer(shop)
    go_on(shop, 2)
    assert (status(shop, import_id).accepted, status(shop, import_id).under_way) == (4, 0)

    for order_id in placed[:3]:
        shop.do(("on_confirmed", OrderConfirmed(order_id=order_id)))
    go_on(shop, 2)
    assert status(shop, import_id).under_way == 3


def test_an_order_that_is_confirmed_in_the_batch_in_which_it_was_placed_takes_no_room(
    shop: Service,
) -> None:
    upload(shop, a_row("A-1"))
    go_on(shop, 2)
    told = ImportedOrder(channel=FILES, channel_order_id="A-1", order_id="ord_" + "0" * 26)

    shop.do(
        ("on_confirmed", OrderConfirmed(order_id=told.order_id)),
        ("on_imported", OrdersImported(orders=(told,))),
    )

    assert count(shop, "orders_under_way") == 0


def test_a_step_that_fails_leaves_the_import_where_it_was(
    shop: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_id = upload(shop, *[a_row(f"A-{n}") for n in range(9)])
    go_on(shop)
    before = status(shop, import_id)

    with monkeypatch.context() as broken:
        broken.setattr("services.channels.imports.hand_over_taken", _dies)
        with pytest.raises(RuntimeError):
            go_on(shop)

    assert (status(shop, import_id), shop.inbound()) == (before, [])
    go_on(shop)
    assert status(shop, import_id).under_way == 9


def _dies(*_: Any) -> None:
    raise RuntimeError


def test_a_file_is_taken_with_few_statements(shop: Service) -> None:
    read_on(shop, upload(shop, *[a_row(f"A-{n}") for n in range(200)]))
    counted: list[str] = []
    sa.event.listen(shop.engine, "before_cursor_execute", lambda *a: counted.append(a[2]))

    go_on(shop)

    assert count(shop, "inbound_orders") == 200
    assert len(counted) < 30


def test_what_the_database_cannot_keep_is_refused_with_its_row(shop: Service) -> None:
    import_id = upload(shop, a_row("A-1", sku="\0"), a_row("\0"), a_row("x" * 300))
    go_on(shop, 3)

    assert results(shop, import_id) == [(2, "A-1", "refused"), (3, "", "refused"),
                                        (4, "", "refused")]  # fmt: skip
    assert status(shop, import_id).state == "completed"


def test_an_order_with_a_great_many_rows_is_counted_and_not_kept(shop: Service) -> None:
    import_id = upload(shop, *[a_row("A-1")] * 3000, size=20_000)
    read_on(shop, import_id)
    go_on(shop)

    (found,) = shop.ask("import_results", said.FindResults(import_id=import_id)).orders
    assert (found.lines, found.outcome) == (3000, "refused")
    with shop.engine.connect() as connection:
        kept = connection.exec_driver_sql("select length(rows) from import_orders").scalar_one()
    assert kept < 100_000


def test_what_nobody_knows_is_not_found(shop: Service) -> None:
    for name, asked in (("import_status", said.ImportRef(import_id="imp_x")),
                        ("import_results", said.FindResults(import_id="imp_x"))):  # fmt: skip
        with pytest.raises(NotFound):
            shop.ask(name, asked)


def test_uploads_that_were_given_up_are_forgotten(shop: Service) -> None:
    shop.do(("begin_import", said.BeginImport(channel=FILES, key="left")))
    with shop.engine.begin() as connection:
        connection.exec_driver_sql("update imports set created_at = now() - interval '2 days'")
    kept = upload(shop, a_row("A-1"))

    shop.do(("forget", None))

    assert [x.import_id for x in shop.ask("imports", said.FindImports()).imports] == [kept]


def test_a_page_and_how_far_we_are_are_kept_together(
    shop: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = (NOW + timedelta(hours=1)).isoformat()
    page = Page([json.dumps(an_order(id=n, updated_at=changed)) for n in (1, 2)], "p2")
    monkeypatch.setattr("services.channels.marketplaces.shopify.Shopify.pull", lambda *_: page)
    shop.service.engine = shop.engine
    shop.do(("connect", a_connection(pull_from=NOW)))
    go_on(shop)
    (call,) = shop.calls
    result = shop.service.call_pull(call)
    shop.conclude(call, result=result, by="pulled")

    assert [x.channel_order_id for x in shop.inbound()] == ["2", "1"]
    (following,) = shop.calls
    assert following.request["cursor"]["page"] == "p2"
    assert count(shop, "outside_calls where kind = 'channels.pull'") == 1

    shop.conclude(following, "failed", reason="away", by="pulled")
    (view,) = [
        x for x in shop.ask("connections", AllConnections()).connections if x.channel == SHOP
    ]
    assert (view.pull_problem, view.last_pulled_at) == ("away", None)
