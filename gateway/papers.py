"""What is printed for a packed shipment? Labels first, then the packing slip, as one document.

A browser opens one window for one click, so two papers in two windows would lose the second one.
"""

import base64
import io

from pypdf import PdfWriter

from contracts import shipping, warehouse
from contracts.message import Question
from contracts.warehouse import Document
from gateway.bounds import Bounds
from gateway.caller import Caller
from gateway.ports import Asks


class PapersOf(shipping.ShipmentRef, frozen=True, kw_only=True):
    """Labels and packing slip in one PDF; only labels for a return, or who may not see the slip."""


PAPERS = Question("shipping.papers", PapersOf, Document)
SLIPS = "picking.read"


def ask_papers(asker: Asks, asked: PapersOf, caller: Caller) -> Document:
    """Ask for what belongs to a shipment, and put it together. Raises what the services refuse."""
    ref = shipping.ShipmentRef(shipment_id=asked.shipment_id)
    shipment = asker.ask(shipping.GET, ref, actor=caller.actor)
    label = asker.ask(shipping.LABEL, ref, actor=caller.actor).document
    packed = shipment.fulfillment_order_id
    if not (packed and _may_see_slip(asker, packed, caller)):
        return label
    of = warehouse.FulfillmentRef(fulfillment_order_id=packed)
    slip = asker.ask(warehouse.SLIP, of, actor=caller.actor)
    return Document(
        name=f"papers-{asked.shipment_id}.pdf",
        media_type=label.media_type,
        base64=base64.b64encode(_joined(label, slip)).decode(),
    )


def _may_see_slip(asker: Asks, fulfillment_order_id: str, caller: Caller) -> bool:
    scope = caller.scope(SLIPS)
    bounds = Bounds(scope, asker, caller.actor)
    within = not scope.is_limited or bool(bounds.fulfillments({fulfillment_order_id}))
    return caller.may(SLIPS) and within


def _joined(*papers: Document) -> bytes:
    whole, into = PdfWriter(), io.BytesIO()
    for paper in papers:
        whole.append(io.BytesIO(base64.b64decode(paper.base64)))
    whole.write(into)
    return into.getvalue()
