"""How does a process work off jobs? In a thread of its own, while the service runs."""

import random
from datetime import timedelta

import eventlet
from nameko.extensions import DependencyProvider

from chassis.ask import Asker
from chassis.bus import Bus
from chassis.config import read_settings
from gateway.jobs.worker import Worker

IDLE_SECONDS, AWAY_SECONDS = 0.5, 2
FINISH_SECONDS = 12


class Working(DependencyProvider):  # type: ignore[misc]
    """Works off jobs while the service runs."""

    def start(self) -> None:
        """Called when everything is set up: work until `stop`."""
        settings = read_settings()
        self._bus = next(d for d in self.container.dependencies if isinstance(d, Bus))
        self._asker = Asker(settings.amqp_uri, settings.bus_namespace)
        remembered = timedelta(seconds=settings.inbox_kept)
        self._worker = Worker(self._bus.engine, self._asker, settings.jobs_rate, remembered)
        self._thread = eventlet.spawn(self._run)

    def stop(self) -> None:
        """Begin nothing more; the rows that are under way may end."""
        self._worker.stopping = True
        with eventlet.Timeout(FINISH_SECONDS, exception=False):
            self._thread.wait()
        self._asker.close()

    def _run(self) -> None:
        while not self._worker.stopping:
            pause: float = IDLE_SECONDS
            try:
                if self._bus.ready and self._worker.work():
                    pause = 0
            except Exception as error:  # noqa: BLE001 - the next round tries again
                self._bus.log.warning("no job can be worked off", error=type(error).__name__)
                pause = AWAY_SECONDS
            eventlet.sleep(pause * random.uniform(0.8, 1.2))  # noqa: S311 - no lock-step
