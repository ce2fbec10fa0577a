"""Do the guides for programmers do what they say, word for word?"""

import re
import shlex
import subprocess
import uuid

import pytest

from local.processes import ROOT

GUIDES = ROOT / "docs" / "guides"
# a person reads for some seconds before the next step; a shell has to wait
WAIT = """
wait_for() { for _ in $(seq 200); do eval "$1" > /dev/null 2>&1 && return; sleep 0.3; done
             echo "in vain: $1"; eval "$1"; exit 1; }
"""
SEEN = {
    "Place it": "api GET /orders/$ORDER | grep fulfillment_order_id",
    "Pick and pack it": 'api GET /orders/$ORDER | grep \'"tracking_number": *"SB\'',
    "Ship it": "api GET /orders/$ORDER | grep '\"delivered\"'",
    "Take some of it back": "api GET /returns/$RETURN | grep '\"completed\"'",
}


def blocks(guide: str, language: str) -> list[tuple[str, str]]:
    """The code of a guide, each piece with the heading above it."""
    heading, found = "", []
    for part in re.split(r"^(?=## )", (GUIDES / guide).read_text(), flags=re.MULTILINE):
        if part.startswith("## "):
            heading = part.splitlines()[0][3:]
        found += [
            (heading, code) for code in re.findall(rf"```{language}\n(.*?)```", part, re.DOTALL)
        ]
    return found


@pytest.fixture
def example(system):
    """What the Python of the guide defines, and its client for this system."""
    names = {"__name__": "guide"}
    for _, code in blocks("programs.md", "python"):
        exec(code, names)
    return names, names["Oms"](system.gateway_url, system.api_key)


def test_the_client_of_the_guide_sells_once_however_often_it_asks(example, api, new_sku):
    names, oms = example
    sku, number = new_sku(berlin=5), uuid.uuid4().hex

    first = names["sell"](oms, number, sku, 1290)
    assert names["sell"](oms, number, sku, 1290) == first
    assert [o["order_id"] for o in api.get("/orders", text=sku)["orders"]] == [first]


def test_the_client_of_the_guide_hears_why_it_was_refused(example):
    names, oms = example

    with pytest.raises(names["Refused"]) as no:
        oms.call("POST", "/orders", {"currency": "EURO"})

    assert no.value.status == 422
    assert "currency" in {error["field"] for error in no.value.problem["errors"]}


def test_the_client_of_the_guide_changes_what_it_saw_and_goes_through_all_pages(
    example, api, new_sku
):
    names, oms = example
    sku, name = new_sku(berlin=9), f"g{uuid.uuid4().hex[:8]}"
    orders = [names["sell"](oms, f"{name}-{n}", sku, 500) for n in range(3)]

    stale = api.get(f"/orders/{orders[0]}")["order"]["version"] - 1
    with pytest.raises(names["Refused"]) as no:
        oms.call("POST", f"/orders/{orders[0]}/tags", {"add": [name]}, etag=f'"{stale}"')
    assert no.value.status == 412

    for order in orders:
        names["tag"](oms, order, name)
    numbers = {api.get(f"/orders/{order}")["order"]["number"] for order in orders}
    assert set(names["tagged"](oms, name)) == numbers
    pages = oms.pages("/orders", "orders", tag=name, limit=1)
    assert {order["number"] for order in pages} == numbers


def test_the_first_order_by_curl_goes_to_the_doorstep_and_back(system, api):
    script = WAIT
    for heading, code in blocks("first-order.md", "sh"):
        script += f"{code}\n"
        script += f"wait_for {shlex.quote(SEEN[heading])}\n" if heading else ""
    script += "echo DONE $ORDER"
    script = script.replace("KEY=oms_…", f"KEY={system.api_key}")
    script = script.replace("127.0.0.1:8080", f"127.0.0.1:{system.port}")

    done = subprocess.run(
        ["bash", "-c", script], capture_output=True, text=True, timeout=300, cwd=system.state,
        check=False,
    )  # fmt: skip

    assert "DONE ord_" in done.stdout, done.stdout[-2000:] + done.stderr[-2000:]
    order = done.stdout.rsplit("DONE ", 1)[1].split()[0]
    page = api.get(f"/orders/{order}")
    assert page["order"]["fulfillment_status"] == "delivered"
    assert page["order"]["refunded"] == 1290
