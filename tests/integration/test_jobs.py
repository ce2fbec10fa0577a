"""Does a job do each row once, also of a file, though its process is killed in the middle?"""

import csv
import io
import uuid
from concurrent.futures import ThreadPoolExecutor

from chassis.testing import eventually
from local.journey import order_body

COUNT = 60


def make_orders(api, sku, count):
    with ThreadPoolExecutor(4) as pool:
        placed = pool.map(lambda _: api.post("/orders", order_body([(sku, 1, 900)])), range(count))
        return [one["order_id"] for one in placed]


def ended(api, job_id, within=90):
    return eventually(
        lambda: (job := api.get(f"/jobs/{job_id}"))["ended_at"] and job, within=within
    )


def reaches(api, order_id, status):
    eventually(lambda: api.get(f"/orders/{order_id}")["order"]["status"] == status, within=60)


def notes_of(api, order_id):
    return [note["text"] for note in api.get(f"/orders/{order_id}")["order"]["notes"]]


def killed_under_way(api, system, job_id, done):
    """Kill the process that works off a job when so much is done, while rows are under way."""
    eventually(lambda: api.get(f"/jobs/{job_id}")["done"] >= done, within=60, every=0.01)
    eventually(
        lambda: api.get(f"/jobs/{job_id}/rows", state="under_way")["rows"],
        within=10, every=0.001,
    )  # fmt: skip
    system.kill("deliveries")
    assert api.get(f"/jobs/{job_id}")["state"] == "running"
    system.revive("deliveries")


def brought(api, table, text):
    """Bring a file, and wait until it is checked."""
    sent = {"data": text.encode(), "headers": {"Content-Type": "text/csv"}}
    job_id = api.post(f"/jobs/imports/{table}", **sent)["job_id"]
    eventually(lambda: api.get(f"/jobs/{job_id}")["state"] == "checked", within=60)
    return job_id


def test_a_job_whose_process_is_killed_twice_writes_one_note_on_each_order(api, system):
    ids = make_orders(api, "MUG-RED", COUNT)
    text = uuid.uuid4().hex
    job_id = api.post("/jobs", {"kind": "note", "text": text, "order_ids": ids})["job_id"]

    for done in (1, 26):
        killed_under_way(api, system, job_id, done)

    job = ended(api, job_id)
    assert (job["state"], job["done"], job["failed"]) == ("done", COUNT, 0)
    assert [notes_of(api, order_id) for order_id in ids] == [[text]] * COUNT


def test_all_that_a_filter_finds_is_held_and_let_go_and_each_refusal_is_told(api, system, new_sku):
    sku = new_sku(berlin=3)
    tag = uuid.uuid4().hex[:12]
    ids = make_orders(api, sku, 3)
    for one in ids:
        reaches(api, one, "confirmed")
    tagged = api.post("/jobs", {"kind": "tag", "tags": [tag], "order_ids": ids})["job_id"]
    assert ended(api, tagged)["done"] == 3
    eventually(lambda: len(api.get("/orders", tag=tag)["orders"]) == 3, within=30)

    hold = {"kind": "hold", "reason": "recall", "filter": {"tag": tag}}
    job = ended(api, api.post("/jobs", hold)["job_id"])
    assert (job["state"], job["total"], job["done"]) == ("done", 3, 3), job
    held = [api.get(f"/orders/{one}")["order"]["holds"] for one in ids]
    assert [[hold["reason"] for hold in of_one] for of_one in held] == [["recall"]] * 3

    release = {"kind": "release", "filter": {"tag": tag}}
    assert ended(api, api.post("/jobs", release)["job_id"])["done"] == 3
    assert [api.get(f"/orders/{one}")["order"]["holds"] for one in ids] == [[]] * 3

    cancel = {"kind": "cancel", "reason": "sold out", "order_ids": ids}
    assert ended(api, api.post("/jobs", cancel)["job_id"])["failed"] == 0
    for one in ids:
        reaches(api, one, "canceled")
    again = ended(api, api.post("/jobs", cancel)["job_id"])
    assert (again["done"], again["failed"]) == (0, 3)
    (first, *_) = api.get(f"/jobs/{again['job_id']}/rows", state="failed")["rows"]
    assert first["problem"]["type"] == "/problems/illegal-move"


def test_an_import_whose_process_is_killed_twice_counts_each_shelf_once(api, system, new_sku):
    skus = [new_sku(berlin=3) for _ in range(COUNT)]
    counted = "".join(f"{sku},berlin,{number + 4}\n" for number, sku in enumerate(skus))
    job_id = brought(api, "stock", f"sku,warehouse,counted\n{counted}")
    assert {api.get(f"/skus/{sku}")["stock"][0]["on_hand"] for sku in skus} == {3}

    api.post(f"/jobs/{job_id}/confirm")
    for done in (1, 26):
        killed_under_way(api, system, job_id, done)

    job = ended(api, job_id)
    assert (job["state"], job["done"], job["failed"]) == ("done", COUNT, 0)
    for number, sku in enumerate(skus):
        assert api.get(f"/skus/{sku}")["stock"][0]["on_hand"] == number + 4
        moved = api.get(f"/skus/{sku}/movements")["movements"]
        assert [one["on_hand"] for one in moved if one["kind"] == "adjusted"] == [number + 1]


def test_what_a_filter_finds_is_written_to_a_file_as_it_is(api, new_sku):
    sku, tag = new_sku(berlin=9), uuid.uuid4().hex[:12]
    body = {**order_body([(sku, 2, 1290)]), "tags": [tag]}
    ids = [api.post("/orders", body)["order_id"] for _ in range(3)]
    eventually(lambda: len(api.get("/orders", tag=tag)["orders"]) == 3, within=30)

    wish = {"kind": "export_orders", "filter": {"tag": tag}}
    job = ended(api, api.post("/jobs", wish)["job_id"])

    file = api.bytes(f"/jobs/{job['job_id']}/file").decode("utf-8-sig")
    written = list(csv.DictReader(io.StringIO(file)))
    assert [row["order_id"] for row in written] == ids[::-1]
    assert {(row["sku"], row["quantity"], row["unit_price"]) for row in written} == {
        (sku, "2", "12.90")
    }
