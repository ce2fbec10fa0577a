"""What is said about files of orders, which channels takes in piece by piece?"""

from typing import Annotated, Literal

from msgspec import Meta

from contracts.message import Wire, question, request
from contracts.values import Code, Codes, Count, Instant, Limit, Name, Nothing, Text

PART_CHARACTERS = 262_144
MOST_PARTS = 1_000
ImportState = Literal["uploading", "reading", "taking", "completed", "refused", "stopped"]
Digest = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$", description="SHA-256 in hex")]


class BeginImport(Wire, frozen=True, kw_only=True):
    """A file of orders is about to come; begun again with the same `key` it is the same import."""

    channel: Code
    key: Name


class ImportPart(Wire, frozen=True, kw_only=True):
    """A piece of a file; sent again before the end, the later one holds."""

    import_id: Name
    number: Annotated[int, Meta(ge=0, lt=MOST_PARTS)]
    text: Annotated[str, Meta(max_length=PART_CHARACTERS)]


class EndUpload(Wire, frozen=True, kw_only=True):
    """The file has come whole: so many parts, and the digest of all parts' digests."""

    import_id: Name
    parts: Annotated[int, Meta(ge=0, le=MOST_PARTS)]
    digest: Digest


class ImportRef(Wire, frozen=True, kw_only=True):
    """One import."""

    import_id: Name


class Import(Wire, frozen=True, kw_only=True):
    """A file of orders and how far it has come.

    uploading → reading (rows are counted, orders put together) → taking (orders are handed over, so
    many at a time) → completed. `refused`: the file as a whole cannot be read, `reason` says why.
    Of `orders` in the file, `waiting` are still to be taken, `under_way` are with orders, and the
    rest is accepted, refused, parked (a listing is unknown) or a duplicate of one known before.
    """

    import_id: Name
    channel: Code
    state: ImportState
    created_by: Text
    created_at: Instant
    ended_at: Instant | None = None
    bytes: Count = 0
    rows: Count = 0
    orders: Count = 0
    waiting: Count = 0
    under_way: Count = 0
    accepted: Count = 0
    duplicates: Count = 0
    parked: Count = 0
    refused: Count = 0
    reason: Text = ""
    field: Text = ""


class FindImports(Wire, frozen=True, kw_only=True):
    """Which imports to list, newest first."""

    channel: Text = ""
    after: Text = ""
    limit: Limit = 50
    channels: Codes | None = None


class ImportPage(Wire, frozen=True, kw_only=True):
    """A page of imports; `next` is empty on the last."""

    imports: tuple[Import, ...]
    next: str = ""


class FindResults(Wire, frozen=True, kw_only=True):
    """Which orders of a file to list, as they stand in it; `after` is a row."""

    import_id: Name
    outcome: Literal["", "waiting", "under_way", "accepted", "duplicate", "parked", "refused"] = ""
    after: Count = 0
    limit: Limit = 50


class RowFault(Wire, frozen=True, kw_only=True):
    """What is wrong in a row, and in which column."""

    row: Count
    field: Text
    reason: Text


class ImportResult(Wire, frozen=True, kw_only=True):
    """What became of one order of a file; `row` is where its first line stands."""

    row: Count
    lines: Count
    channel_order_id: Text
    outcome: Literal["waiting", "under_way", "accepted", "duplicate", "parked", "refused"]
    order_id: Text = ""
    reason: Text = ""
    faults: tuple[RowFault, ...] = ()


class ResultPage(Wire, frozen=True, kw_only=True):
    """A page of results; `next` is 0 on the last."""

    orders: tuple[ImportResult, ...]
    next: int = 0


BEGIN_IMPORT = request("channels.begin_import", BeginImport, Import)
ADD_PART = request("channels.add_part", ImportPart, Nothing)
END_UPLOAD = request("channels.end_upload", EndUpload, Import)
STOP_IMPORT = request("channels.stop_import", ImportRef, Import)
IMPORT = question("channels.import_status", ImportRef, Import)
IMPORTS = question("channels.imports", FindImports, ImportPage)
RESULTS = question("channels.import_results", FindResults, ResultPage)
