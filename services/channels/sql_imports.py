"""How are files of orders, and how far shops were asked, kept in PostgreSQL?"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from chassis.keeping import add, flush, locked, take
from services.channels.domain.file_import import FileImport, Result, Staged
from services.channels.domain.inbound import State
from services.channels.domain.pull import Pull
from services.channels.marketplaces.csv_orders import MOST_LINES
from services.channels.ports import Part
from services.channels.tables import import_orders, import_parts, imports, inbounds, pulls

UPLOADS_KEPT, IMPORTS_KEPT = timedelta(days=1), timedelta(days=90)
STAGE = (
    "insert into import_orders (import_id, row, key, lines, rows, outcome, reason, faults)"
    " select %s, r, k, l, t, 'waiting', '', '[]'"
    " from unnest(%s::int[], %s::text[], %s::int[], %s::text[]) as s(r, k, l, t)"
    " on conflict (import_id, key) do update set lines = import_orders.lines + excluded.lines,"
    " rows = case when import_orders.lines > %s then import_orders.rows"
    " else import_orders.rows || E'\\n' || excluded.rows end"
    " returning xmax = 0"
)


class SqlImports:
    """Files of orders in PostgreSQL."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def by_key(self, key: str) -> FileImport | None:
        """Find an import by the key that it was begun with, and lock it."""
        query = sa.select(imports.c.import_id).where(imports.c.request_key == key)
        import_id = self._session.scalar(query)
        return self.get(import_id) if import_id else None

    def get(self, import_id: str) -> FileImport | None:
        """Find an import and lock it."""
        return locked(self._session, FileImport, import_id)

    def add(self, run: FileImport) -> None:
        """Keep a new import."""
        add(self._session, run)
        flush(self._session)

    def take_due(self, now: datetime) -> FileImport | None:
        """Take the import whose turn it is; other replicas leave it alone meanwhile."""
        query = (
            sa.select(imports)
            .where(imports.c.state.in_(("reading", "taking")), imports.c.due_at <= now)
            .order_by(imports.c.due_at)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        found = take(self._session, FileImport, query)
        return found[0] if found else None

    def put_part(self, import_id: str, number: int, digest: str, body: bytes) -> None:
        """Keep a part; sent again, the later one holds."""
        self._session.connection().exec_driver_sql(
            "insert into import_parts (import_id, number, digest, body) values (%s, %s, %s, %s)"
            " on conflict (import_id, number) do update"
            " set digest = excluded.digest, body = excluded.body",
            (import_id, number, digest, body),
        )

    def parts(self, import_id: str, count: int) -> Sequence[Part]:
        """Tell which of the first `count` parts are here, in order; forget those behind them."""
        mine = import_parts.c.import_id == import_id
        self._session.execute(sa.delete(import_parts).where(mine, import_parts.c.number >= count))
        size = sa.func.length(import_parts.c.body)
        query = sa.select(import_parts.c.digest, size).where(mine).order_by(import_parts.c.number)
        return [Part(digest, size) for digest, size in self._session.execute(query)]

    def part(self, import_id: str, number: int) -> bytes:
        """Give a part."""
        query = sa.select(import_parts.c.body).where(
            import_parts.c.import_id == import_id, import_parts.c.number == number
        )
        return bytes(self._session.scalars(query).one())

    def forget_parts(self, import_id: str) -> None:
        """Forget a file: it is read, or not wanted."""
        mine = import_parts.c.import_id == import_id
        self._session.execute(sa.delete(import_parts).where(mine))

    def stage(self, import_id: str, orders: Sequence[Staged]) -> int:
        """Keep the rows of orders, beside those known of them; return how many are new."""
        if not orders:
            return 0
        done = self._session.connection().exec_driver_sql(
            STAGE,
            (
                import_id,
                [one.row for one in orders],
                [one.key for one in orders],
                [one.lines for one in orders],
                [one.rows for one in orders],
                MOST_LINES,  # what is more is counted, and not kept
            ),
        )
        return sum(row[0] for row in done)

    def staged(self, import_id: str, after_row: int, limit: int) -> Sequence[Staged]:
        """Give the next orders behind a row of the file."""
        columns = (import_orders.c[name] for name in ("row", "key", "lines", "rows"))
        query = (
            sa.select(*columns)
            .where(import_orders.c.import_id == import_id, import_orders.c.row > after_row)
            .order_by(import_orders.c.row)
            .limit(max(0, limit))
        )
        return [Staged(*row) for row in self._session.execute(query)]

    def forget_orders(self, import_id: str) -> None:
        """Forget the orders of a file that cannot be read."""
        mine = import_orders.c.import_id == import_id
        self._session.execute(sa.delete(import_orders).where(mine))

    def conclude(self, import_id: str, results: Sequence[Result]) -> None:
        """Write down what became of orders."""
        self._session.connection().exec_driver_sql(
            "update import_orders set outcome = o, reason = w, faults = f::jsonb"
            " from unnest(%s::int[], %s::text[], %s::text[], %s::text[]) as t(r, o, w, f)"
            " where import_id = %s and row = t.r",
            (
                [one.row for one in results],
                [one.outcome for one in results],
                [one.reason.replace("\0", "") for one in results],
                [_kept(one) for one in results],
                import_id,
            ),
        )

    def waits(self, run: FileImport) -> bool:
        """Tell whether orders has not answered for an order of the import."""
        flush(self._session)
        query = sa.select(inbounds.c.inbound_id).where(
            inbounds.c.import_id == run.import_id, inbounds.c.state == State.HANDED_OVER.value
        )
        return self._session.scalar(query.limit(1)) is not None

    def prune(self, now: datetime) -> None:
        """Forget uploads that were given up, and imports of long ago."""
        old = sa.or_(
            sa.and_(imports.c.state == "uploading", imports.c.created_at < now - UPLOADS_KEPT),
            imports.c.ended_at < now - IMPORTS_KEPT,
        )
        gone = self._session.scalars(
            sa.delete(imports).where(old).returning(imports.c.import_id)
        ).all()
        for import_id in gone:
            self.forget_parts(import_id)
            self.forget_orders(import_id)


class SqlPulls:
    """How far shops were asked, in PostgreSQL."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, channel: str) -> Pull | None:
        """Find the pull of a channel and lock it."""
        return locked(self._session, Pull, channel)

    def add(self, pull: Pull) -> None:
        """Keep a new pull."""
        add(self._session, pull)
        flush(self._session)

    def end(self, channel: str) -> None:
        """Forget the pull of a channel."""
        self._session.execute(sa.delete(pulls).where(pulls.c.channel == channel))

    def take_due(self, now: datetime) -> Sequence[Pull]:
        """Take pulls whose time has come and that are not being made."""
        query = (
            sa.select(pulls)
            .where(pulls.c.due_at <= now, pulls.c.call == "")
            .order_by(pulls.c.channel)
            .with_for_update(skip_locked=True)
        )
        return take(self._session, Pull, query)

    def forget_call(self, call_id: str) -> None:
        """Forget a call that is concluded: a page of orders is no thing to keep twice."""
        self._session.execute(sa.text("delete from outside_calls where id = :id"), {"id": call_id})


def _kept(result: Result) -> str:
    return msgspec.json.encode(result.faults).decode().replace("\\u0000", "")
