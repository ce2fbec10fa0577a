"""Who places the orders? A process of its own, so that its CPU is nobody else's.

python -m benchmarks.load PORT CONCURRENCY ORDERS SEED [RATE]      the API key comes in API_KEY

Each of CONCURRENCY threads keeps one connection and sends its next order when the one before was
answered; with RATE (orders per second) at its time, or at once if that has passed. Prints one
JSON object: when each order was sent and answered (seconds since 1970), and the CPU it took.
"""

import http.client
import json
import os
import random
import sys
import threading
import time
import uuid
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from benchmarks.goods import wish

SECONDS = 60
DIFFERENT = 500


@dataclass
class Load:
    """What is to be sent, and what came of it."""

    port: int
    orders: int
    rate: float
    bodies: list[bytes]
    key: str
    began: float = 0.0
    sent: list[tuple[str, float, float]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._numbers = count()

    def run(self, concurrency: int) -> dict[str, Any]:
        """Send everything; return when each order went out and was answered."""
        threads = [threading.Thread(target=self._send_some) for _ in range(concurrency)]
        self.began = time.time()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        cpu = time.process_time()
        return {"sent": self.sent, "errors": self.errors, "cpu_seconds": cpu}

    def _send_some(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        while (number := next(self._numbers)) < self.orders:
            if self.rate:
                time.sleep(max(0.0, self.began + number / self.rate - time.time()))
            headers["Idempotency-Key"] = uuid.uuid4().hex
            body = self.bodies[number % len(self.bodies)]
            sent_at = time.time()
            try:
                connection.request("POST", "/orders", body, headers)
                answer = connection.getresponse()
                text = answer.read()
            except (OSError, http.client.HTTPException) as error:
                self.errors.append(f"{type(error).__name__}: {error}")
                connection.close()
                continue
            if answer.status != http.HTTPStatus.CREATED:
                self.errors.append(f"{answer.status}: {text[:200]!r}")
                continue
            self.sent.append((json.loads(text)["order_id"], sent_at, time.time()))


def main(arguments: list[str]) -> None:
    """Send the load that the arguments describe."""
    port, concurrency, orders, seed = (int(text) for text in arguments[:4])
    rate = float(arguments[4]) if arguments[4:] else 0.0
    dice = random.Random(seed)
    bodies = [wish(dice) for _ in range(min(orders, DIFFERENT))]
    load = Load(port, orders, rate, bodies, os.environ["API_KEY"])
    made = time.process_time()
    done = load.run(concurrency)
    done["cpu_seconds"] -= made
    print(json.dumps(done))


if __name__ == "__main__":
    main(sys.argv[1:])
