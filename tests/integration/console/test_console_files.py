"""Does a person get a file of orders, and bring one of SKUs, mended after its first look?"""

import csv
import io
import uuid

from chassis.testing import eventually
from local.journey import order_body


def test_the_orders_of_a_filter_are_written_to_a_file(browser, person, api, new_sku):
    mark, sku = uuid.uuid4().hex[:12], new_sku(berlin=3)
    order_id = api.post("/orders", {**order_body([(sku, 2, 1290)]), "tags": [mark]})["order_id"]
    eventually(lambda: api.get("/orders", tag=mark)["orders"], within=30)

    browser.log_in(person("order_manager"))
    browser.sees("Dashboard")
    browser.go(f"orders?tag={mark}")
    browser.click("Export")
    browser.sees("Job: export orders")
    file = browser.fetched("Fetch the file")

    written = list(csv.DictReader(io.StringIO(file.lstrip("\ufeff"))))
    assert [(row["order_id"], row["sku"]) for row in written] == [(order_id, sku)]
    assert browser.barriers == []


def test_a_buyer_brings_a_file_of_skus_mends_it_and_confirms_it(
    browser, person, api, new_sku, tmp_path
):
    file, right, wrong = tmp_path / "skus.csv", new_sku(berlin=3), new_sku(berlin=3)
    file.write_text(f"sku,weight_g\n{right},500\n{wrong},heavy\n")

    browser.log_in(person("buyer"))
    browser.click("Jobs")
    browser.click("Import a file")
    browser.bring(file)
    browser.click("Check the file")
    browser.sees("'heavy' is no whole number")
    assert browser.barriers == []
    assert api.get(f"/skus/{right}")["data"]["weight_g"] == 200
    browser.click("Change 1 rows")
    eventually(lambda: api.get(f"/skus/{right}")["data"]["weight_g"] == 500, within=30)

    file.write_text(browser.fetched("Fetch the rows that failed").replace("heavy", "600"))
    browser.click("Import a file")
    browser.bring(file)
    browser.click("Check the file")
    browser.click("Change 1 rows")
    eventually(lambda: api.get(f"/skus/{wrong}")["data"]["weight_g"] == 600, within=30)
    assert browser.complaints == []
