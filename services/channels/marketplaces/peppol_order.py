"""What does an order in UBL say, as it is exchanged by Peppol? Its amounts, and where it goes.

A line is stated by its sum after its own allowances and charges, without tax. Tax is stated for
the whole order, and is spread over lines by their rates.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from chassis.errors import Refused
from services.channels.domain.news import NotForUs, Sold, Unacceptable
from services.channels.marketplaces.amounts import spread
from services.channels.marketplaces.lines import (
    SoldLine,
    as_sold,
    by_sku,
    by_title,
    pieces,
    settle,
    take_off,
)
from services.channels.marketplaces.moments import moment
from services.channels.marketplaces.peppol_reading import (
    Element,
    amount,
    each,
    first,
    is_true,
    number,
    text,
)

PIECES = frozenset({"", "EA", "C62", "H87", "NAR", "PCE"})
BUYER = "BuyerCustomerParty/Party"
BILLED = ("AccountingCustomerParty/Party/PostalAddress", f"{BUYER}/PostalAddress")
TOTAL = "AnticipatedMonetaryTotal"
PARTS_OF_A_PERCENT = 10_000


def number_of(document: Element, path: str) -> str:
    """The number of an order, which its buyer gave it: only with the buyer it is the only one."""
    order, buyer = text(document, path), text(document, f"{BUYER}/EndpointID")
    return f"{buyer}/{order}"[:255] if buyer and order else order[:255]


def read_order(
    document: Element, order_id: str, channel: str, method: str
) -> Sold | NotForUs | Unacceptable:
    """Read an order; one that cannot be accepted names the field at fault, in UBL's words."""
    return as_sold(lambda: _wish(document, order_id, channel, method))


def listing_of(item: Element | None) -> str:
    """Name what is ordered: by our own number, else by its GTIN, else by its name."""
    if sku := by_sku(text(item, "SellersItemIdentification/ID")):
        return sku
    standard = text(item, "StandardItemIdentification/ID")
    return f"gtin:{standard}"[:64] if standard else by_title(text(item, "Name", "Description"))


def _wish(document: Element, order_id: str, channel: str, method: str) -> dict[str, Any]:
    currency = text(document, "DocumentCurrencyCode")
    rows = [line for row in each(document, "OrderLine") for line in each(row, "LineItem")]
    if not rows:
        raise Refused("no_lines", "The order has no lines.", "OrderLine")
    lines = [_line(i, row, currency) for i, row in enumerate(rows)]
    charges, allowances = _for_the_whole(document, currency)
    take_off(lines, allowances, "AllowanceCharge")
    net = sum(line.net for line in lines) + charges
    tax = amount(document, "TaxTotal/TaxAmount", currency, "TaxTotal")
    total = _total(document, net, tax, currency)
    _spread_tax(lines, rows, total - net)
    settle(lines, charges, 0, total, currency, rows=0)
    contact = first(document, "Delivery/DeliveryParty/Contact", f"{BUYER}/Contact")
    buyer = first(document, BUYER)
    return {
        "currency": currency,
        "lines": [line.as_line() for line in lines],
        "total": total,
        "payment": {"method": method},
        "ship_to": _ship_to(document, buyer, contact),
        "bill_to": _address(first(document, *BILLED), _name(buyer), _name(buyer), contact),
        "customer": {
            "email": text(buyer, "Contact/ElectronicMail"),
            "name": _name(buyer),
            "phone": text(buyer, "Contact/Telephone"),
        },
        "delivery": {"price": charges},
        "taxes_included": False,
        "channel": channel,
        "channel_order_id": order_id,
        "note": " ".join(x for x in (
            text(document, "CustomerReference"), text(document, "Note"),
        ) if x)[:4000],
        "placed_at": moment(f"{text(document, 'IssueDate')}T00:00:00+00:00"),
    }  # fmt: skip


