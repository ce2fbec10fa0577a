"""What does EasyPost answer? A small one over real HTTP, made of recorded answers."""

import copy
import hashlib
import hmac
import json
import threading
import time
import unicodedata
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

RECORDINGS = Path(__file__).parent / "recordings"
PAPERS = {"PDF": b"%PDF-1.4 ", "PNG": b"\x89PNG ", "ZPL": b"^XA^FD"}
MEDIA = {"PDF": "application/pdf", "PNG": "image/png", "ZPL": "application/zpl"}
NOT_FOUND = (
    404,
    {"error": {"code": "NOT_FOUND", "message": "The requested resource could not be found."}},
)


def recorded(name: str) -> list[Any]:
    """The exchanges of a recording."""
    return json.loads((RECORDINGS / f"{name}.json").read_text())


class EasyPostDesk:
    """What EasyPost keeps: shipments and orders by id, and what was sold of them."""

    def __init__(self) -> None:
        self.url, self.key, self.webhook_secret = "", "EZTK-key", "whsec-ümlaut"
        self.made: dict[str, Any] = {}
        self.sold: list[str] = []
        self.forms: list[Any] = []
        self.refunded: list[str] = []
        self.asked: list[tuple[str, str]] = []
        self.next: list[tuple[str, str, Any]] = []
        self.refund_status = "submitted"
        self.lock = threading.RLock()
        self.create, self.buy_it = recorded("shipment_buy")
        self.order_created = recorded("order_create")[0]

    def answer(  # noqa: PLR0911 - one for each thing that can be asked
        self, method: str, target: str, body: Any
    ) -> tuple[int, Any]:
        """Answer as EasyPost does."""
        parts = urlsplit(target)
        path = [unquote(part) for part in parts.path.split("/")[2:]]
        with self.lock:
            match method, path:
                case "GET", ["addresses"]:
                    return 200, recorded("client_make_api_call")[0]["response"]["body"]
                case "POST", ["addresses"]:
                    return self.verify(body["address"])
                case "POST", ["shipments"]:
                    return self.make(body.get("shipment") or {})
                case "POST", ["orders"]:
                    return self.make_order(body.get("order") or {})
                case "POST", ["scan_forms"]:
                    return self.scan_form(body["scan_form"]["shipments"])
                case "GET", [kind, name]:
                    found = self.find(kind, name)
                    return (200, found) if found else NOT_FOUND
                case "POST", ["shipments", name, "buy"] if found := self.find("shipments", name):
                    return self.buy(found, body["rate"]["id"])
                case "POST", ["orders", name, "buy"] if found := self.find("orders", name):
                    return self.buy_order(found, body)
                case "POST", ["shipments", name, "refund"] if found := self.find("shipments", name):
                    found["refund_status"] = self.refund_status
                    self.refunded.append(found["tracking_code"])
                    return 200, found
                case "GET", ["shipments", name, "label"] if found := self.find("shipments", name):
                    wanted = parse_qs(parts.query)["file_format"][0]
                    label = found["postage_label"]
                    label[f"label_{wanted.lower()}_url"] = self.file(found, wanted)
                    return 200, found
        return NOT_FOUND

    def verify(self, told: Any) -> tuple[int, Any]:
        """Know one address, and doubt all others, in the words of recorded answers."""
        known = recorded("address_create_verify_strict")[0]["response"]["body"]
        doubted = recorded("address_create_verify")[-1]["response"]["body"]
        return 201, known if told["street1"] == "388 Townsend St" else doubted

    def find(self, kind: str, name: str) -> Any:
        """Find by id, or else by reference."""
        if kind == "scan_forms":
            return next((form for form in self.forms if form["id"] == name), None)
        start = {"shipments": "shp_", "orders": "order_"}.get(kind, "-")
        of_kind = [x for x in self.made.values() if x["id"].startswith(start)]
        wanted = [x for x in of_kind if name in (x["id"], x.get("reference"))]
        return wanted[0] if wanted else None

    def make(self, wish: Any) -> tuple[int, Any]:
        """Make a shipment with three rates; what lacks its parcel is refused as it really is."""
        if not wish.get("parcel"):
            refused = recorded("error")[0]["response"]
            return refused["status"], refused["body"]
        made = copy.deepcopy(self.create["response"]["body"])
        made["id"] = f"shp_{len(self.made):032d}"
        made["reference"] = wish.get("reference")
        made["options"] = wish.get("options", {})
        made["customs_info"] = wish.get("customs_info")
        made["parcel"] |= wish["parcel"]
        for place in ("to_address", "from_address"):
            made[place] |= wish.get(place) or {}
        for number, rate in enumerate(made["rates"]):
            rate |= {"id": f"rate_{made['id']}_{number}", "shipment_id": made["id"]}
        self.made[made["id"]] = made
        return 201, made

    def make_order(self, wish: Any) -> tuple[int, Any]:
        """Make an order of several shipments."""
        made = copy.deepcopy(self.order_created["response"]["body"])
        ends = {name: wish.get(name) for name in ("to_address", "from_address")}
        made["shipments"] = [self.make(ends | one)[1] for one in wish["shipments"]]
        made |= {"id": f"order_{len(self.made):032d}", "reference": wish.get("reference") or ""}
        self.made[made["id"]] = made
        return 201, made

    def buy(self, made: Any, rate_id: str) -> tuple[int, Any]:
        """Sell one label for a shipment, and never a second."""
        if made["tracking_code"]:
            code = "SHIPMENT.POSTAGE.EXISTS"
            return 422, {"error": {"code": code, "message": "Postage already exists."}}
        rate = next((r for r in made["rates"] if r["id"] == rate_id), None)
        if rate is None:
            return NOT_FOUND
        number = f"94001002083031{len(self.sold):08d}"
        sold = copy.deepcopy(self.buy_it["response"]["body"])
        made |= {name: sold[name] for name in ("postage_label", "tracker", "fees")}
        made |= {"tracking_code": number, "selected_rate": rate}
        made["tracker"]["tracking_code"] = number
        wanted = made["options"].get("label_format", "PNG")
        made["postage_label"] |= {
            "label_file_type": MEDIA[wanted], "label_url": self.file(made, wanted),
        }  # fmt: skip
        self.sold.append(number)
        return 200, made

    def buy_order(self, made: Any, wish: Any) -> tuple[int, Any]:
        """Sell a label for each shipment of an order."""
        for one in made["shipments"]:
            named = [r["id"] for r in one["rates"] if r["service"] == wish["service"]]
            status, answer = self.buy(one, named[0] if named else "")
            if status != 200:
                return status, answer
        return 200, made

    def scan_form(self, wished: list[Any]) -> tuple[int, Any]:
        """Make a form over bought shipments, each on one form only."""
        parcels = [one for one in self.made.values() if one["id"].startswith("shp_")]
        found = [one for one in parcels if {"id": one["id"]} in wished]
        if len(found) < len(wished) or any(not one["tracking_code"] for one in found):
            told = "One or more of the shipments are not purchased."
            return 422, {"error": {"code": "SCAN_FORM.INVALID", "message": told}}
        if any(one.get("scan_form") for one in found):
            told = "One or more of the shipments are on a scan form already."
            return 422, {"error": {"code": "SCAN_FORM.DUPLICATE", "message": told}}
        form = copy.deepcopy(recorded("scanform_create")[1]["response"]["body"])
        form |= {
            "id": f"sf_{len(self.forms):032d}",
            "tracking_codes": [one["tracking_code"] for one in found],
            "form_url": f"{self.url}/files/form-{len(self.forms)}.PDF",
        }
        self.forms.append(form)
        for one in found:
            one["scan_form"] = form
        return 200, form

    def file(self, made: Any, wanted: str) -> str:
        return f"{self.url}/files/{made['tracking_code'] or made['id']}.{wanted}"

    def webhook(self, number: str, *scans: tuple[str, str]) -> tuple[str, str]:
        """What EasyPost posts of a parcel, and its signature."""
        tracker = copy.deepcopy(recorded("tracker_create")[0]["response"]["body"])
        detail = tracker["tracking_details"][-1]
        tracker["tracking_code"] = number
        tracker["tracking_details"] = [
            {**detail, "status": status, "datetime": at, "message": status} for status, at in scans
        ]
        body = json.dumps({"object": "Event", "description": "tracker.updated", "result": tracker})
        secret = self.webhook_secret
        digest = hmac.new(_normal(secret), body.encode(), hashlib.sha256).hexdigest()
        return body, f"hmac-sha256-hex={digest}"

    def fault(self, method: str, target: str) -> tuple[str, Any]:
        """Take the next fault, if it is for this request."""
        with self.lock:
            for i, (fits, way, value) in enumerate(self.next):
                if fits in f"{method} {target}":
                    del self.next[i]
                    return way, value
        return "", None


