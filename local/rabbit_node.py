"""How does a private RabbitMQ node live? In a folder of its own, on ports of its own.

It can be stopped, killed and started again on the same data, beside any other node.
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

START_SECONDS, STOP_SECONDS = 90, 30


class PrivateNode:
    """A RabbitMQ node of our own, and the Erlang port mapper that it needs."""

    def __init__(self, folder: Path, home: Home, say: Callable[[str], None]) -> None:
        self._folder, self._home, self._say = folder, home, say
        folder.mkdir(parents=True, exist_ok=True)
        self._port, dist, epmd = free_port(), free_port(), free_port()
        self.uri = f"amqp://guest:guest@127.0.0.1:{self._port}/"
        cookie = folder / ".erlang.cookie"
        if not cookie.exists():
            cookie.write_text(secrets.token_hex(16))
            cookie.chmod(0o400)
        (folder / "rabbitmq.conf").write_text(
            f"listeners.tcp.1 = 127.0.0.1:{self._port}\n"
            "log.file.level = warning\n"
            "disk_free_limit.absolute = 200MB\n"
            "vm_memory_high_watermark.absolute = 1GB\n"
            "queue_index_embed_msgs_below = 4096\n"
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
            "ERL_EPMD_PORT": str(epmd),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+sbwt none +sbwtdcpu none +sbwtdio none",
        }
        self._keep_identity()
        self._mapper: subprocess.Popen[bytes] | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

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
        """Start the node on its data."""
        began = time.monotonic()
        self._say("starting a RabbitMQ node of our own (about 10 s) …")
        log = (self._folder / "output.log").open("ab")
        if self._mapper is None or self._mapper.poll() is not None:
            self._mapper = subprocess.Popen(
                [str(self._home.epmd)], env=self._environment, stdout=log, stderr=log,
                preexec_fn=die_with_parent,
            )  # fmt: skip
        self._process = subprocess.Popen(
            [str(self._home.scripts / "rabbitmq-server")], env=self._environment, stdout=log,
            stderr=log, stdin=subprocess.DEVNULL, preexec_fn=die_with_parent,
        )  # fmt: skip
        wait_for("RabbitMQ", self._is_up, within=START_SECONDS, every=0.3)
        self._say(f"RabbitMQ is up ({time.monotonic() - began:.1f} s)")

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
