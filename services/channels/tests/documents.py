"""How does a company order in UBL? One document of its own, made for the tests."""

ORDER = """<?xml version="1.0" encoding="UTF-8"?>
<{kind} xmlns="urn:oasis:names:specification:ubl:schema:xsd:Order-2"
 xmlns:a="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
 xmlns:b="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
<b:ID>{number}</b:ID><b:IssueDate>2026-03-01</b:IssueDate><b:IssueTime>{time}</b:IssueTime>
<b:DocumentCurrencyCode>{currency}</b:DocumentCurrencyCode>{more}
<a:BuyerCustomerParty><a:Party>{endpoint}<a:PartyName><b:Name>Clinic</b:Name></a:PartyName>
<a:PostalAddress><b:StreetName>Main Street 1</b:StreetName><b:CityName>Berlin</b:CityName>
<b:PostalZone>10115</b:PostalZone>
<a:Country><b:IdentificationCode>{country}</b:IdentificationCode></a:Country></a:PostalAddress>
<a:Contact><b:Name>Ann Smith</b:Name>
<b:ElectronicMail>ann@example.com</b:ElectronicMail></a:Contact>
</a:Party></a:BuyerCustomerParty>
<a:TaxTotal><b:TaxAmount currencyID="{currency}">{tax}</b:TaxAmount></a:TaxTotal>
<a:AnticipatedMonetaryTotal><b:PayableAmount currencyID="{currency}">{total}</b:PayableAmount>
</a:AnticipatedMonetaryTotal>{lines}</{kind}>"""
LINE = """<a:OrderLine><a:LineItem><b:ID>{line}</b:ID>{more}
<b:Quantity unitCode="{unit}">{quantity}</b:Quantity>
<b:LineExtensionAmount currencyID="{currency}">{total}</b:LineExtensionAmount>
<a:Price><b:PriceAmount currencyID="{currency}">{price}</b:PriceAmount></a:Price>
<a:Item><b:Name>Blue mug</b:Name>{item}
<a:ClassifiedTaxCategory><b:Percent>{percent}</b:Percent></a:ClassifiedTaxCategory></a:Item>
</a:LineItem></a:OrderLine>"""
SKU = "<a:SellersItemIdentification><b:ID>{}</b:ID></a:SellersItemIdentification>"
GTIN = "<a:StandardItemIdentification><b:ID>{}</b:ID></a:StandardItemIdentification>"
CHARGE = (
    "<a:AllowanceCharge><b:ChargeIndicator>{}</b:ChargeIndicator>"
    '<b:Amount currencyID="EUR">{}</b:Amount></a:AllowanceCharge>'
)


def a_line(quantity: int | str = 1, price: str = "10.00", total: str = "", **more: str) -> str:
    """A line of an order."""
    said = {"line": "1", "unit": "EA", "currency": "EUR", "percent": "19", "more": "",
            "item": SKU.format("MUG-1"), **more}  # fmt: skip
    return LINE.format(quantity=quantity, price=price, total=total or price, **said)


def a_ubl_order(*lines: str, total: str = "10.00", **more: str) -> str:
    """An order, or another document that looks like one."""
    said = {"kind": "Order", "number": "4711", "time": "10:00:00", "currency": "EUR", "more": "",
            "country": "DE", "tax": "0", "endpoint": "", **more}  # fmt: skip
    return ORDER.format(lines="".join(lines or (a_line(),)), total=total, **said)
