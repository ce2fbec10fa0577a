"""Which ports are free on this machine, and does something answer at one?"""

import logging
import random
import socket
import time
from collections.abc import Callable

BELOW_EPHEMERAL = (15_000, 32_000)  # Linux takes ports from 32768 on for connections out
# what does not answer yet is asked again: no reason to shout
logging.getLogger("pika").setLevel(logging.CRITICAL)


def free_port() -> int:
    """Find a port on loopback that nothing listens on, and that no connection out will take."""
    for _ in range(1000):
        port = random.randrange(*BELOW_EPHEMERAL)  # noqa: S311 - any port will do
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError("No free port was found on 127.0.0.1.")


def wait_for(what: str, ready: Callable[[], bool], *, within: float, every: float = 0.1) -> None:
    """Wait until it is ready, or raise TimeoutError that names it."""
    until = time.monotonic() + within
    while not ready():
        if time.monotonic() > until:
            raise TimeoutError(f"{what} was not ready within {within:.0f} s.")
        time.sleep(every)
