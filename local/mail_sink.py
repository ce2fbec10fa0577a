"""Where do mails go that the system sends while it is tried? Into files, one each.

python -m local.mail_sink PORT FOLDER
"""

import asyncio
import signal
import sys
import time
from itertools import count
from pathlib import Path
from typing import Any

from aiosmtpd.controller import UnthreadedController

_numbers = count(1)


class Keep:
    """Keeps each mail as FOLDER/time-number.eml."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        """Called by aiosmtpd for each mail."""
        name = f"{time.time_ns()}-{next(_numbers)}.eml"
        (self._folder / name).write_bytes(envelope.content)
        return "250 kept"


def main(port: int, folder: Path) -> None:
    """Keep mails until SIGTERM."""
    folder.mkdir(parents=True, exist_ok=True)
    loop = asyncio.new_event_loop()
    controller = UnthreadedController(Keep(folder), hostname="127.0.0.1", port=port, loop=loop)
    controller.begin()
    loop.add_signal_handler(signal.SIGTERM, loop.stop)
    loop.run_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
