"""What if the database is away, in the way, or full?

PostgreSQL restarts, crashes, loses lines, runs out of room, kills a transaction in a deadlock or
says that it cannot be serialized; and each process is asked to stop in the middle of its work.
"""

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from chassis.testing import eventually
from contracts import SERVICES
from local.journey import order_body
from tests.faults.journeys import journeys_under_way
from tests.faults.scenario import Broken, NotPossible, scenario
from tests.faults.world import World

SPARE_BYTES = 8_000_000
BUSY = ("orders", "inventory", "payments", "warehouse", "gateway")  # as an order is allocated


@scenario("database", seconds=25, cases=("fast", "immediate", "killed"))
def restarted(world: World, how: str) -> None:
    """The server ends, cleanly or not, and comes back."""
    recovered = world.system.database.logged("automatic recovery in progress")
    sku = world.new_sku(berlin=100)
    with world.orders_under_way(sku, count=40):
        world.system.database.restart(how)
    recovered = world.system.database.logged("automatic recovery in progress") - recovered
    if recovered != (how != "fast"):
        raise Broken(f"PostgreSQL recovered {recovered} times after it was {how}")
    world.happened(f"database restarted ({how})")


@scenario("database", seconds=20)
def a_backend_dies(world: World) -> None:
    """One backend dies by `kill -9`: PostgreSQL cuts all lines and recovers by itself."""
    recovered = world.system.database.logged("automatic recovery in progress")
    sku = world.new_sku(berlin=100)
    with world.orders_under_way(sku, count=40):
        [(pid,), *_] = world.rows(
            "orders", "select pid from pg_stat_activity where datname = 'oms_orders'"
                      " and pid <> pg_backend_pid() order by backend_start desc",
        )  # fmt: skip
        subprocess.run(["kill", "-9", str(pid)], check=True)
        eventually(
            lambda: world.system.database.logged("automatic recovery in progress") > recovered,
            within=30,
        )
        world.happened("backend killed -9")


@scenario("database", seconds=20)
def lines_are_cut(world: World) -> None:
    """All connections of all services are cut, again and again."""
    sku = world.new_sku(berlin=100)
    with world.orders_under_way(sku, count=60):
        for _ in range(3):
            for name in (*SERVICES, "gateway"):
                cut = world.system.database.kill_connections(f"oms_{name}")
                world.happened("connection cut", cut)
            world.system.wait_until_ready()
    if not world.faults["connection cut"]:
        raise Broken("no connection was cut")


@scenario("database", seconds=45, cases=BUSY, sample=False)
def the_disk_is_full(world: World, service: str) -> None:
    """All tables of a service are on a tiny disk, and that is full; then there is room again."""
    database = world.system.database
    sku = world.new_sku(berlin=100)
    before = database.logged("No space left on device")
    with tiny_disk(world, service) as disk, world.orders_under_way(sku, count=40):
        filler = disk / "filler"
        fill(filler)
        eventually(lambda: database.logged("No space left on device") >= before + 3, within=60)
        filler.unlink()
    world.happened("no space left", database.logged("No space left on device") - before)


@scenario("database", seconds=25)
def deadlocked(world: World) -> None:
    """Somebody else locks rows in the other order until PostgreSQL kills our transaction."""
    first, second = sorted(world.new_sku(berlin=100) for _ in range(2))
    query = "select deadlocks from pg_stat_database where datname = 'oms_inventory'"

    def deadlocks() -> int:
        return int(world.rows("inventory", query)[0][0])

    before = deadlocks()
    with world.orders_under_way(world.new_sku(berlin=100), count=30):
        for number in range(3):
            with stranger(world, "inventory") as session:
                session.execute("set deadlock_timeout = '1h'")  # it is ours that finds out
                session.execute(lock_stock(second))
                body = order_body([(first, 1, 500), (second, 1, 500)])
                order_id = world.api.post("/orders", body, key=f"{first}-{number}")["order_id"]
                eventually(session.blocks_somebody, within=30, every=0.01)
                session.execute(lock_stock(first))
            world.staff.allocated(order_id)
    killed = eventually(lambda: deadlocks() - before, within=10)
    world.happened("deadlock", killed)


@scenario("database", seconds=40, cases=("repeatable read", "serializable"))
def not_serializable(world: World, isolation: str) -> None:
    """Our transaction loses against another under a stricter isolation: SQLSTATE 40001."""
    database, said = world.system.database, "could not serialize access"
    before = database.logged(said)
    contested, sku = world.new_sku(berlin=100), world.new_sku(berlin=100)
    try:
        isolate(world, "inventory", isolation)
        with world.orders_under_way(sku, count=30):
            for number in range(3):
                with stranger(world, "inventory") as session:
                    session.execute(lock_stock(contested, how="update"))
                    order_id = world.place(contested, f"{contested}-{number}")
                    eventually(session.blocks_somebody, within=30, every=0.01)
                world.staff.allocated(order_id)
        eventually(lambda: database.logged(said) > before, within=10)
    finally:
        isolate(world, "inventory", "")
    world.happened("serialization failure", database.logged(said) - before)


