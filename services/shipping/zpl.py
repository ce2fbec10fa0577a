"""What does our label look like to a printer that understands ZPL? Four by six inches, 203 dpi."""

from collections.abc import Iterator

from contracts.values import Address
from services.shipping.domain.parcel import Box
from services.shipping.domain.shipment import Shipment

DOTS_WIDE, DOTS_HIGH = 812, 1218
EDGE, ROOM = 40, 732
SMALLEST, GAP, LETTER = 12, 4, 0.6  # dots; a letter's width as a share of its height, at most
SPECIAL = {"^": "_5E", "~": "_7E", "_": "_5F", "\\": "_5C"}
LONGEST_OF_WIDE_BARS = 15


def labels(shipment: Shipment) -> bytes:
    """Write a label for each parcel; a declaration for customs is paper, and not among them."""
    count = len(shipment.boxes)
    pages = (_label(shipment, box, f"{i} of {count}") for i, box in enumerate(shipment.boxes, 1))
    return "\n".join(pages).encode()


def _label(shipment: Shipment, box: Box, which: str) -> str:
    order = f"Order #{shipment.number}" if shipment.number else "Return"
    facts = f"Parcel {which}   {box.weight_g / 1000:.2f} kg   {order}"
    bars = 3 if len(box.tracking_number) <= LONGEST_OF_WIDE_BARS else 2
    return "\n".join((
        f"^XA^CI28^PW{DOTS_WIDE}^LL{DOTS_HIGH}",  # letters are UTF-8
        _text(40, 44, f"{shipment.carrier.upper()}  {shipment.service.upper()}", 1),
        *(f"^FO{EDGE},{top}^GB{ROOM},3,3^FS" for top in (110, 350, 750)),
        *_address("FROM", shipment.ship_from, 125, 190, 24),
        *_address("SHIP TO", shipment.ship_to, 365, 350, 44),
        _text(765, 26, facts, 1),
        f"^FO{EDGE},830^BY{bars}^BCN,250,Y,N,N,A^FH^FD{_safe(box.tracking_number)}^FS",
        "^XZ",
    ))  # fmt: skip


def _address(title: str, address: Address, top: int, height: int, largest: int) -> Iterator[str]:
    """Write an address as large as there is room for, so that nothing of it is cut off."""
    yield _text(top, 18, title, 1)
    place = " ".join(filter(None, (address.postcode, address.city, address.region)))
    words = (address.name, address.company, address.line1, address.line2, place, address.country)
    for size in range(largest, SMALLEST - 1, -2):
        in_a_line = int(ROOM / size / LETTER)
        count = sum(-(-len(text) // in_a_line) for text in words)
        if count * (size + GAP) <= height:
            break
    lines = r"\&".join(_safe(text) for text in words if text)
    block = f"^A0N,{size},{size}^FB{ROOM},{count},{GAP}"
    yield f"^FO{EDGE},{top + 28}{block}^FH^FD{lines}^FS"


def _text(top: int, size: int, text: str, lines: int) -> str:
    return f"^FO{EDGE},{top}^A0N,{size},{size}^FB{ROOM},{lines}^FH^FD{_safe(text)}^FS"


def _safe(text: str) -> str:
    """Write what commands are made of as what it is."""
    return "".join(SPECIAL.get(c, c) for c in text if c.isprintable())
