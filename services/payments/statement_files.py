"""What does a bank's statement say? CAMT.053 as XML, or CSV, read into bookings of money that came.

What left, what is only announced and what was taken back is passed over.
"""

import csv
import hashlib
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from chassis.errors import Refused
from contracts.currencies import CURRENCIES, decimals
from services.payments.domain.transfer import Booking

MOST = 5000
LONGEST = 1000
COLUMNS = {
    "date": ("date", "booked_on", "booking date", "buchungstag", "buchungsdatum", "datum"),
    "amount": ("amount", "betrag", "betrag (eur)", "umsatz"),
    "currency": ("currency", "währung", "waehrung"),
    "payer": ("name", "payer", "auftraggeber", "zahlungspflichtiger", "name zahlungsbeteiligter",
              "beguenstigter/zahlungspflichtiger"),
    "text": ("text", "reference", "description", "verwendungszweck", "buchungstext"),
    "id": ("id", "transaction id", "bank reference", "referenz"),  # codespell:ignore
}  # fmt: skip
NEEDED = ("date", "amount", "text")
GERMAN_DATE = re.compile(r"(\d{2})\.(\d{2})\.(\d{4}|\d{2})")


def read(content: str) -> tuple[list[Booking], int]:
    """Read a statement; give the bookings, and how many entries were passed over."""
    entries = _camt(content) if content.lstrip("\ufeff \r\n\t").startswith("<") else _csv(content)
    bookings, passed, seen = [], 0, Counter[str]()
    for number, entry in enumerate(entries, 1):
        if number > MOST:
            reason = f"It has more than {MOST} entries; send it in parts."
            raise Refused("too_large", reason, "content")
        if entry is None:
            passed += 1
            continue
        seen[entry.bank_reference] += 1  # two alike on one day are two
        again = seen[entry.bank_reference]
        if again > 1:
            entry = _numbered(entry, again)  # noqa: PLW2901 - the same one, told apart
        bookings.append(entry)
    if not bookings and not passed:
        raise Refused("malformed", "It has no entries.", "content")
    return bookings, passed


def _numbered(entry: Booking, again: int) -> Booking:
    reference = f"{entry.bank_reference}#{again}"
    return Booking(
        reference, entry.booked_on, entry.amount, entry.currency, entry.payer, entry.text
    )


def _camt(content: str) -> Iterator[Booking | None]:
    try:
        root = ElementTree.fromstring(content.lstrip("\ufeff \r\n\t").encode())
    except (ElementTree.ParseError, DefusedXmlException, ValueError) as fault:
        told = f"The XML cannot be read: {type(fault).__name__}."
        raise Refused("malformed", told, "content") from None
    if "camt.053" not in root.tag and "camt.052" not in root.tag and "camt.054" not in root.tag:
        raise Refused("malformed", "It is no statement in CAMT.053.", "content")
    for statement in root.iterfind(".//{*}Stmt"):
        iban = statement.findtext("{*}Acct/{*}Id/{*}IBAN") or ""
        for entry in statement.iterfind("{*}Ntry"):
            yield from _entry(entry, iban)


def _entry(entry: Any, iban: str) -> Iterator[Booking | None]:
    status = entry.findtext("{*}Sts/{*}Cd") or entry.findtext("{*}Sts") or "BOOK"
    came = entry.findtext("{*}CdtDbtInd") == "CRDT" and entry.findtext("{*}RvslInd") != "true"
    parts = entry.findall("{*}NtryDtls/{*}TxDtls") or [entry]
    for part in parts:
        if status.strip() != "BOOK" or not came:
            yield None
            continue
        money = part.find("{*}AmtDtls/{*}TxAmt/{*}Amt")
        money = part.find("{*}Amt") if money is None else money
        if money is None:
            if len(parts) > 1:
                raise Refused("malformed", "A batch names no amounts of its parts.", "content")
            money = entry.find("{*}Amt")
        yield _of_part(entry, part, money, iban)


