"""A file is taken in step by step; wherever it is cut or stopped, each order is taken once."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.errors import IllegalMove, NotFound, Refused
from contracts.imports import BeginImport, EndUpload, ImportPart
from contracts.orders import ImportOrders
from services.channels import imports
from services.channels.domain.file_import import FileImport
from services.channels.tests.builders import FILES, Channel, placed

HEAD = "order_id,sku,quantity,unit_price,name,line1,city,country,note"


def a_line(order_id: str, sku: str = "MUG-1", note: str = "") -> str:
    return f'{order_id},{sku},1,10.00,Ann,"Street ""5""\n1",Berlin,DE,{note}'


def a_file(count: int, lines: int = 2) -> str:
    rows = [a_line(f"A-{n}", note="ü") for n in range(count) for _ in range(lines)]
    return "\r\n".join([HEAD, *rows]) + "\r\n"


def answer(channel: Channel) -> None:
    """Let orders place all that it was handed over."""
    for inbound in channel.kept.inbounds.values():
        if inbound.state == "handed_over":
            channel.hear(placed(inbound))


def ids(channel: Channel) -> list[str]:
    return [order.channel_order_id for order in channel.handed_over]


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 400), st.integers(1, 7))
def test_wherever_a_file_is_cut_into_parts_the_same_orders_come_of_it(size: int, room: int) -> None:
    channel = Channel("MUG-1")
    run = channel.upload(a_file(5), size=size)
    while not channel.is_taken(run):
        channel.go_on(room)

    assert (run.rows, run.orders, run.taken, run.refused) == (10, 5, 5, 0)
    assert ids(channel) == [f"A-{n}" for n in range(5)]
    first = channel.handed_over[0]
    assert [line.channel_line_id for line in first.lines] == ["row-3", "row-5"]
    assert (first.ship_to.line1, first.note) == ('Street "5"\n1', "ü")


def test_rows_of_one_order_may_stand_far_apart_in_the_file(channel: Channel) -> None:
    rows = [a_line("A-1"), *[a_line(f"B-{n}") for n in range(40)], a_line("A-1", "SHIRT-M")]

    channel.file("\n".join([HEAD, *rows]), size=200)

    (order,) = [order for order in channel.handed_over if order.channel_order_id == "A-1"]
    assert [line.sku for line in order.lines] == ["MUG-1", "SHIRT-M"]
    assert channel.run.orders == 41


def test_nothing_is_taken_before_the_whole_file_is_read(channel: Channel) -> None:
    run = channel.upload(a_file(20), size=100)
    while run.state == "reading":
        assert channel.handed_over == []
        channel.go_on()

    assert (run.state, run.orders, channel.files.bodies) == ("taking", 20, {})


def test_a_file_that_turns_out_to_be_malformed_leaves_nothing_behind(channel: Channel) -> None:
    text = a_file(20) + "x" * 200_000

    assert channel.file(text, size=1000) == []

    assert (channel.run.state, channel.run.field) == ("refused", "csv")
    assert channel.run.reason == "Row 82: field larger than field limit (131072)."
    assert (channel.kept.inbounds, channel.files.bodies, channel.files.orders) == ({}, {}, {})


@pytest.mark.parametrize("endless", ['"' + "x,\n" * 500_000, "x," * 800_000])
def test_a_row_that_never_ends_does_not_fill_the_memory(channel: Channel, endless: str) -> None:
    run = channel.upload(a_file(1) + "A-9," + endless)
    while run.state == "reading":
        channel.go_on()
        assert len(run.sheet) < 2_000_000

    assert (run.state, run.field) == ("refused", "csv")
    assert run.next_part < run.parts


def test_no_more_orders_are_taken_than_there_is_room_for(channel: Channel) -> None:
    run = channel.upload(a_file(9))
    channel.go_on()
    for room, handed_over in ((4, 4), (0, 4), (2, 6), (-1, 6), (100, 9)):
        channel.go_on(room)
        assert len(channel.handed_over) == handed_over

    assert run.state == "taking"


def test_orders_are_handed_over_in_bundles(channel: Channel) -> None:
    channel.file(a_file(60))

    bundles = [message for message in channel.work.sent if isinstance(message, ImportOrders)]
    assert [len(bundle.orders) for bundle in bundles] == [25, 25, 10]


def test_an_import_is_completed_when_orders_has_answered_for_all_of_it(channel: Channel) -> None:
    channel.file(a_file(3))
    channel.go_on()
    assert channel.run.state == "taking"

    answer(channel)
    channel.go_on()

    assert (channel.run.state, channel.run.ended_at) == ("completed", channel.work.now)


def test_imports_take_turns(channel: Channel) -> None:
    large = channel.upload(a_file(10))
    small = channel.upload(a_file(10).replace("A-", "B-"))
    for _ in range(6):
        channel.go_on(2)

    assert (large.taken, small.taken) == (4, 4)


def test_a_stopped_import_takes_no_more_and_what_was_taken_goes_on(channel: Channel) -> None:
    run = channel.upload(a_file(9))
    channel.go_on()
    channel.go_on(4)

    imports.stop_import(run.import_id, channel.work, channel.files)
    channel.go_on()

    assert (run.state, len(channel.handed_over)) == ("stopped", 4)
    with pytest.raises(IllegalMove):
        imports.stop_import(run.import_id, channel.work, channel.files)


def test_a_file_sent_again_with_its_key_is_the_same_import(channel: Channel) -> None:
    first = channel.upload(a_file(3), key="k", size=50)

    assert channel.upload(a_file(3), key="k", size=50) is first
    with pytest.raises(Refused) as refusal:
        channel.upload(a_file(4), key="k", size=50)
    assert refusal.value.code == "key_reused"


def begun(channel: Channel) -> FileImport:
    wish = BeginImport(channel=FILES, key="k")
    return imports.begin_import(wish, channel.work, channel.kept, channel.files)


def add(channel: Channel, run: FileImport, number: int, text: str) -> None:
    part = ImportPart(import_id=run.import_id, number=number, text=text)
    imports.add_part(part, channel.files)


def test_an_upload_that_broke_off_may_begin_anew_even_with_a_shorter_file(channel: Channel) -> None:
    run = begun(channel)
    for number in range(9):
        add(channel, run, number, "of another try")

    channel.file(a_file(3), key="k", size=300)

    assert (channel.run, len(ids(channel))) == (run, 3)


@pytest.mark.parametrize("parts", [1, 3])
def test_a_file_that_did_not_come_whole_is_not_read(channel: Channel, parts: int) -> None:
    run = begun(channel)
    for number in (0, 2):
        add(channel, run, number, HEAD)

    end = EndUpload(import_id=run.import_id, parts=parts, digest="0" * 64)
    with pytest.raises(Refused) as refusal:
        imports.end_upload(end, channel.work, channel.files)
    assert (refusal.value.code, run.state) == ("incomplete", "uploading")


def test_a_part_that_comes_after_the_end_is_refused(channel: Channel) -> None:
    run = channel.upload(a_file(1))

    with pytest.raises(Refused):
        add(channel, run, 0, "changed")
    with pytest.raises(NotFound):
        imports.stop_import("imp_none", channel.work, channel.files)


def test_an_order_of_more_lines_than_an_order_may_have_is_refused(channel: Channel) -> None:
    (found,) = channel.file(a_file(1, lines=501))

    assert (found.outcome, found.reason) == ("refused", "Row 3: An order has 500 lines at most.")


def test_an_order_that_waits_for_its_customers_transfer_takes_no_room(channel: Channel) -> None:
    who = "MUG-1,1,10.00,Ann,Street 1,Berlin,DE"
    channel.file(f"{HEAD},payment\nA-1,{who},,bank_transfer\nA-2,{who},,external\n")

    answer(channel)

    assert channel.kept.ways == {channel.inbound("A-2", FILES).order_id}
