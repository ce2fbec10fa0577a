"""How is a file of orders taken in, whatever its size and whoever dies meanwhile?

Each step is one transaction and writes down how far it came. Rows are read part by part and put
together to orders; then so many orders are taken as have room beside those that are on their way.
An order that is known already is a duplicate, so nothing is taken twice.
"""

import hashlib
from collections.abc import Callable, Sequence

import msgspec

from chassis.errors import NotFound, Refused
from chassis.work import Work
from contracts.imports import BeginImport, EndUpload, ImportPart, RowFault
from services.channels.connecting import found
from services.channels.domain.file_import import FileImport, Result, Stage, Staged
from services.channels.domain.news import News, Unacceptable
from services.channels.handlers import Taken, hand_over_taken, take_news
from services.channels.marketplaces.csv_orders import read_order
from services.channels.marketplaces.csv_rows import Sheet, Values
from services.channels.ports import Channels, Imports

PARTS_AT_ONCE = 2
MOST_FAULTS = 20
LONGEST_KEY = 255


def begin_import(wish: BeginImport, work: Work, channels: Channels, imports: Imports) -> FileImport:
    """Expect a file; with a known key it is the import that was begun with it."""
    found(wish.channel, channels)
    if known := imports.by_key(wish.key):
        return known
    run = FileImport(
        import_id=work.new_id("imp"),
        channel=wish.channel,
        request_key=wish.key,
        created_by=work.actor,
        created_at=work.now,
        due_at=work.now,
    )
    imports.add(run)
    return run


def add_part(wish: ImportPart, imports: Imports) -> None:
    """Keep a part of a file that is being uploaded."""
    run = _known(wish.import_id, imports)
    if run.state != Stage.UPLOADING:
        raise Refused("too_late", f"The file of {run.import_id} has come already.", "number")
    body = wish.text.encode()
    imports.put_part(run.import_id, wish.number, hashlib.sha256(body).hexdigest(), body)


def end_upload(wish: EndUpload, work: Work, imports: Imports) -> FileImport:
    """The file is here: begin to read it. Said again, it must have been the same file."""
    run = _known(wish.import_id, imports)
    if run.state != Stage.UPLOADING:
        if run.digest != wish.digest:
            raise Refused("key_reused", "The Idempotency-Key was used for another file.")
        return run
    kept = imports.parts(run.import_id, wish.parts)
    if len(kept) != wish.parts or digest_of([one.digest for one in kept]) != wish.digest:
        raise Refused("incomplete", "The file did not come whole; send it again.", "parts")
    run.parts, run.size, run.digest = wish.parts, sum(one.size for one in kept), wish.digest
    run.move(Stage.READING, work.now)
    return run


def stop_import(import_id: str, work: Work, imports: Imports) -> FileImport:
    """Take no more orders of a file; those that were taken go on."""
    run = _known(import_id, imports)
    run.move(Stage.STOPPED, work.now)
    imports.forget_parts(run.import_id)
    return run


def go_on(work: Work, channels: Channels, imports: Imports, room: Callable[[], int]) -> None:
    """Do the next step of the import whose turn it is; `room` counts only when it is asked."""
    run = imports.take_due(work.now)
    if run is None:
        return
    run.due_at = work.now
    if run.state == Stage.READING:
        _read(run, work, imports)
    elif staged := imports.staged(run.import_id, run.last_row, room()):
        _take(run, staged, work, channels, imports)
    elif run.taken + run.duplicates + run.refused >= run.orders and not imports.waits(run):
        run.move(Stage.COMPLETED, work.now)


def digest_of(digests: Sequence[str]) -> str:
    """Say in one digest which parts a file has, in their order."""
    return hashlib.sha256("".join(digests).encode()).hexdigest()


def _known(import_id: str, imports: Imports) -> FileImport:
    run = imports.get(import_id)
    if run is None:
        raise NotFound("import", import_id, "import_id")
    return run


def _read(run: FileImport, work: Work, imports: Imports) -> None:
    """Put the rows of the next parts together to orders."""
    sheet = msgspec.json.decode(run.sheet, type=Sheet) if run.sheet else Sheet()
    rows: list[Values] = []
    try:
        for _ in range(PARTS_AT_ONCE):
            last = run.next_part + 1 >= run.parts
            part = imports.part(run.import_id, run.next_part) if run.parts else b""
            rows += sheet.cut(part.decode(), last=last)
            run.next_part += 1
            if last:
                break
    except Refused as no:
        run.refuse(no.message, no.field, work.now)
        imports.forget_parts(run.import_id)
        imports.forget_orders(run.import_id)
        return
    run.rows += len(rows)
    run.orders += imports.stage(run.import_id, _together(rows, sheet))
    run.sheet = msgspec.json.encode(sheet)
    if last:
        run.move(Stage.TAKING, work.now)
        imports.forget_parts(run.import_id)


def _together(rows: Sequence[Values], sheet: Sheet) -> list[Staged]:
    """Put the rows of each order together; a row that names none stays alone."""
    column = sheet.columns.index("order_id") if "order_id" in sheet.columns else 0
    orders: dict[str, list[Values]] = {}
    for number, values in rows:
        key = values[column] if column < len(values) else ""
        if not key or len(key) > LONGEST_KEY or "\0" in key:
            key = f"\nrow {number}"
        orders.setdefault(key, []).append((number, values))
    return [
        Staged(kept[0][0], key, len(kept), "\n".join(msgspec.json.encode(x).decode() for x in kept))
        for key, kept in orders.items()
    ]


def _take(
    run: FileImport, staged: Sequence[Staged], work: Work, channels: Channels, imports: Imports
) -> None:
    """Take the next orders of the file, and hand over what is complete."""
    sheet = msgspec.json.decode(run.sheet, type=Sheet)
    channels.expect(run.channel, [one.key for one in staged])
    read = [(one, _news(one, sheet, run.channel)) for one in staged]
    taken: list[Taken] = []
    results = []
    for one, news in read:
        if faults := [n for n in news if isinstance(n.said, Unacceptable)]:
            results.append(_refused(one, faults))
            continue
        took = take_news(run.channel, news[0], work, channels)
        if took.inbound and took.outcome in {"accepted", "parked"}:
            took.inbound.import_id = run.import_id
        taken.append(took)
        outcome = {"duplicate": "duplicate", "ignored": "refused", "refused": "refused"}
        results.append(Result(one.row, outcome.get(took.outcome, "taken"), took.reason[:255]))
    run.count(results)
    imports.conclude(run.import_id, results)
    hand_over_taken(taken, work)


def _news(staged: Staged, sheet: Sheet, channel: str) -> list[News]:
    lines = [msgspec.json.decode(line, type=Values) for line in staged.rows.split("\n")]
    return list(read_order([(n, sheet.named(values)) for n, values in lines], channel))


def _refused(staged: Staged, news: Sequence[News]) -> Result:
    faults = [
        RowFault(row=n.row, field=n.said.field, reason=n.said.reason[:255])
        for n in news[:MOST_FAULTS]
        if isinstance(n.said, Unacceptable)
    ]
    reason = faults[0].reason if len(news) == 1 else f"{len(news)} rows are wrong."
    return Result(staged.row, "refused", reason, tuple(faults))
