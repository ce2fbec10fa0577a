"""Where are files of jobs? In pieces in the database: read one by one, never whole in memory."""

from collections.abc import Iterator
from datetime import datetime

import sqlalchemy as sa

from chassis import clock
from gateway.jobs.ledger import LEASE, Held, hold
from gateway.jobs.said import RowProblem

PAGE = 500
ADD = sa.text(
    "insert into job_files (job_id, number, piece, at) select :id,"
    " coalesce(max(number), 0) + 1, :piece, :now from job_files where job_id = :id"
)
WROTE = sa.text(
    "update jobs set after = :after, total = total + :things, done = done + :things,"
    " size = size + :size, counted = :last, due_at = :until where job_id = :id returning size"
)
READ = sa.text(
    "select number, piece from job_files where job_id = :id and number > :after"
    " order by number limit 1"
)
DROP = sa.text("delete from job_files where job_id = :id")
FAILED = sa.text(
    "select number, given, problem from job_rows where job_id = :id and state = 'failed'"
    " and number > :after order by number limit :limit"
)


class Files:
    """Keeps files, and gives them out."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def add(self, job_id: str, piece: bytes) -> None:
        """Add to a file that comes in."""
        with self._engine.begin() as connection:
            connection.execute(ADD, {"id": job_id, "piece": piece, "now": clock.now()})

    def write(  # noqa: PLR0913 - what a page of an export is
        self, job: Held, piece: bytes, things: int, after: str, now: datetime, *, last: bool
    ) -> int:
        """Add a page to the file of a job, once, whoever dies; gives the file's size."""
        with self._engine.begin() as connection:
            job.canceled = hold(connection, job).canceled
            connection.execute(ADD, {"id": job.job_id, "piece": piece, "now": now})
            job.total, job.after, job.counted = job.total + things, after, last
            values = {
                "id": job.job_id, "after": after, "things": things, "size": len(piece),
                "last": last, "until": now + LEASE,
            }  # fmt: skip
            return int(connection.scalar(WROTE, values) or 0)

    def read(self, job_id: str) -> Iterator[bytes]:
        """Give the pieces of a file."""
        after = 0
        while True:
            with self._engine.connect() as connection:
                row = connection.execute(READ, {"id": job_id, "after": after}).first()
            if row is None:
                return
            yield bytes(row.piece)
            after = row.number

    def drop(self, job_id: str) -> None:
        """Forget a file."""
        with self._engine.begin() as connection:
            connection.execute(DROP, {"id": job_id})

    def failed(self, job_id: str) -> Iterator[list[tuple[list[str], RowProblem]]]:
        """Give the rows that failed, page by page: their cells, and why."""
        wanted = {"id": job_id, "after": 0, "limit": PAGE}
        while True:
            with self._engine.connect() as connection:
                rows = connection.execute(FAILED, wanted).all()
            if not rows:
                return
            yield [(row.given or [], RowProblem(**row.problem)) for row in rows]
            wanted["after"] = rows[-1].number
