"""How is a document of UBL looked through? By the names of its elements, without their namespaces.

Nothing outside a document is fetched, and nothing in it is expanded.
"""

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import TypeAlias
from xml.etree import ElementTree as ET  # nosec B405 - what the safe parser makes

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from chassis.errors import Refused
from services.channels.marketplaces.amounts import minor_units
from services.channels.marketplaces.signing import as_bytes

Element: TypeAlias = ET.Element


def root_of(body: str) -> Element:
    """Read a document, or raise Refused that names the body."""
    try:
        root: Element = fromstring(as_bytes(body).decode(errors="replace"), forbid_dtd=True)
    except (ET.ParseError, DefusedXmlException, ValueError):
        raise Refused("malformed", "The body is no document in XML.", "body") from None
    return root


def name_of(element: Element) -> str:
    """The name of an element, without its namespace."""
    return str(element.tag).rpartition("}")[2]


def each(element: Element | None, path: str) -> Iterator[Element]:
    """All elements at a path such as `Party/PostalAddress`."""
    first, _, rest = path.partition("/")
    for child in element if element is not None else ():
        if name_of(child) == first:
            yield from each(child, rest) if rest else (child,)


def first(element: Element | None, *paths: str) -> Element | None:
    """The first element that is at one of these paths."""
    return next((found for path in paths for found in each(element, path)), None)


def text(element: Element | None, *paths: str) -> str:
    """What stands at the first of these paths that says something."""
    for path in paths:
        for found in each(element, path):
            if said := " ".join((found.text or "").split()):
                return said
    return ""


def number(element: Element | None, path: str, field: str) -> Decimal:
    """A number at a path; raise Refused that names the field if none is there."""
    said = text(element, path)
    try:
        return Decimal(said)
    except InvalidOperation:
        raise Refused("no_number", f"{said[:40]!r} is no number.", field) from None


def amount(element: Element | None, path: str, currency: str, field: str) -> int:
    """An amount at a path in the currency of the document; 0 if there is none."""
    found = first(element, path)
    if found is None:
        return 0
    if (other := found.get("currencyID") or currency) != currency:
        told = f"{other!r} is not the currency of the document, {currency}."
        raise Refused("other_currency", told, field)
    return minor_units((found.text or "").strip(), currency, field)


def is_true(element: Element, path: str) -> bool:
    """Whether an indicator says true."""
    return text(element, path).lower() in {"true", "1"}
