"""Are files that somebody lays down on a server each taken, once they are whole?"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chassis.outside import Declined, Outcome, OutsideCall
from services.channels import pulls
from services.channels.domain.news import Sold, Unacceptable
from services.channels.domain.pull import Cursor, Pull
from services.channels.marketplaces import drop
from services.channels.marketplaces.csv_drop import CsvDrop
from services.channels.marketplaces.marketplace import Shop
from services.channels.marketplaces.peppol import Peppol
from services.channels.tests.builders import SHOP, Channel
from services.channels.tests.documents import a_ubl_order
from services.channels.tests.speeches import HEAD
from tests.fakes.sftp import FakeSftp

NOW = datetime.now(UTC)
HOUR_AGO = NOW - timedelta(hours=1)


def a_folder(fake: FakeSftp, **changes: str) -> Shop:
    said = {
        "sftp_host": "127.0.0.1", "sftp_port": str(fake.port), "sftp_user": "shop",
        "sftp_password": fake.password, "sftp_host_key": fake.fingerprint,
        "sftp_folder": "/orders", **changes,
    }  # fmt: skip
    return Shop("drop", settings=said)


def lay_down(fake: FakeSftp, name: str, text: str, minutes: int = 0) -> None:
    at = HOUR_AGO + timedelta(minutes=minutes)
    fake.files[name] = at.timestamp(), text.encode()


def orders(*numbers: str) -> str:
    rows = [f"{n},MUG-1,1,10.00,Ann,Main Street 1,Berlin,DE,EUR,no,0" for n in numbers]
    return "\n".join([HEAD, *rows])


def everything(market: Any, shop: Shop, since: datetime = HOUR_AGO - timedelta(days=1)) -> Any:
    cursor, found = Cursor(since=since), []
    for _ in range(10):
        page = market.pull(shop, cursor)
        found += [news for text in page.orders for news in market.read(shop, "", text)]
        if not page.next:
            return found, cursor.after(page.next, page.newest)
        cursor = cursor.after(page.next, page.newest)
    raise AssertionError("it never ends")


def test_files_are_taken_oldest_first_and_each_as_old_as_it_is(sftp: FakeSftp) -> None:
    lay_down(sftp, "b.csv", orders("3"), minutes=1)
    lay_down(sftp, "a.csv", orders("4"), minutes=1)
    lay_down(sftp, "z.CSV", orders("1", "2"))
    lay_down(sftp, "notes.txt", "not for us")

    found, cursor = everything(CsvDrop(), a_folder(sftp))

    assert [x.channel_order_id for x in found] == ["1", "2", "4", "3"]
    assert all(isinstance(x.said, Sold) for x in found)
    assert found[0].changed_at == HOUR_AGO.replace(microsecond=0)
    lay_down(sftp, "c.csv", orders("5"), minutes=2)
    again, _ = everything(CsvDrop(), a_folder(sftp), cursor.since)
    assert "5" in {x.channel_order_id for x in again}


def test_a_file_that_is_still_being_written_is_left_alone(sftp: FakeSftp) -> None:
    sftp.files["a.csv"] = datetime.now(UTC).timestamp(), orders("1").encode()

    assert everything(CsvDrop(), a_folder(sftp))[0] == []


def test_documents_are_taken_from_the_folder_of_an_access_point(sftp: FakeSftp) -> None:
    lay_down(sftp, "1.xml", a_ubl_order())
    (news,), _ = everything(Peppol(), a_folder(sftp))

    assert (news.channel_order_id, isinstance(news.said, Sold)) == ("4711", True)


def test_a_bad_file_is_kept_in_sight_by_its_name_and_spoils_no_other(sftp: FakeSftp) -> None:
    lay_down(sftp, "bad.csv", "a,b\n1,2")
    lay_down(sftp, "good.csv", orders("1"), minutes=1)
    (bad, good), _ = everything(CsvDrop(), a_folder(sftp))

    assert isinstance(bad.said, Unacceptable)
    assert (bad.channel_order_id, bad.said.reason.startswith("bad.csv: ")) == (
        "file bad.csv", True,
    )  # fmt: skip
    assert isinstance(good.said, Sold)


def test_an_order_of_a_page_that_cannot_be_read_spoils_no_other() -> None:
    channel = Channel("MUG-1")
    channel.pulls.add(Pull(SHOP, HOUR_AGO, Cursor(since=HOUR_AGO), NOW, call="call-1"))
    good = {"name": "a", "at": "2026-03-01T10:00:00Z", "text": orders("1")}
    request = {"channel": SHOP}
    made = OutsideCall("c", pulls.PULL, "call-1", SHOP, request, 1, False, "timer", "")
    page = {"orders": ["no order", json.dumps(good)], "next": "", "newest": ""}

    outcome = Outcome(made, "succeeded", page)
    pulls.conclude_pull(outcome, CsvDrop(), channel.work, channel.kept, channel.pulls, 100)

    states = {x.channel_order_id.split()[0]: x.state for x in channel.kept.inbounds.values()}
    assert states == {"unreadable": "refused", "1": "handed_over"}


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"sftp_password": "other"}, "no_access"), ({"sftp_folder": "/else"}, "no_folder"),
     ({"sftp_host_key": "SHA256:" + "A" * 43}, "other_server")],
)  # fmt: skip
def test_what_is_wrong_with_a_connection_is_said_when_it_is_checked(
    sftp: FakeSftp, changes: Any, code: str
) -> None:
    CsvDrop().check(a_folder(sftp))
    with pytest.raises(Declined) as no:
        CsvDrop().check(a_folder(sftp, **changes))
    assert no.value.code == code


def test_no_password_is_shown_to_a_server_that_is_another(sftp: FakeSftp) -> None:
    with pytest.raises(Declined):
        CsvDrop().check(a_folder(sftp, sftp_host_key="SHA256:" + "A" * 43))
    assert sftp.logins == 0


def test_a_file_that_is_too_large_is_named(sftp: FakeSftp) -> None:
    lay_down(sftp, "huge.csv", orders("1"))
    sftp.sizes["huge.csv"] = drop.LARGEST + 1
    with pytest.raises(Declined, match=r"huge\.csv"):
        everything(CsvDrop(), a_folder(sftp))


def test_a_server_that_is_away_is_asked_again(sftp: FakeSftp) -> None:
    with pytest.raises(ConnectionRefusedError):
        CsvDrop().check(a_folder(sftp, sftp_port="1"))