def _normal(secret: str) -> bytes:
    return unicodedata.normalize("NFKD", secret).encode()


@contextmanager
def an_easypost() -> Iterator[EasyPostDesk]:  # noqa: C901 - a server is a class in a function
    """Open EasyPost on a port of its own."""
    desk = EasyPostDesk()

    class Door(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: Any) -> None:
            """Be quiet."""

        def do_GET(self) -> None:
            self.serve("GET")

        def do_POST(self) -> None:
            self.serve("POST")

        def serve(self, method: str) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length) or "null")
            desk.asked.append((method, self.path))
            if self.path.startswith("/files/"):
                wanted = self.path.rpartition(".")[2]
                self.send(200, PAPERS[wanted] + self.path.encode(), MEDIA[wanted], {})
                return
            way, value = desk.fault(method, self.path)
            if way == "500":
                self.send_json(500, {"error": {"message": "broken"}})
            elif way == "429":
                self.send_json(429, {"error": {"code": "RATE_LIMITED"}}, {"Retry-After": value})
            elif self.headers.get("Authorization") != _basic(desk.key):
                error = {"code": "APIKEY.INACTIVE", "message": "This api key is not active."}
                self.send_json(401, {"error": error})
            else:
                status, answer = desk.answer(method, self.path, body)
                if way == "late":
                    time.sleep(value)
                if way == "dropped":  # it is done, and nobody hears of it
                    self.close_connection = True
                    return
                self.send_json(status, answer)

        def send_json(self, status: int, answer: Any, headers: Any = None) -> None:
            self.send(status, json.dumps(answer).encode(), "application/json", headers or {})

        def send(self, status: int, content: bytes, media_type: str, headers: Any) -> None:
            try:
                self.send_response(status)
                for name, value in {"Content-Type": media_type, **headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)
            except OSError:
                self.close_connection = True  # who asked has gone

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    server.daemon_threads = True
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.05), daemon=True)
    thread.start()
    desk.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield desk
    finally:
        server.shutdown()
        server.server_close()


def _basic(key: str) -> str:
    return f"Basic {b64encode(f'{key}:'.encode()).decode()}"