@scenario("database", seconds=35)
def a_lock_is_not_given(world: World) -> None:
    """Somebody else keeps a row locked for longer than we wait for it."""
    database, said = world.system.database, "canceling statement due to lock timeout"
    before = database.logged(said)
    contested, sku = world.new_sku(berlin=100), world.new_sku(berlin=100)
    with world.orders_under_way(sku, count=30), stranger(world, "inventory") as session:
        session.execute(lock_stock(contested))
        order_id = world.place(contested, contested)
        # once with the batch, once alone; then it is put aside, and the others go on
        eventually(lambda: database.logged(said) >= before + 2, within=60)
    world.staff.allocated(order_id)
    world.happened("lock timeout", database.logged(said) - before)


@scenario("database", seconds=30, cases=(*SERVICES, "relay", "gateway"))
def asked_to_stop(world: World, process: str) -> None:
    """SIGTERM under load, three times: what is in hand is finished, and the end is in order."""
    ends = []
    with journeys_under_way(world, world.new_sku(berlin=100)) as going:
        for _ in range(3):
            began = time.monotonic()
            world.system.processes[process].ask_to_stop()
            code = world.system.processes[process].wait_until_stopped()
            ends.append((code, round(time.monotonic() - began, 1)))
            world.system.revive(process)
            if all(one.done() for one in going):
                break
    if bad := [end for end in ends if end[0] != 0]:
        raise Broken(f"{process} was asked to stop and ended with (code, after seconds) {bad}")
    world.happened("SIGTERM", len(ends))


@contextmanager
def tiny_disk(world: World, service: str) -> Iterator[Path]:
    """Keep all tables and indexes of a service on a small disk of their own for a while."""
    where = world.system.state / "tiny-disk"
    query = "select coalesce(sum(pg_total_relation_size(oid)), 0) from pg_class where relkind = 'r'"
    tables = int(world.rows(service, f"{query} and relnamespace <> 11")[0][0])
    mounted(where, tables + SPARE_BYTES)
    try:
        with stranger(world, service, autocommit=True) as session:
            session.execute(f"create tablespace tiny location '{where}'")
            move_all(session, "pg_default", "tiny")
        try:
            yield where
        finally:
            (where / "filler").unlink(missing_ok=True)
            with stranger(world, service, autocommit=True) as session:
                move_all(session, "tiny", "pg_default")
                session.execute("drop tablespace tiny")
    finally:
        subprocess.run(["umount", str(where)], check=True)
        where.rmdir()


def mounted(where: Path, size: int) -> None:
    """Make a disk of so many bytes, or say that it cannot be done here."""
    where.mkdir()
    tried = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size},mode=0700", "tmpfs", str(where)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if tried.returncode:
        where.rmdir()
        raise NotPossible(f"a small disk can only be made by root who may mount: {tried.stderr}")


def move_all(session: "Stranger", origin: str, to: str) -> None:
    """Move all tables and indexes of a database onto another disk."""
    for kind in ("table", "index"):
        session.execute(f"alter {kind} all in tablespace {origin} set tablespace {to}")


def fill(file: Path) -> None:
    """Write until there is no room left."""
    with suppress(OSError), file.open("wb", buffering=0) as filler:
        while True:
            filler.write(b"\0" * 4096)


class Stranger:
    """A session of somebody else's in one of our databases."""

    def __init__(self, connection: sa.Connection, look: Callable[..., list[Any]]) -> None:
        self._connection, self._look = connection, look
        self._pid = connection.exec_driver_sql("select pg_backend_pid()").scalar_one()

    def execute(self, statement: str) -> None:
        """Execute a statement."""
        self._connection.exec_driver_sql(statement)

    def blocks_somebody(self) -> bool:
        """Tell whether somebody waits for what is locked here."""
        query = "select 1 from pg_stat_activity where :pid = any(pg_blocking_pids(pid))"
        return bool(self._look("inventory", query, pid=self._pid))


@contextmanager
def stranger(world: World, service: str, *, autocommit: bool = False) -> Iterator[Stranger]:
    """Be somebody else in a service's database; what is locked is let go of in the end."""
    engine = sa.create_engine(
        world.system.database_url(service),
        poolclass=sa.NullPool,
        isolation_level="AUTOCOMMIT" if autocommit else "READ COMMITTED",
    )
    with engine.begin() as connection:
        yield Stranger(connection, world.rows)


def lock_stock(sku: str, how: str = "lock") -> str:
    """Say how the stock of a SKU is locked, or written without a change."""
    if how == "update":
        return f"update stock set on_hand = on_hand where sku = '{sku}'"
    return f"select 1 from stock where sku = '{sku}' for update"


def isolate(world: World, service: str, isolation: str) -> None:
    """Let a service's transactions be isolated like this from their next connection on."""
    setting = f"set default_transaction_isolation = '{isolation}'" if isolation else (
        "reset default_transaction_isolation"
    )  # fmt: skip
    with stranger(world, service, autocommit=True) as session:
        session.execute(f"alter database oms_{service} {setting}")
    world.system.database.kill_connections(f"oms_{service}")
    world.system.wait_until_ready()
