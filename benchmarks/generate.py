"""How are all databases filled with a million orders in minutes?

Real orders are taken to each fate (fates.py); what they left (patterns.py) is written again and
again, each time with other ids, times, numbers, names and SKUs (copies.py, spread.py), by COPY
into tables without indexes, which are made afterwards. PostgreSQL is told meanwhile that nothing
need survive a power cut. So each order has the very rows that the product would have left of it.
"""

import multiprocessing
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2

from benchmarks import patterns as looked_at
from benchmarks.copies import FIRST, SEARCH, Copies, chunks
from benchmarks.fates import CHANNEL, FATES, FIRST_NUMBER, Clerk
from benchmarks.goods import PIECES
from benchmarks.patterns import Pattern, Table, Watch
from benchmarks.quiet import Quiet, plain
from benchmarks.spread import CHANNELS
from local import database
from local.client import Client
from local.database import OwnDatabase
from local.supervisor import WITH_DATABASE, System

Say = Callable[[str], None]
FILLING = {
    "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off",
    "wal_level": "minimal", "max_wal_senders": "0", "max_wal_size": "2GB",
    "maintenance_work_mem": "768MB", "autovacuum": "off", "shared_buffers": "1GB",
}  # fmt: skip
AT_ONCE = 2


def make_patterns(system: System, say: Say) -> list[Pattern]:
    """Take one order to each fate, and look what it leaves."""
    quiet = Quiet(system)
    clerk = Clerk(Client(system.gateway_url, system.api_key))
    clerk.connect([CHANNEL, *CHANNELS])
    quiet.set_number(FIRST_NUMBER)
    quiet.wait()
    watch, made = Watch(system), []
    for fate in FATES:
        order = clerk.take(fate)
        quiet.wait()
        pattern = watch.pattern(order)
        made.append(pattern)
        rows = sum(block.rows for block in pattern.blocks)
        say(f"  {fate.name}: {rows} rows in {len(pattern.blocks)} tables")
    watch.close()
    return made


@dataclass(frozen=True)
class Filling:
    """What one process must know to fill one database."""

    url: str
    service: str
    copies: Copies


def fill(folder: Path, made: Sequence[Pattern], orders: int, days: int, say: Say) -> dict[str, Any]:
    """Fill the databases of a system that is stopped; `folder` is its PostgreSQL's."""
    kept = dict(database.SETTINGS)
    database.SETTINGS.update(FILLING)
    began = time.monotonic()
    try:
        server = OwnDatabase(folder, lambda _text: None)
        try:
            before = {s: _size(server.url(f"oms_{s}")) for s in WITH_DATABASE}
            copies = Copies(made, orders, days, looked_at.now())
            jobs = [Filling(server.url(f"oms_{s}"), s, copies) for s in WITH_DATABASE]
            jobs.sort(key=lambda job: job.service not in {"orders", "inventory"})
            spawn = multiprocessing.get_context("spawn")
            with ProcessPoolExecutor(AT_ONCE, mp_context=spawn) as several:
                tables: dict[str, int] = {}
                for job, filled in zip(jobs, several.map(_fill_one, jobs), strict=True):
                    tables |= filled
                    say(f"  {job.service} is full ({time.monotonic() - began:.0f} s)")
            after = {s: _size(server.url(f"oms_{s}")) for s in WITH_DATABASE}
        finally:
            server.stop()
    finally:
        database.SETTINGS.clear()
        database.SETTINGS.update(kept)
    os.sync()
    whole = sum(after.values()) - sum(before.values())
    return {
        "orders": orders, "over_days": days, "seconds": round(time.monotonic() - began),
        "bytes_per_order": round(whole / orders), "gib": round(whole / 2**30, 2),
        "bytes_per_order_by_service": {
            s: round((after[s] - before[s]) / orders) for s in WITH_DATABASE
        },
        "bytes_per_order_by_table": {
            name: round(size / orders) for name, size in sorted(tables.items(), key=_largest)
        },
        "rows_per_order": looked_at.rows_by_table(made),
    }  # fmt: skip


def _fill_one(job: Filling) -> dict[str, int]:
    connection = psycopg2.connect(plain(job.url))
    connection.autocommit = True
    with closing(connection), connection.cursor() as cursor:
        blocks = {block.table: block for p in job.copies.patterns for block in p.blocks}
        tables = [table for table in blocks if table.service == job.service]
        tables += [SEARCH] if job.service == "orders" else []
        again = [made for table in tables for made in _without_indexes(cursor, table)]
        for texts in chunks(job.copies, job.service):
            for table, text in texts.items():
                columns = ", ".join(f'"{column}"' for column in table.columns)
                cursor.copy_expert(f"copy {table.path} ({columns}) from stdin", text)
        for statement in again:
            cursor.execute(statement)
        if job.service == "orders":
            cursor.execute("select setval('order_numbers', %s)", (FIRST + job.copies.orders,))
        if job.service == "inventory":
            _balance(cursor)
        cursor.execute("vacuum (analyze, freeze)")
        sizes = {}
        for table in tables:
            cursor.execute("select pg_total_relation_size(%s)", (table.path,))
            sizes[f"{table.service}.{table.name}"] = sum(row[0] for row in cursor.fetchall())
    return sizes


def _without_indexes(cursor: Any, table: Table) -> list[str]:
    """Take a table's indexes away; return what makes them again."""
    again = []
    cursor.execute(
        "select conname, pg_get_constraintdef(oid) from pg_constraint"
        " where conrelid = %s::regclass and contype in ('p', 'u')",
        (table.path,),
    )
    for name, definition in cursor.fetchall():
        cursor.execute(f'alter table {table.path} drop constraint "{name}"')
        again.append(f'alter table {table.path} add constraint "{name}" {definition}')
    cursor.execute(
        "select indexrelid::regclass::text, pg_get_indexdef(indexrelid) from pg_index"
        " where indrelid = %s::regclass",
        (table.path,),
    )
    for name, definition in cursor.fetchall():
        cursor.execute(f"drop index {name}")
        again.append(definition)
    return again


def _balance(cursor: Any) -> None:
    """Receive what all these orders took, so that there is as much as before; and add it up."""
    sums = (
        "select sku, warehouse_id, sum(on_hand) as on_hand, sum(reserved) as reserved,"
        " sum(allocated) as allocated, sum(unavailable) as unavailable"
        " from stock_movements group by sku, warehouse_id"
    )
    cursor.execute(
        "insert into stock_movements (at, sku, warehouse_id, kind, on_hand, reserved, allocated,"  # noqa: S608
        " unavailable, cause, actor, reason) select now(), sku, warehouse_id, 'received',"
        f" {PIECES} - on_hand + reserved + allocated + unavailable, 0, 0, 0, 'growth', 'timer', ''"
        f" from ({sums}) s where on_hand - reserved - allocated - unavailable < {PIECES}"
    )
    cursor.execute(
        "update stock set on_hand = s.on_hand, reserved = s.reserved, allocated = s.allocated,"  # noqa: S608
        f" unavailable = s.unavailable from ({sums}) s"
        " where s.sku = stock.sku and s.warehouse_id = stock.warehouse_id"
    )


def _size(url: str) -> int:
    with psycopg2.connect(plain(url)) as connection, connection.cursor() as cursor:
        cursor.execute("select pg_database_size(current_database())")
        return sum(row[0] for row in cursor.fetchall())


def _largest(item: tuple[str, int]) -> int:
    return -item[1]