def _line(index: int, row: Element, currency: str) -> SoldLine:
    where = f"OrderLine[{index}]"
    quantity = first(row, "Quantity")
    unit = (quantity.get("unitCode") or "") if quantity is not None else ""
    if unit not in PIECES:
        told = f"{unit[:40]!r} is no unit of pieces, which is all that we sell."
        raise Refused("no_pieces", told, f"{where}.Quantity")
    count = pieces(number(row, "Quantity", f"{where}.Quantity"), f"{where}.Quantity")
    if first(row, "LineExtensionAmount") is None:
        told = "It does not say what it costs."
        raise Refused("no_amount", told, f"{where}.LineExtensionAmount")
    net = amount(row, "LineExtensionAmount", currency, f"{where}.LineExtensionAmount")
    if net < 0:
        told = "It costs less than nothing."
        raise Refused("no_amount", told, f"{where}.LineExtensionAmount")
    off = sum(
        amount(x, "Amount", currency, f"{where}.AllowanceCharge")
        for x in each(row, "AllowanceCharge")
        if not is_true(x, "ChargeIndicator")
    )
    item = first(row, "Item")
    name = text(item, "Name", "Description")
    return SoldLine(listing_of(item), text(row, "ID"), count, net + max(off, 0), net, 0, name)


def _for_the_whole(document: Element, currency: str) -> tuple[int, int]:
    """What is charged for the whole order, as for delivery, and what is off."""
    charges = allowances = 0
    for one in each(document, "AllowanceCharge"):
        value = amount(one, "Amount", currency, "AllowanceCharge")
        if is_true(one, "ChargeIndicator"):
            charges += value
        else:
            allowances += value
    return charges, allowances


def _total(document: Element, net: int, tax: int, currency: str) -> int:
    """What the goods cost with tax; what was paid before is no part of it, and may be left open."""
    said = first(document, TOTAL)
    stated = amount(said, "TaxInclusiveAmount", currency, TOTAL)
    if not stated:
        stated = amount(said, "PayableAmount", currency, TOTAL)
        stated += amount(said, "PrepaidAmount", currency, TOTAL)
        stated -= amount(said, "PayableRoundingAmount", currency, TOTAL)
    if said is None:
        return net + tax
    if stated != net + tax:
        raise Refused("does_not_add_up", "Lines, charges and tax do not make the total.", TOTAL)
    return stated


def _spread_tax(lines: Sequence[SoldLine], rows: Sequence[Element], tax: int) -> None:
    """Spread the tax over lines by what they cost and their rates, else by what they cost."""
    rates = [
        Decimal(text(row, "Item/ClassifiedTaxCategory/Percent") or 0)
        if text(row, "Item/ClassifiedTaxCategory/Percent").replace(".", "", 1).isdigit()
        else Decimal(0)
        for row in rows
    ]
    weights = [
        int(line.net * rate * PARTS_OF_A_PERCENT) for line, rate in zip(lines, rates, strict=True)
    ]
    weights = weights if sum(weights) else [max(line.net, 1) for line in lines]
    for line, share in zip(lines, spread(tax, weights), strict=True):
        line.tax = share


def _ship_to(document: Element, buyer: Element | None, contact: Element | None) -> dict[str, str]:
    company = _name(buyer)
    place = first(document, "Delivery/DeliveryLocation/Address", f"{BUYER}/PostalAddress")
    name = text(document, "Delivery/DeliveryParty/PartyName/Name") or text(contact, "Name")
    address = _address(place, name or company, company, contact)
    if not address:
        raise Refused("no_address", "The order does not say where the goods go.", "Delivery")
    return address


def _address(
    place: Element | None, name: str, company: str, contact: Element | None
) -> dict[str, str] | None:
    streets = [text(place, x) for x in
               ("StreetName", "AdditionalStreetName", "AddressLine/Line")]  # fmt: skip
    streets = [x for x in streets if x]
    country = text(place, "Country/IdentificationCode")
    if not streets or not country:
        return None
    return {
        "name": name or "customer",
        "company": company,
        "line1": streets[0],
        "line2": ", ".join(streets[1:])[:255],
        "city": text(place, "CityName") or "-",
        "region": text(place, "CountrySubentity"),
        "postcode": text(place, "PostalZone"),
        "country": country,
        "phone": text(contact, "Telephone"),
        "email": text(contact, "ElectronicMail"),
    }


def _name(party: Element | None) -> str:
    return text(party, "PartyName/Name", "PartyLegalEntity/RegistrationName")
