"""What can be asked about files of orders? How far they are, and what became of each order."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from chassis.errors import NotFound
from chassis.keeping import read, read_one
from contracts import imports as said
from services.channels.domain.file_import import FileImport
from services.channels.tables import import_orders, imports, inbounds

MINE = sa.and_(
    inbounds.c.channel == imports.c.channel,
    inbounds.c.channel_order_id == import_orders.c.key,
)
OUTCOME = sa.case(
    (import_orders.c.outcome != "taken", import_orders.c.outcome),
    (inbounds.c.state == "placed", "accepted"),
    (inbounds.c.state == "handed_over", "under_way"),
    else_=inbounds.c.state,
)


def get_import(session: Session, asked: said.ImportRef) -> said.Import:
    """Tell how far an import is."""
    run = read_one(session, FileImport, asked.import_id)
    if run is None:
        raise NotFound("import", asked.import_id, "import_id")
    return view(session, run)


def find_imports(session: Session, asked: said.FindImports) -> said.ImportPage:
    """List imports, newest first."""
    query = sa.select(imports).order_by(imports.c.import_id.desc()).limit(asked.limit + 1)
    if asked.channel:
        query = query.where(imports.c.channel == asked.channel)
    if asked.channels is not None:
        query = query.where(imports.c.channel.in_(asked.channels))
    if asked.after:
        query = query.where(imports.c.import_id < asked.after)
    found = read(session, FileImport, query)
    page = found[: asked.limit]
    return said.ImportPage(
        imports=tuple(view(session, run) for run in page),
        next=page[-1].import_id if len(found) > asked.limit else "",
    )


def view(session: Session, run: FileImport) -> said.Import:
    """Show an import; only orders that are not accepted are counted, which are few."""
    open_ = (
        sa.select(inbounds.c.state, sa.func.count())
        .where(inbounds.c.import_id == run.import_id, inbounds.c.state != "placed")
        .group_by(inbounds.c.state)
    )
    states: dict[str, int] = dict(session.execute(open_).all())  # type: ignore[arg-type]
    return said.Import(
        import_id=run.import_id,
        channel=run.channel,
        state=run.state,  # type: ignore[arg-type]
        created_by=run.created_by,
        created_at=run.created_at,
        ended_at=run.ended_at,
        bytes=run.size,
        rows=run.rows,
        orders=run.orders,
        waiting=run.orders - run.taken - run.duplicates - run.refused,
        under_way=states.get("handed_over", 0),
        accepted=max(0, run.taken - sum(states.values())),
        duplicates=run.duplicates,
        parked=states.get("parked", 0),
        refused=run.refused + states.get("refused", 0),
        reason=run.reason,
        field=run.field,
    )


def find_results(session: Session, asked: said.FindResults) -> said.ResultPage:
    """List the orders of a file, as they stand in it, with what became of each."""
    query = (
        sa.select(
            import_orders,
            OUTCOME.label("became"),
            inbounds.c.order_id,
            inbounds.c.reason.label("why"),
        )
        .select_from(
            import_orders.join(imports, imports.c.import_id == import_orders.c.import_id).outerjoin(
                inbounds, MINE
            )
        )
        .where(import_orders.c.import_id == asked.import_id, import_orders.c.row > asked.after)
        .order_by(import_orders.c.row)
        .limit(asked.limit + 1)
    )
    if asked.outcome:
        query = query.where(OUTCOME.in_([asked.outcome]))
    found = session.execute(query).all()
    if not found and read_one(session, FileImport, asked.import_id) is None:
        raise NotFound("import", asked.import_id, "import_id")
    page = tuple(_result(row) for row in found[: asked.limit])
    return said.ResultPage(orders=page, next=page[-1].row if len(found) > asked.limit else 0)


def _result(row: Any) -> said.ImportResult:
    return said.ImportResult(
        row=row.row,
        lines=row.lines,
        channel_order_id="" if row.key.startswith("\n") else row.key,
        outcome=row.became,
        order_id=row.order_id or "",
        reason=(row.outcome == "taken" and row.why) or row.reason,
        faults=row.faults,
    )
