"""How is one process of the system kept alive, ended, killed and started again?"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from local.children import die_with_parent

ROOT = Path(__file__).parent.parent
STOP_SECONDS = 15
RESTART_SECONDS = (0.1, 0.5, 2.0, 5.0)
GOOD_LIFE_SECONDS = 2.0


class Kept:
    """A process that is started again whenever it dies, until it is stopped.

    `root` is the checkout whose code it runs; another one is taken up at the next start.
    """

    def __init__(
        self, name: str, arguments: Sequence[str], environment: Mapping[str, str], log: Path,
        root: Path = ROOT,
    ) -> None:  # fmt: skip
        self.name, self._arguments, self._log, self.root = name, list(arguments), log, root
        self.environment = {**_base_environment(), **environment}
        self._process: subprocess.Popen[bytes] | None = None
        self.wanted = False
        self.deaths = 0
        self._born_at = 0.0
        self._lock = threading.Lock()  # who kills and revives, and the tender that looks after it

    @property
    def pid(self) -> int:
        """The process id, 0 while there is none."""
        return self._process.pid if self._process and self._process.poll() is None else 0

    def start(self, extra: Mapping[str, str] | None = None) -> None:
        """Start the process unless it runs; `extra` goes into its environment this once."""
        with self._lock:
            self.wanted = True
            if not self.pid:
                self._start(extra or {})

    def _start(self, extra: Mapping[str, str]) -> None:
        self._born_at = time.monotonic()
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-W", "ignore", "-m", *self._arguments],
                cwd=self.root,
                env={**self.environment, "PYTHONPATH": str(self.root), **extra},
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                preexec_fn=die_with_parent,
            )

    def tend(self, pauses: Sequence[float]) -> bool:
        """Start the process again if it died, after a pause; return whether it had."""
        if not self.wanted or self.pid:
            return False
        lived = time.monotonic() - self._born_at
        self.deaths = 1 if lived > GOOD_LIFE_SECONDS else self.deaths + 1
        time.sleep(pauses[min(self.deaths, len(pauses)) - 1])
        with self._lock:
            if not self.wanted or self.pid:
                return False
            self._start({})
        return True

    def kill(self) -> None:
        """End the process as a power cut would; it is not started again until `start`."""
        with self._lock:
            self.wanted = False
            if self._process and self.pid:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait(timeout=STOP_SECONDS)

    def ask_to_stop(self) -> None:
        """Ask the process to finish what is in hand."""
        with self._lock:
            self.wanted = False
            if self._process and self.pid:
                self._process.terminate()

    def wait_until_stopped(self) -> int:
        """Wait until the process has ended; kill it if it takes too long. Return its code."""
        if not self._process:
            return 0
        try:
            return self._process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            return -signal.SIGKILL


class Tender:
    """A thread that starts again what has died; what it started dies with it, so stop it last."""

    def __init__(
        self,
        processes: Callable[[], Sequence[Kept]],
        say: Callable[[str], None],
        pauses: Sequence[float] = RESTART_SECONDS,
    ) -> None:
        self._processes, self._say, self._pauses = processes, say, pauses
        self._paused, self._stop = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="tender")
        self._thread.start()

    def pause(self) -> None:
        """Start nothing again any more."""
        self._paused.set()

    def stop(self) -> None:
        """End the thread."""
        self._stop.set()
        self._thread.join(timeout=5)

    def _run(self) -> None:
        while not self._stop.wait(0.3):
            for process in self._processes():
                if not self._paused.is_set() and process.tend(self._pauses):
                    self._say(f"{process.name} had died and was started again")


def _base_environment() -> dict[str, str]:
    kept = ("PATH", "HOME", "LANG", "TZ", "LD_LIBRARY_PATH", "SSL_CERT_FILE", "TMPDIR")
    return {name: os.environ[name] for name in kept if name in os.environ} | {
        "PYTHONUNBUFFERED": "1",
        "PYTHONDONTWRITEBYTECODE": os.environ.get("PYTHONDONTWRITEBYTECODE", ""),
    }
