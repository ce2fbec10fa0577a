"""Statements are read as banks write them, and what is wrong in one is named."""

from datetime import date

import pytest

from chassis.errors import Refused
from services.payments import statement_files
from services.payments.statement_files import read

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.{}"
ENTRY = """
<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{way}</CdtDbtInd><Sts>{status}</Sts>
<BookgDt><Dt>2026-03-02</Dt></BookgDt><AcctSvcrRef>{ref}</AcctSvcrRef>
<NtryDtls>{details}</NtryDtls></Ntry>"""
OLD = """<TxDtls><RltdPties><Dbtr><Nm>Ann Müller</Nm></Dbtr></RltdPties>
<RmtInf><Ustrd>Bestellung</Ustrd><Ustrd>1001</Ustrd></RmtInf></TxDtls>"""
NEW = OLD.replace("<Nm>", "<Pty><Nm>").replace("</Nm>", "</Nm></Pty>")


def camt(*entries: str, version: str = "02") -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Document xmlns="{NAMESPACE.format(version)}">'
        "<BkToCstmrStmt><Stmt><Acct><Id><IBAN>DE02120300000000202051</IBAN></Id></Acct>"
        f"{''.join(entries)}</Stmt></BkToCstmrStmt></Document>"
    )


def entry(**changes: str) -> str:
    good = {"amount": "30.70", "way": "CRDT", "status": "BOOK", "ref": "B1", "details": OLD}
    return ENTRY.format(**{**good, **changes})


@pytest.mark.parametrize(
    ("version", "details", "status"), [("02", OLD, "BOOK"), ("08", NEW, "<Cd>BOOK</Cd>")]
)
def test_money_that_came_is_read_in_both_versions(version: str, details: str, status: str) -> None:
    bookings, passed = read(camt(entry(details=details, status=status), version=version))

    (one,) = bookings
    assert (one.booked_on, one.amount, one.currency) == (date(2026, 3, 2), 3070, "EUR")
    assert (one.payer, one.text) == ("Ann Müller", "Bestellung 1001")
    assert one.bank_reference == "DE02120300000000202051/B1"
    assert passed == 0


def test_what_left_or_is_only_announced_is_passed_over() -> None:
    bookings, passed = read(camt(entry(way="DBIT"), entry(status="PDNG"), entry()))

    assert (len(bookings), passed) == (1, 2)


def test_a_batch_is_taken_apart_by_the_amounts_of_its_parts() -> None:
    part = "<TxDtls><AmtDtls><TxAmt><Amt Ccy='EUR'>{}</Amt></TxAmt></AmtDtls></TxDtls>"
    bookings, _ = read(camt(entry(amount="30", details=part.format(10) + part.format(20))))

    assert [one.amount for one in bookings] == [1000, 2000]
    assert len({one.bank_reference for one in bookings}) == 2


def test_two_alike_are_two_and_the_same_again_when_read_again() -> None:
    text = "date;amount;text\n02.03.2026;30,70;1001\n02.03.2026;30,70;1001\n"
    first, _ = read(text)

    assert len({one.bank_reference for one in first}) == 2
    assert read(text)[0] == first


@pytest.mark.parametrize(
    ("text", "amount", "day"),
    [
        ("Buchungstag;Betrag;Verwendungszweck\n02.03.26;1.234,56;1001\n", 123456, date(2026, 3, 2)),
        ('date,amount,text,currency\n2026-03-02,"1,234.56",1001,USD\n', 123456, date(2026, 3, 2)),
        ("\ufeffDate\tAmount\tDescription\tCurrency\n2026-03-02\t1234\t1001\tJPY\n", 1234,
         date(2026, 3, 2)),
    ],
)  # fmt: skip
def test_a_table_is_read_as_banks_export_it(text: str, amount: int, day: date) -> None:
    (one,), _ = read(text)

    assert (one.amount, one.booked_on, one.text) == (amount, day, "1001")


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaa">]><Document xmlns="camt.053">&a;</Document>'


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("<Document", "XML cannot be read"),
        (BOMB, "XML cannot be read"),
        ("<html/>", "no statement"),
        (camt(), "no entries"),
        (camt(entry(amount="abc")), "'abc' is no amount"),
        (camt(entry(amount="1.005")), "no amount of EUR"),
        (camt(entry(amount="NaN")), "no amount"),
        (camt(entry().replace("2026-03-02", "2026-13-02")), "no date"),
        (camt(entry().replace('"EUR"', '"XXX"')), "no currency"),
        ("date;text\n", "column is missing: amount"),
        ("date;amount;text\n2026-03-02;x;y\n", "Line 2: 'x' is no amount"),
        ("date;amount;text\nyesterday;1;y\n", "Line 2: 'yesterday' is no date"),
        ("", "column is missing"),
    ],
)
def test_what_cannot_be_read_is_refused_and_named(content: str, told: str) -> None:
    with pytest.raises(Refused) as no:
        read(content)

    assert (no.value.field, told in no.value.message) == ("content", True), no.value.message


def test_a_statement_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statement_files, "MOST", 2)

    with pytest.raises(Refused, match="more than 2 entries"):
        read(camt(entry(), entry(), entry()))
