"""How does the whole system start, stop and survive on one machine?

Broker and database are found or started, databases made and migrated, then seven services, a
relay, the gateway, its deliveries and a mail sink run as processes of their own. `make run`, the
tests, the demo and the benchmark all use this. With `replicas`, each service and the relay run so
many times.

long because: whatever a running system can be told to do is one class.
"""

import http.client
import re
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Self

from chassis import sealing
from contracts import SERVICES
from local.broker import Broker, Found, find_broker, private_node
from local.database import Database, find_database
from local.ports import free_port, wait_for
from local.processes import RESTART_SECONDS, ROOT, Kept, Tender

Say = Callable[[str], None]
READY_SECONDS = 60
WITH_DATABASE = (*SERVICES, "gateway")


class System:
    """All processes of one system; a context manager that leaves nothing behind."""

    def __init__(  # noqa: PLR0913 - each is one choice about the system
        self,
        state: Path,
        say: Say = print,
        *,
        namespace: str = "",
        prefix: str = "oms",
        own_broker: bool = False,
        extra: Mapping[str, str] | None = None,
        port: int = 0,
        keep_alive: bool = True,
        drill: bool = False,
        replicas: int = 1,
        root: Path = ROOT,
    ) -> None:
        self.state, self._say, self._namespace, self._prefix = state, say, namespace, prefix
        self._own_broker, self._extra, self._keep_alive = own_broker, dict(extra or {}), keep_alive
        self._drill, self._replicas, self._root = drill, replicas, root
        self.port = port or free_port()
        self.clock_file = state / "clock"
        self.mails = state / "mails"
        self.processes: dict[str, Kept] = {}
        self._health: dict[str, int] = {}
        self._mail: dict[str, str] = {}
        self.broker: Broker
        self.database: Database
        self._tender: Tender | None = None

    def __enter__(self) -> Self:
        """Start everything; what was started is stopped again if something fails."""
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Stop everything."""
        self.stop()

    @property
    def gateway_url(self) -> str:
        """Where the REST API is."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def api_key(self) -> str:
        """A key for the API, made once and kept."""
        kept = self.state / "api-key"
        if not kept.exists():
            made = self.gateway("create-key", f"local-{secrets.token_hex(3)}")
            kept.touch(mode=0o600)
            kept.write_text(made.strip().split()[-1])
        return kept.read_text()

    def gateway(self, *arguments: str) -> str:
        """Do something with the gateway from the shell; give what it prints."""
        return self._run("gateway", "gateway", *arguments)

    def start(self) -> None:
        """Start everything and wait until it is ready."""
        began = time.monotonic()
        self.state.mkdir(parents=True, exist_ok=True)
        (self.state / "logs").mkdir(exist_ok=True)
        self.clock_file.write_text("0")
        # not in threads: a child dies with the thread that started it (see local.children)
        self.database = find_database(self.state / "postgres", self._say)
        self.broker = self._find_broker()
        if isinstance(self.broker, Found) and not self._namespace:
            self._namespace = self._own_names()
        (self.state / "database-url").write_text(self.database.url("postgres"))
        self._make_databases()
        self.migrate(self._root)  # while the broker is still starting
        self.broker.wait()
        self._start_processes()
        self.wait_until_ready()
        if self._keep_alive:
            pauses = (0.1,) if self._drill else RESTART_SECONDS  # it dies because we want it to
            self._tender = Tender(lambda: list(self.processes.values()), self._say, pauses)
        self._say(f"everything is up ({time.monotonic() - began:.1f} s)")

    def stop(self) -> None:
        """Ask everything to finish what is in hand, wait, and leave nothing behind."""
        if self._tender:
            self._tender.pause()
        for process in self.processes.values():
            process.ask_to_stop()
        for process in self.processes.values():
            process.wait_until_stopped()
        if self._tender:
            self._tender.stop()
        for server in (getattr(self, "broker", None), getattr(self, "database", None)):
            if server is not None:
                server.stop()

    def kill(self, name: str) -> None:
        """End one process as a power cut would; it stays down until `revive`."""
        self.processes[name].kill()

    def revive(self, name: str, extra: Mapping[str, str] | None = None) -> None:
        """Start a killed process again and wait until it is ready."""
        self.processes[name].start(extra)
        wait_for(name, lambda: self.is_ready(name), within=READY_SECONDS * self._replicas)

    def restart(self, name: str) -> None:
        """Stop a process cleanly and start it again."""
        self.processes[name].ask_to_stop()
        self.processes[name].wait_until_stopped()
        self.revive(name)

    def replace(self, name: str, root: Path) -> None:
        """Stop a process cleanly, and start it as another release: from its checkout."""
        self.processes[name].root = root
        self.restart(name)

    def pids(self) -> dict[str, int]:
        """Tell the process ids."""
        return {name: process.pid for name, process in self.processes.items()}

    def replicas(self, service: str) -> list[str]:
        """Tell what the processes of a service, or of the relay, are called: orders-1, orders-2."""
        return [
            name for name in self.processes if re.fullmatch(rf"{re.escape(service)}(-\d+)?", name)
        ]

    def scale(self, service: str, count: int) -> None:
        """Let so many processes of a service run; the last that came finish first and go."""
        there = self.replicas(service)
        for name in there[count:]:
            self.processes[name].ask_to_stop()
        for name in there[count:]:
            self.processes.pop(name).wait_until_stopped()
            del self._health[name]
        for number in range(len(there) + 1, count + 1):
            self._add_service(service, f"{service}-{number}")
            self.processes[f"{service}-{number}"].start()

    def database_url(self, name: str) -> str:
        """Tell the URL of a service's database."""
        return self.database.url(f"{self._prefix}_{name}")

    def move_clock(self, seconds: float) -> None:
        """Let all processes live so many seconds later than they do."""
        self.clock_file.write_text(str(float(self.clock_file.read_text()) + seconds))

    def wait_until_ready(self) -> None:
        """Wait until every process says that it is ready."""
        for name in self._health:
            wait_for(name, partial(self.is_ready, name), within=READY_SECONDS * self._replicas)

    def is_ready(self, name: str) -> bool:
        """Ask a process whether it is ready."""
        process = self.processes[name]
        if process.wanted and not process.pid and not self._tender:
            log = (self.state / "logs" / f"{name}.log").read_text(errors="replace")[-1500:]
            raise RuntimeError(f"{name} ended at its start:\n{log}")
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self._health[name], timeout=2)
            connection.request("GET", "/ready")
            return connection.getresponse().status == http.HTTPStatus.OK
        except OSError:
            return False

    def failpoints(self, name: str) -> Path:
        """Tell the file that says where a process dies, in a drill; see chassis.failpoints."""
        return self.state / f"{name}-dies-at"

    def health_port(self, name: str) -> int:
        """Tell the port of a process's /live, /ready and /metrics."""
        return self._health[name]

    @property
    def amqp_uri(self) -> str:
        """Where the processes find the broker; a drill may put something in between."""
        return self.broker.uri

    def _find_broker(self) -> Broker:
        return (private_node if self._own_broker else find_broker)(self.state, self._say)

    def _environment(self, name: str, owner: str = "") -> dict[str, str]:
        """What a process is told; `owner` of the database it uses, if it is not called like it."""
        owner = owner or name
        return {
            "AMQP_URI": self.amqp_uri,
            "BUS_NAMESPACE": self._namespace,
            "DATABASE_URL": self.database_url(owner) if owner in WITH_DATABASE else "",
            "CLOCK_FILE": str(self.clock_file),
            "SEALING_KEYS": self._sealing_key(),
            **(
                {"FAILPOINT_FILE": str(self.failpoints(name)), "CALL_LEASE": "3"}
                if self._drill
                else {}
            ),
            **self._extra,
        }

    def _sealing_key(self) -> str:
        kept = self.state / "sealing-key"
        if not kept.exists():
            kept.touch(mode=0o600)
            kept.write_text(sealing.new_key())
        return kept.read_text()

    def _database_urls(self) -> dict[str, str]:
        """What a process is told that works with several databases."""
        return {f"DATABASE_URL_{n.upper()}": self.database_url(n) for n in WITH_DATABASE}

    def _own_names(self) -> str:
        """On a broker that others use, too, this system's queues have names of their own."""
        kept = self.state / "namespace"
        if not kept.exists():
            kept.write_text(f"oms-{secrets.token_hex(4)}")
        return kept.read_text()

    def _make_databases(self) -> None:
        known = self.database.names()
        if missing := [n for n in WITH_DATABASE if f"{self._prefix}_{n}" not in known]:
            self._say(f"making {len(missing)} databases …")
            for name in missing:
                self.database.create(f"{self._prefix}_{name}")

    def migrate(self, root: Path) -> None:
        """Bring tables and queues up to what a release knows, as its migration job does."""
        self._say("bringing tables and queues up to date …")
        self._run("setup", "chassis", "migrate", *WITH_DATABASE, root=root)

    def _run(self, name: str, *arguments: str, root: Path | None = None) -> str:
        environment = self._environment(name) | self._database_urls()
        environment["PUBLIC_URL"] = self.gateway_url
        root = root or self._root
        process = Kept(name, arguments, environment, self.state / "logs" / "setup.log", root)
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-m", *arguments],
            cwd=root, env={**process.environment, "PYTHONPATH": str(root)},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(
                f"{' '.join(arguments)} failed:\n{(done.stdout + done.stderr)[-3000:]}"
            )
        return done.stdout

    def _start_processes(self) -> None:
        logs, smtp = self.state / "logs", free_port()
        self._add(
            "mail sink", ["local.mail_sink", str(smtp), str(self.mails)], {}, logs, probe=False
        )
        self._mail = {"SMTP_URI": f"smtp://127.0.0.1:{smtp}"}
        ends = [f"-{n}" for n in range(1, self._replicas + 1)] if self._replicas > 1 else [""]
        for service in SERVICES:
            for end in ends:
                self._add_service(service, service + end)
        for end in ends:
            self._add(f"relay{end}", ["chassis", "relay", *SERVICES], self._database_urls(), logs)
        where = {"PORT": str(self.port), "PUBLIC_URL": self.gateway_url}
        self._add("gateway", ["gateway"], self._mail | where, logs)
        self._add("deliveries", ["gateway", "deliver"], {}, logs, owner="gateway")
        self._say(f"starting {len(self.processes)} processes …")
        for process in self.processes.values():
            process.start()

    def _add_service(self, service: str, name: str) -> None:
        where = self.state / "logs"
        self._add(name, ["chassis", "run", service], self._mail, where, owner=service)

    def _add(  # noqa: PLR0913 - what a process is made of
        self,
        name: str,
        arguments: list[str],
        more: dict[str, str],
        logs: Path,
        *,
        probe: bool = True,
        owner: str = "",
    ) -> None:
        environment = self._environment(name, owner) | more
        if probe:
            self._health[name] = free_port()
            environment["HEALTH_PORT"] = str(self._health[name])
        self.processes[name] = Kept(name, arguments, environment, logs / f"{name}.log", self._root)
