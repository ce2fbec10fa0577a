"""Where are labels kept that a carrier made? As it gave them, so that they can be printed again."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from chassis import clock
from services.shipping.carriers.carrier import LabelFile
from services.shipping.tables import labels


def keep(session: Session, shipment_id: str, files: Sequence[LabelFile]) -> None:
    """Keep the labels of a shipment; those of an earlier try are replaced."""
    session.execute(sa.delete(labels).where(labels.c.shipment_id == shipment_id))
    if files:
        rows = [
            {
                "shipment_id": shipment_id,
                "number": number,
                "media_type": file.media_type,
                "content": file.content,
                "at": clock.now(),
            }
            for number, file in enumerate(files)
        ]
        session.execute(postgresql.insert(labels), rows)


def kept(session: Session, shipment_id: str) -> list[LabelFile]:
    """Find the labels of a shipment in the order of its parcels; none if we draw them."""
    query = sa.select(labels).where(labels.c.shipment_id == shipment_id)
    rows = session.execute(query.order_by(labels.c.number))
    return [LabelFile(row.media_type, bytes(row.content)) for row in rows]
