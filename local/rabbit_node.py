"""How does a private RabbitMQ node live? In a folder of its own, on ports of its own.

It can be stopped, killed and started again on the same data, beside any other node; several make
a cluster: each node after the first is told which one to join.
"""

import os
import secrets
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pika
from pika.exceptions import AMQPError

from local.children import die_with_parent
from local.packages import Home
from local.ports import free_port, wait_for

START_SECONDS, STOP_SECONDS, CTL_SECONDS = 90, 30, 60


class PrivateNode:
    """A RabbitMQ node of our own, and the Erlang port mapper that it needs."""

    def __init__(
        self,
        folder: Path,
        home: Home,
        say: Callable[[str], None],
        joins: "PrivateNode | None" = None,
    ) -> None:
        self._folder, self._home, self._say, self._joins = folder, home, say, joins
        folder.mkdir(parents=True, exist_ok=True)
        self._port, dist = free_port(), free_port()
        self.mapper_port: int = joins.mapper_port if joins else free_port()
        self.uri = f"amqp://guest:guest@127.0.0.1:{self._port}/"
        cookie = folder / ".erlang.cookie"
        if not cookie.exists():
            cookie.write_text(joins.cookie if joins else secrets.token_hex(16))
            cookie.chmod(0o400)
        (folder / "rabbitmq.conf").write_text(
            f"listeners.tcp.1 = 127.0.0.1:{self._port}\n"
            "log.file.level = warning\n"
            "disk_free_limit.absolute = 200MB\n"
            "vm_memory_high_watermark.absolute = 1GB\n"
            "queue_index_embed_msgs_below = 4096\n" + self._formation()
        )
        (folder / "enabled_plugins").write_text("[].")
        (folder / "env.conf").write_text("")
        self._environment = {
            "PATH": f"{home.erlang}/bin:{os.environ.get('PATH', '/usr/bin:/bin')}",
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "RABBITMQ_NODENAME": f"oms{self._port}@localhost",
            "RABBITMQ_MNESIA_BASE": str(folder / "data"),
            "RABBITMQ_MNESIA_DIR": str(folder / "data" / "node"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_CONF_ENV_FILE": str(folder / "env.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
            "RABBITMQ_PID_FILE": str(folder / "pid"),
            "RABBITMQ_DIST_PORT": str(dist),
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self._port),
            "ERL_EPMD_PORT": str(self.mapper_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+sbwt none +sbwtdcpu none +sbwtdio none",
        }
        self._keep_identity()
        self._mapper: subprocess.Popen[bytes] | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._began = 0.0
        self._begin()

    def _keep_identity(self) -> None:
        """A node's data belong to its name, so a folder keeps the name it was made with."""
        kept = self._folder / "nodename"
        if kept.exists():
            self._environment["RABBITMQ_NODENAME"] = kept.read_text()
        kept.write_text(self._environment["RABBITMQ_NODENAME"])

    @property
    def pid(self) -> int:
        """The node's process id."""
        return self._process.pid if self._process else 0

    def start(self) -> None:
        """Start the node on its data, and wait until it answers."""
        self._begin()
        self.wait()

    def wait(self) -> None:
        """Wait until the node answers."""
        wait_for("RabbitMQ", self._is_up, within=START_SECONDS, every=0.3)
        self._say(f"RabbitMQ is up ({time.monotonic() - self._began:.1f} s)")

    def _begin(self) -> None:
        self._began = time.monotonic()
        self._say("starting a RabbitMQ node of our own (about 10 s) …")
        log = (self._folder / "output.log").open("ab")
        if not self._joins and (self._mapper is None or self._mapper.poll() is not None):
            self._mapper = subprocess.Popen(
                [str(self._home.epmd)], env=self._environment, stdout=log, stderr=log,
                preexec_fn=die_with_parent,
            )  # fmt: skip
        self._process = subprocess.Popen(
            [str(self._home.scripts / "rabbitmq-server")], env=self._environment, stdout=log,
            stderr=log, stdin=subprocess.DEVNULL, preexec_fn=die_with_parent,
            cwd=self._folder,  # where it leaves a dump if its database breaks
        )  # fmt: skip

    def stop(self) -> None:
        """End node and port mapper; the data stay."""
        self._end(self._process, signal.SIGTERM)
        self._end(self._mapper, signal.SIGTERM)

    def kill(self) -> None:
        """End the node as a power cut would."""
        if self._process:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(timeout=STOP_SECONDS)

    def restart(self) -> None:
        """Stop and start the node, for drills."""
        self._end(self._process, signal.SIGTERM)
        self.start()

    @property
    def name(self) -> str:
        """What Erlang calls the node."""
        return self._environment["RABBITMQ_NODENAME"]

    @property
    def cookie(self) -> str:
        """The secret that the nodes of a cluster share."""
        return (self._folder / ".erlang.cookie").read_text()

    def ctl(self, *command: str) -> str:
        """Give the node an order or ask it something, as rabbitmqctl does; return what it says."""
        done = subprocess.run(
            [str(self._home.scripts / "rabbitmqctl"), "-q", *command], env=self._environment,
            capture_output=True, text=True, check=False, timeout=CTL_SECONDS,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"rabbitmqctl {' '.join(command)}: {done.stdout}{done.stderr}")
        return done.stdout

    def _formation(self) -> str:
        if not self._joins:
            return ""
        return (
            "cluster_formation.peer_discovery_backend = classic_config\n"
            f"cluster_formation.classic_config.nodes.1 = {self._joins.name}\n"
            "cluster_partition_handling = pause_minority\n"
        )

    def _end(self, process: "subprocess.Popen[bytes] | None", how: signal.Signals) -> None:
        if process is None or process.poll() is not None:
            return
        os.killpg(process.pid, how)
        try:
            process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(timeout=STOP_SECONDS)

    def _is_up(self) -> bool:
        if self._process and self._process.poll() is not None:
            log = (self._folder / "output.log").read_text(errors="replace")[-800:]
            raise RuntimeError(f"RabbitMQ ended at its start: {log}")
        parameters = pika.URLParameters(self.uri)
        parameters.socket_timeout = 1
        try:
            pika.BlockingConnection(parameters).close()
        except (OSError, AMQPError):
            return False
        return True
