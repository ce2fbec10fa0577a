"""Which ports are free on this machine, and does something answer at one?"""

import logging
import socket
import time
from collections.abc import Callable

# what does not answer yet is asked again: no reason to shout
logging.getLogger("pika").setLevel(logging.CRITICAL)


def free_port() -> int:
    """Find a port on loopback that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(what: str, ready: Callable[[], bool], *, within: float, every: float = 0.1) -> None:
    """Wait until it is ready, or raise TimeoutError that names it."""
    until = time.monotonic() + within
    while not ready():
        if time.monotonic() > until:
            raise TimeoutError(f"{what} was not ready within {within:.0f} s.")
        time.sleep(every)
