"""Files are brought and fetched over the API, by who may, in the form that spreadsheets know."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.errors import NotFound
from gateway.jobs import said
from gateway.jobs.desk import Jobs
from gateway.jobs.files import Files
from gateway.jobs.worker import Worker
from gateway.memory import MemoryServices
from gateway.people.roles import ROLES
from gateway.tests.browsers import app_on
from gateway.tests.builders import Api, example
from gateway.tests.job_trial import REMEMBERED
from gateway.tests.shelf import Shelf, a_sku

Call = Callable[..., Any]
IMPORT, STOCK = "/jobs/imports/skus", "/jobs/imports/stock"

STRANGE = (
    "color is no column here; these are: sku, name, barcodes, length_mm, width_mm, height_mm,"
    " weight_g, hs_code, origin_country, customs_value."
)


class Desk:
    """The API with a worker behind it, and an inventory that is played."""

    def __init__(self, engine: sa.Engine) -> None:
        Api()
        self.app, self.engine = app_on(engine), engine
        self.services = MemoryServices(example)
        self.shelf = Shelf(self.services)
        self.shelf.put(a_sku("MUG"), berlin=10)
        self._secrets: dict[Any, str] = {}

    def call(self, method: str, url: str, body: Any = None, scopes: Any = None, **more: Any) -> Any:
        key = scopes and tuple(sorted(scopes))
        if key not in self._secrets:
            keys = self.app.extensions["own"].keys
            self._secrets[key] = keys.create(f"key{len(self._secrets)}", scopes=scopes)
        told = {"Authorization": f"Bearer {self._secrets[key]}", **more}
        sent = {"data": body, "content_type": "text/csv"} if isinstance(body, str | bytes) else {}
        if isinstance(body, dict):
            sent = {"json": body}
        return self.app.test_client().open(url, method=method, headers=told, **sent)

    def works(self) -> None:
        worker = Worker(self.engine, self.services, 50, REMEMBERED, lambda _: None)
        while worker.work():
            pass


@pytest.fixture
def desk(engine: sa.Engine) -> Desk:
    return Desk(engine)


def faults(answer: Any, status: int = 422) -> list[tuple[str, str]]:
    assert answer.status_code == status, answer.text
    return [(one["field"], one["detail"]) for one in answer.json.get("errors", [])]


def test_a_file_is_brought_checked_mended_and_confirmed(desk: Desk) -> None:
    made = desk.call("POST", IMPORT, "sku,weight_g\nMUG,500\nCUP,200\n")
    assert (made.status_code, made.json["kind"]) == (202, "import_skus")
    at = made.headers["Location"]
    assert desk.call("POST", f"{at}/confirm").json["type"] == "/problems/illegal-move"
    desk.works()

    shown = desk.call("GET", at).json
    assert (shown["state"], shown["checked"], shown["failed"]) == ("checked", 1, 1)
    assert shown["allowed"] == ["cancel", "confirm", "file"]
    (row,) = desk.call("GET", f"{at}/rows?state=checked").json["rows"]
    assert row["changes"] == [{"field": "weight_g", "before": "300", "after": "500"}]

    failed = desk.call("GET", f"{at}/file")
    assert failed.text == (
        '\ufeffsku,weight_g,problem\r\nCUP,200,"There is no SKU CUP yet; a new one needs name,'
        ' length_mm, width_mm, height_mm."\r\n'
    )
    assert desk.call("POST", f"{at}/confirm").json["state"] == "queued"
    desk.works()
    assert desk.shelf.views["MUG"].data.weight_g == 500

    mended = failed.text.replace("CUP", "MUG").replace("200", "600")
    again = desk.call("POST", IMPORT, mended.encode()).headers["Location"]
    desk.works()
    assert desk.call("GET", again).json["checked"] == 1


@pytest.mark.parametrize(
    ("table", "text", "expected"),
    [
        ("skus", "", [("csv", "The file is empty.")]),
        ("skus", "name\nCup\n", [("sku", "The column sku is missing.")]),
        ("stock", "sku\nMUG\n", [
            ("warehouse", "The column warehouse is missing."),
            ("counted", "The column counted is missing."),
        ]),
        ("skus", "sku,name,Name\nMUG,a,b\n", [("name", "The column name is there twice.")]),
        ("skus", "sku,color\nMUG,red\n", [("color", STRANGE)]),
    ],
)  # fmt: skip
def test_a_wrong_header_is_refused_at_once_and_names_its_columns(
    table: str, text: str, expected: list[tuple[str, str]], desk: Desk
) -> None:
    assert faults(desk.call("POST", f"/jobs/imports/{table}", text)) == expected
    assert desk.call("GET", "/jobs").json["jobs"] == []
    assert kept_pieces(desk) == 0


@pytest.mark.parametrize(
    "body", ["sku,näme\n".encode("latin-1"), "sku,name\nMUG,a\n".encode("utf-16"), b"sku\nM\0\n"]
)
def test_what_is_not_utf_8_is_refused_in_words(body: bytes, desk: Desk) -> None:
    answer = desk.call("POST", IMPORT, body)

    assert answer.status_code == 400
    assert "CSV UTF-8" in answer.json["detail"]
    assert kept_pieces(desk) == 0


def test_a_file_that_is_too_large_or_of_another_kind_is_refused(desk: Desk) -> None:
    assert desk.call("POST", IMPORT, "sku\n" + "a" * 20_000_000).status_code == 413
    assert desk.call("POST", IMPORT, {"sku": "MUG"}).status_code == 415
    assert faults(desk.call("POST", "/jobs/imports/houses", "sku\n")) != []
    assert kept_pieces(desk) == 0


def test_a_file_that_is_sent_again_under_its_key_is_the_same_import(desk: Desk) -> None:
    key = {"Idempotency-Key": "stock-1"}
    text = "sku,warehouse,counted\nMUG,berlin,1\n"
    first = desk.call("POST", STOCK, text, **key).json["job_id"]

    assert desk.call("POST", STOCK, text, **key).json["job_id"] == first
    other = desk.call("POST", STOCK, text.replace("1", "2"), **key)
    assert (other.status_code, other.json["type"]) == (422, "/problems/key-reused")
    assert len(desk.call("GET", "/jobs").json["jobs"]) == 1
    assert kept_pieces(desk) == 1


def test_an_import_does_not_begin_without_a_file(desk: Desk) -> None:
    answer = desk.call("POST", "/jobs", {"kind": "import_skus"})

    assert faults(answer) == [("kind", "import_skus begins with a file: POST /jobs/imports/skus.")]


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"kind": "export_orders"}, "filter"),
        ({"kind": "export_orders", "filter": {}, "reason": "a"}, "reason"),
        ({"kind": "export_orders", "filter": {}, "skus": {}}, "skus"),
        ({"kind": "export_skus"}, "skus"),
        ({"kind": "export_stock", "skus": {}, "filter": {}}, "filter"),
        ({"kind": "export_stock", "skus": {}, "order_ids": ["ord_" + "0" * 26]}, "order_ids"),
        ({"kind": "tag", "tags": ["a"], "filter": {}, "skus": {}}, "skus"),
    ],
)
def test_an_export_says_what_it_is_of_and_nothing_else(
    wish: dict[str, Any], field: str, desk: Desk
) -> None:
    assert [name for name, _ in faults(desk.call("POST", "/jobs", wish))] == [field]


@pytest.mark.parametrize("role", ROLES)
def test_an_export_needs_the_permission_to_see_what_is_in_it(role: str, desk: Desk) -> None:
    for wish, needed in (
        ({"kind": "export_orders", "filter": {}}, "orders.read"),
        ({"kind": "export_skus", "skus": {}}, "stock.read"),
        ({"kind": "export_stock", "skus": {}}, "stock.read"),
    ):
        answer = desk.call("POST", "/jobs", wish, ROLES[role])

        assert answer.status_code == (202 if needed in ROLES[role] else 403), (wish, answer.text)


def test_a_file_is_fetched_whole_or_not_again_if_one_has_it(desk: Desk) -> None:
    at = desk.call("POST", "/jobs", {"kind": "export_stock", "skus": {}}).headers["Location"]
    assert desk.call("GET", f"{at}/file").status_code == 404
    desk.works()

    answer = desk.call("GET", f"{at}/file")
    assert answer.data.startswith(b"\xef\xbb\xbfsku,name,warehouse,on_hand")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="export_stock_2')
    tag = {"If-None-Match": answer.headers["ETag"]}
    again = desk.call("GET", f"{at}/file", **tag)
    assert (again.status_code, again.data) == (304, b"")


def test_only_who_asked_or_sees_all_jobs_fetches_a_file_and_only_who_may_see_what_is_in_it(
    desk: Desk,
) -> None:
    wish = {"kind": "export_skus", "skus": {}}
    at = desk.call("POST", "/jobs", wish, {"stock.read"}).headers["Location"] + "/file"
    desk.works()

    assert desk.call("GET", at, None, {"stock.read"}).status_code == 200
    assert desk.call("GET", at, None, {"stock.read", "settings.read"}).status_code == 200
    assert desk.call("GET", at, None, {"stock.read", "orders.read"}).status_code == 404
    answer = desk.call("GET", at, None, {"settings.read"})
    assert (answer.status_code, answer.json["permission"]) == (403, "stock.read")


def test_a_file_that_is_no_longer_kept_is_not_offered(desk: Desk) -> None:
    at = desk.call("POST", "/jobs", {"kind": "export_skus", "skus": {}}).headers["Location"]
    desk.works()
    Files(desk.engine).drop(at.removeprefix("/jobs/"))

    assert desk.call("GET", at).json["allowed"] == []
    assert desk.call("GET", f"{at}/file").status_code == 404


@pytest.mark.parametrize("table", ["skus", "stock"])
def test_a_template_has_the_columns_that_an_import_looks_at(table: str, desk: Desk) -> None:
    answer = desk.call("GET", f"/jobs/imports/{table}/template")
    assert answer.status_code == 200

    assert desk.call("POST", f"/jobs/imports/{table}", answer.data).status_code == 202
    assert "available" not in answer.text


def test_a_line_that_breaks_leaves_nothing_behind(desk: Desk, monkeypatch: Any) -> None:
    def breaks(*_: Any) -> said.Job:
        raise NotFound("line", "to the database")

    monkeypatch.setattr(Jobs, "start", breaks)
    assert desk.call("POST", IMPORT, "sku,name\nMUG,a\n").status_code == 404
    assert kept_pieces(desk) == 0


def kept_pieces(desk: Desk) -> Any:
    with desk.engine.connect() as connection:
        return connection.scalar(sa.text("select count(*) from job_files"))