def _of_part(entry: Any, part: Any, money: Any, iban: str) -> Booking:
    day = entry.findtext("{*}BookgDt/{*}Dt") or entry.findtext("{*}BookgDt/{*}DtTm") or ""
    payer = _first(part, "{*}RltdPties/{*}Dbtr/{*}Nm", "{*}RltdPties/{*}Dbtr/{*}Pty/{*}Nm")
    texts = [one.text or "" for one in part.iterfind("{*}RmtInf/{*}Ustrd")]
    texts += [one.text or "" for one in part.iterfind("{*}RmtInf/{*}Strd/{*}CdtrRefInf/{*}Ref")]
    texts.append(_first(part, "{*}Refs/{*}EndToEndId").replace("NOTPROVIDED", ""))
    texts.append(entry.findtext("{*}AddtlNtryInf") or "")
    named = _first(part, "{*}Refs/{*}AcctSvcrRef") or (entry.findtext("{*}AcctSvcrRef") or "")
    currency = money.get("Ccy", "") if money is not None else ""
    amount = _amount(money.text or "" if money is not None else "", currency)
    return _booking(iban, named, day[:10], amount, currency, payer, " ".join(filter(None, texts)))


def _first(part: Any, *paths: str) -> str:
    return next((found for path in paths if (found := part.findtext(path))), "")


def _csv(content: str) -> Iterator[Booking | None]:
    text = content.removeprefix("\ufeff")
    head = text.partition("\n")[0]
    separator = max(";,\t", key=head.count)
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator)
        rows, header = list(reader), reader.fieldnames or ()
    except csv.Error as fault:
        raise Refused("malformed", f"The CSV cannot be read: {fault}.", "content") from None
    names = _columns(header)
    for line, row in enumerate(rows, 2):
        values = {what: (row.get(name) or "").strip() for what, name in names.items()}
        try:
            yield _of_row(values)
        except Refused as fault:
            raise Refused(fault.code, f"Line {line}: {fault.message}", "content") from None


def _columns(header: Sequence[str]) -> dict[str, str]:
    known = {name.strip().casefold(): name for name in header}
    found = {
        what: known[name] for what, names in COLUMNS.items() for name in names if name in known
    }
    if missing := [what for what in NEEDED if what not in found]:
        told = f"A column is missing: {missing[0]}, such as {', '.join(COLUMNS[missing[0]])}."
        raise Refused("malformed", told, "content")
    return found


def _of_row(values: Mapping[str, str]) -> Booking | None:
    currency = values.get("currency", "") or "EUR"
    written = values["amount"]
    if "," in written and written.rfind(",") > written.rfind("."):
        written = written.replace(".", "").replace(",", ".")
    amount = _amount(written.replace(",", ""), currency)
    if amount <= 0:
        return None
    day = values["date"]
    if german := GERMAN_DATE.fullmatch(day):
        year = german[3] if len(german[3]) > 2 else f"20{german[3]}"  # noqa: PLR2004 - 26 is 2026
        day = f"{year}-{german[2]}-{german[1]}"
    payer, text = values.get("payer", ""), values["text"]
    return _booking("", values.get("id", ""), day, amount, currency, payer, text)


def _booking(  # noqa: PLR0913 - what a booking consists of
    iban: str, named: str, day: str, amount: int, currency: str, payer: str, text: str
) -> Booking:
    try:
        booked_on = date.fromisoformat(day)
    except ValueError:
        raise Refused("malformed", f"{day[:40]!r} is no date.", "content") from None
    whole = "\n".join((iban, day, str(amount), currency, payer, text))
    reference = f"{iban}/{named}" if named else hashlib.sha256(whole.encode()).hexdigest()
    clean = [" ".join(one.replace("\0", " ").split())[:LONGEST] for one in (payer, text)]
    return Booking(reference[:200], booked_on, amount, currency, *clean)


def _amount(written: str, currency: str) -> int:
    if currency not in CURRENCIES:
        raise Refused("malformed", f"{currency[:10]!r} is no currency.", "content")
    try:
        amount = Decimal(written.strip()).scaleb(decimals(currency))
        whole = int(amount)
    except (InvalidOperation, ValueError, OverflowError):
        raise Refused("malformed", f"{written[:40]!r} is no amount.", "content") from None
    if amount != whole or abs(whole) > 10**12:
        raise Refused("malformed", f"{written[:40]!r} is no amount of {currency}.", "content")
    return whole
