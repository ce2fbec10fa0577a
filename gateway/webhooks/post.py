"""How is a webhook sent? One POST, ten seconds, no redirect; of the answer we read the start."""

import time
from datetime import timedelta
from http import HTTPStatus

import eventlet
from urllib3 import BaseHTTPResponse, PoolManager, Timeout
from urllib3.exceptions import HTTPError, MaxRetryError, ProtocolError

from chassis import clock
from gateway.webhooks.addresses import guarded
from gateway.webhooks.patience import Attempt

SECONDS = 10
READ = 1024
AGENT = "OMS-Webhooks/1"
ASKS_FOR_PATIENCE = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)


class Post:
    """Sends webhooks; connections are kept for the next one to the same receiver."""

    def __init__(self, *, private: bool, seconds: float = SECONDS) -> None:
        make = PoolManager if private else guarded
        self._pools = make(num_pools=50, maxsize=8, retries=False)
        self._seconds = seconds

    def send(self, url: str, headers: dict[str, str], body: bytes) -> Attempt:
        """Send it and tell what became of it; raises nothing."""
        at, began = clock.now(), time.monotonic()
        status, answer, error, wait = None, "", "", timedelta()
        try:
            # a receiver that sends a byte now and then would never run into urllib3's timeout
            with eventlet.Timeout(self._seconds, TimeoutError):
                status, answer, wait = self._send(url, headers, body)
        except TimeoutError:
            error = f"There was no answer within {self._seconds:g} seconds."
        except (HTTPError, OSError, ValueError) as raised:
            error = _in_words(raised, self._seconds)
        return Attempt(at, round(time.monotonic() - began, 3), status, answer, error, wait)

    def _send(self, url: str, headers: dict[str, str], body: bytes) -> tuple[int, str, timedelta]:
        response = self._pools.request(
            "POST", url, body=body, redirect=False, preload_content=False, decode_content=False,
            headers={"Content-Type": "application/json", "User-Agent": AGENT, **headers},
            timeout=Timeout(connect=self._seconds, read=self._seconds),
        )  # fmt: skip
        try:
            start = response.read(READ)
            more = len(start) == READ
        except BaseException:
            response.close()
            raise
        if more:
            response.close()
        else:
            response.release_conn()
        text = start.decode("utf-8", "replace").replace("\x00", "")
        return response.status, text, _wait(response)


def _wait(response: BaseHTTPResponse) -> timedelta:
    asked = response.headers.get("Retry-After", "")
    if response.status in ASKS_FOR_PATIENCE and asked.isascii() and asked.isdigit():
        return timedelta(seconds=min(int(asked[:6]), 86_400))
    return timedelta()


def _in_words(error: BaseException, seconds: float) -> str:
    """Say what went wrong, without the addresses that Python's names for it are full of."""
    if isinstance(error, MaxRetryError) and error.reason:
        error = error.reason
    name = type(error).__name__
    if "Timeout" in name:
        return f"There was no answer within {seconds:g} seconds."
    if isinstance(error, ProtocolError) and error.args and isinstance(error.args[-1], Exception):
        error = error.args[-1]
    return f"{type(error).__name__}: {error}"[:500]
