"""Who receives webhooks in tests and drills? A receiver as the guide shows it; it may stumble."""

import itertools
import json
import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

from local.processes import ROOT

GUIDE = (ROOT / "docs/guides/webhooks.md").read_text()


def from_the_guide():
    """The receiver that the guide shows, with its check of the signature."""
    names = {"__name__": "guide"}
    for block in re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL):
        exec(block, names)
    return SimpleNamespace(**names)


class Receiver(ThreadingHTTPServer):
    """A receiver that does what the test says: a list of statuses, then 200 for ever.

    With the status 0 it hangs up instead of answering.
    """

    daemon_threads = True

    def __init__(self):
        self.got, self.wrong, self.statuses = [], [], itertools.repeat(200)
        self.secret, self.slow = "", 0.0
        self.guide = from_the_guide()
        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def about(self, order):
        """What came about an order: ids and types, as they came."""
        return [(i, e["type"]) for i, e, _ in self.got if e["data"].get("order_id") == order]

    def delivered(self, order):
        """The same, without what was refused, each once."""
        good = [(i, e["type"]) for i, e, s in self.got if s < 300 and order in str(e)]
        return list(dict.fromkeys(good))


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        if not self.server.guide.is_genuine(self.server.secret, headers, body):
            self.server.wrong.append(headers)
        status = next(self.server.statuses)
        self.server.got.append((headers["webhook-id"], json.loads(body), status))
        time.sleep(self.server.slow)
        if not status:
            self.close_connection = True
            return
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def subscribe(api, server):
    """Let the receiver hear of orders, payments and fulfillments."""
    url = f"http://127.0.0.1:{server.server_port}/hook"
    wish = {"url": url, "events": ["order.*", "payment.*", "fulfillment.*"]}
    made = api.post("/webhook-subscriptions", wish)
    server.secret = made["secret"]
    server.address = f"/webhook-subscriptions/{made['subscription_id']}"
