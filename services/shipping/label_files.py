"""Where is paper kept that a carrier made? As it gave it, so that it can be printed again.

Labels belong to a shipment, forms to a manifest.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from chassis import clock
from services.shipping.carriers.carrier import LabelFile
from services.shipping.tables import labels


def keep(
    session: Session, owner_id: str, files: Sequence[LabelFile], table: sa.Table = labels
) -> None:
    """Keep the papers of a shipment or manifest; those of an earlier try are replaced."""
    owner = next(iter(table.primary_key.columns))
    session.execute(sa.delete(table).where(owner == owner_id))
    if files:
        rows = [
            {
                owner.name: owner_id,
                "number": number,
                "media_type": file.media_type,
                "content": file.content,
                "at": clock.now(),
            }
            for number, file in enumerate(files)
        ]
        session.execute(postgresql.insert(table), rows)


def kept(session: Session, owner_id: str, table: sa.Table = labels) -> list[LabelFile]:
    """Find the papers of a shipment in the order of its parcels, or of a manifest, if any."""
    owner = next(iter(table.primary_key.columns))
    rows = session.execute(sa.select(table).where(owner == owner_id).order_by(table.c.number))
    return [LabelFile(row.media_type, bytes(row.content)) for row in rows]
