"""How do thousands come at once? Each over a connection of its own, all in one thread.

Everybody is patient, as a good client is: who gets no answer, or is told to come again, asks
again with the same key, and nothing is done twice.
"""

import asyncio
import json
import random
import resource
from collections import Counter
from collections.abc import Mapping
from typing import Any

FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 0.5, 4.0
AGAIN = frozenset({500, 502, 503})
CONFLICT = 409
PASSING = ("/problems/in-progress", "/problems/not-yet")
OPEN_FILES = 8192


class Crowd:
    """Sends requests to one address, as many at once as there are who ask."""

    def __init__(self, port: int, key: str, patience: float) -> None:
        self._port, self._key, self._patience = port, key, patience
        self._asking = 0
        self.at_once = 0
        self.asked_again: Counter[str] = Counter()
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(max(soft, OPEN_FILES), hard), hard))

    async def post(
        self, path: str, body: bytes, headers: Mapping[str, str] | None = None, key: str = ""
    ) -> tuple[int, Any]:
        """Ask until there is an answer; return its status and what it says."""
        sent = {"Content-Type": "application/json", "Authorization": f"Bearer {self._key}"}
        sent |= {"Idempotency-Key": key} if key else {}
        sent |= headers or {}
        clock = asyncio.get_running_loop().time
        end, wait = clock() + self._patience, FIRST_WAIT_SECONDS
        while True:
            try:
                status, answer = await self._ask(path, body, sent)
                again = status in AGAIN or (status == CONFLICT and answer.get("type") in PASSING)
                why = str(status)
            except (OSError, EOFError, ValueError) as error:
                status, answer, again, why = 0, {}, True, type(error).__name__
            if not again or clock() > end:
                return status, answer
            self.asked_again[why] += 1
            await asyncio.sleep(wait * random.uniform(0.7, 1.3))
            wait = min(wait * 2, LONGEST_WAIT_SECONDS)

    async def _ask(self, path: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, Any]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            lines = [
                f"POST {path} HTTP/1.1", f"Host: 127.0.0.1:{self._port}", "Connection: close",
                f"Content-Length: {len(body)}", *(f"{n}: {v}" for n, v in headers.items()), "", "",
            ]  # fmt: skip
            writer.write("\r\n".join(lines).encode() + body)
            await writer.drain()
            self._asking += 1
            self.at_once = max(self.at_once, self._asking)
            try:
                raw = await reader.read()
            finally:
                self._asking -= 1
        finally:
            writer.close()
        head, _, said = raw.partition(b"\r\n\r\n")
        if not head:
            raise EOFError("the connection was closed without an answer")
        return int(head.split(b" ", 2)[1]), json.loads(said) if said else {}
