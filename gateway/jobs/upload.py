"""How does a file come in? Piece by piece into the database; a wrong header is refused at once."""

import codecs
import hashlib
from collections.abc import Iterator

from flask import request

from chassis.errors import Refused
from chassis.ids import new_id
from gateway.caller import Caller
from gateway.jobs import said, sheet
from gateway.jobs.columns import faults_of
from gateway.jobs.desk import Jobs, Uploaded
from gateway.jobs.files import Files
from gateway.jobs.imports import IMPORTS
from gateway.problems import Answered, of_faults, problem

LARGEST = 20_000_000
PIECE = 262_144
NOT_TEXT = "The body is not UTF-8; save the file as “CSV UTF-8”."
EMPTY = [{"field": "csv", "detail": "The file is empty."}]


def take(jobs: Jobs, files: Files, asked: said.ImportTable, caller: Caller, key: str) -> said.Job:
    """Keep a file and make its job; raises Answered if it cannot be read, or SameKey."""
    job_id, digest = new_id("job"), hashlib.sha256()
    wish = said.StartJob(kind="import_skus" if asked.table == "skus" else "import_stock")
    columns: list[str] = []
    try:
        for piece in _pieces():
            columns = columns or _head(wish.kind, piece)
            digest.update(piece)
            files.add(job_id, piece)
        job = jobs.start(wish, caller, key, Uploaded(job_id, digest.hexdigest(), columns))
    except BaseException:
        files.drop(job_id)
        raise
    if job.job_id != job_id:
        files.drop(job_id)
    return job


def _pieces() -> Iterator[bytes]:
    empty = True
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while piece := request.stream.read(PIECE):
            if "\0" in decoder.decode(piece):
                raise Answered(problem("malformed", NOT_TEXT))
            empty = False
            yield piece
        decoder.decode(b"", final=True)
        if empty:
            raise Answered(of_faults(EMPTY))
    except UnicodeDecodeError:
        raise Answered(problem("malformed", NOT_TEXT)) from None


def _head(kind: str, piece: bytes) -> list[str]:
    """Read the names of the columns."""
    try:
        first = next(sheet.read([piece.partition(b"\n")[0]]), [])
    except Refused as refusal:
        raise Answered(problem("malformed", refusal.message)) from None
    columns = [cell.strip().lower() for cell in first]
    if faults := faults_of(columns, IMPORTS[kind].columns):
        raise Answered(of_faults(faults))
    return columns
