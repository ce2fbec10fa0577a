"""Can a picker scan with the camera, in a browser that cannot read barcodes itself?

Chromium on Linux cannot; its camera is a film of one barcode.
"""

from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from chassis.testing import eventually
from local.browser import PHONE, Browser, NoBrowser, a_browser
from local.journey import order_body

SIZE = (640, 480)
WITH_CAMERA = ("use-fake-device-for-media-stream", "use-fake-ui-for-media-stream")


def film(code: str, file: Path) -> Path:
    """Make a film (YUV4MPEG2, two gray pictures) of a barcode on white paper."""
    barcode = zxingcpp.create_barcode(code, zxingcpp.BarcodeFormat.Code128)
    made = zxingcpp.write_barcode_to_image(barcode, scale=3)
    scene = Image.new("L", SIZE, 235)
    paper = Image.fromarray(made).convert("L")
    scene.paste(paper, ((SIZE[0] - paper.width) // 2, (SIZE[1] - paper.height) // 2))
    chroma = bytes([128]) * (SIZE[0] * SIZE[1] // 2)
    head = f"YUV4MPEG2 W{SIZE[0]} H{SIZE[1]} F10:1 Ip A1:1 C420jpeg\n".encode()
    file.write_bytes(head + 2 * (b"FRAME\n" + scene.tobytes() + chroma))
    return file


@pytest.fixture
def barcode() -> str:
    return "CAMERA-4711"


@pytest.fixture
def with_camera(built, system, tmp_path, barcode):
    try:
        seen = film(barcode, tmp_path / "barcode.y4m")
        with a_browser(*WITH_CAMERA, f"use-file-for-fake-video-capture={seen}") as driver:
            shown = Browser(driver, system.gateway_url)
            shown.size(*PHONE)
            yield shown
    except NoBrowser as why:
        pytest.skip(str(why))


def test_what_the_camera_sees_is_picked(with_camera, barcode, person, api, staff, new_sku):
    browser, sku = with_camera, new_sku(berlin=5)
    known = api.get(f"/skus/{sku}")["data"]
    facts = {name: known[name] for name in ("name", "dimensions", "weight_g")}
    api.put(f"/skus/{sku}", {**facts, "barcodes": [barcode]})
    order_id = api.post("/orders", order_body([(sku, 2, 900)]))["order_id"]
    list_id = staff.allocated(order_id)["fulfillments"][0]["fulfillment_order_id"]
    browser.log_in(person("picker"))
    browser.sees("Pick lists")
    browser.go(f"picking/{list_id}")
    browser.click("Start picking")
    browser.sees("Scan the first thing")
    assert not any("zxing" in name for name in browser.loaded)

    browser.named_button("Camera").click()

    eventually(lambda: api.get(f"/fulfillments/{list_id}")["lines"][0]["picked"] == 1, within=30)
    browser.sees("1/2")
    assert any("zxing" in name for name in browser.loaded)
    assert browser.complaints == []
