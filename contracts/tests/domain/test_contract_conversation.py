"""Is everything that is declared said by its owner and heard by somebody, and answered once?"""

from collections import Counter

from contracts import load_all
from contracts.message import CATALOGUE, QUESTIONS, Kind
from gateway.webhooks.bindings import ALWAYS as HEARD_BY_THE_GATEWAY
from local.docs_journey import sagas
from local.docs_wiring import answerers, contracts_made, entrypoints, listeners, sayers

load_all()
TOLD_TO_NOBODY_YET = {
    "orders.completed.v1",
    "channels.received.v1",
    "channels.listing_unmapped.v1",
}
EVENTS = {wire: message for wire, message in CATALOGUE.items() if message.kind is Kind.EVENT}
COMMANDS = {wire: message for wire, message in CATALOGUE.items() if message.kind is Kind.COMMAND}


def test_every_command_is_obeyed_once_and_by_its_owner():
    heard = listeners()

    assert {wire: heard.get(wire) for wire in COMMANDS} == {
        wire: [message.owner] for wire, message in COMMANDS.items()
    }


def test_every_command_is_wished_for_by_somebody_else():
    said = sayers()

    assert [wire for wire in COMMANDS if not said.get(wire)] == []


def test_every_event_is_told_by_its_owner_and_nobody_else():
    said = sayers()

    assert {wire: said.get(wire) for wire in EVENTS} == {
        wire: (message.owner,) for wire, message in EVENTS.items()
    }


def test_every_event_is_heard_by_somebody_or_known_to_be_told_to_nobody_yet():
    heard = listeners()

    unheard = {wire for wire in EVENTS if not heard.get(wire)}
    assert unheard == TOLD_TO_NOBODY_YET | HEARD_BY_THE_GATEWAY


def test_no_service_hears_the_same_message_twice_or_listens_to_itself():
    for wire, services in listeners().items():
        assert max(Counter(services).values()) == 1, wire
        assert wire in COMMANDS or CATALOGUE[wire].owner not in services, wire


def test_every_question_is_answered_once_by_the_service_that_it_names():
    answered = {name: [(x.service, x.kind) for x in found] for name, found in answerers().items()}

    assert answered == {
        name: [(question.service, "request" if question.changes else "question")]
        for name, question in QUESTIONS.items()
    }


def test_a_saga_hears_every_answer_that_its_steps_wait_for():
    heard = listeners()
    deaf = [
        (saga.name, step.name, message.wire)
        for service, saga in sagas()
        for step in saga.steps
        for message in (
            *step.done, *step.refused, *step.extended, *step.undone, *step.too_late,
            *(again for again, _ in step.again),
        )
        if service not in heard.get(message.wire, ()) and message.owner != service
    ]  # fmt: skip

    assert deaf == []


def test_every_method_says_what_it_is_for():
    assert [entry for entry in entrypoints() if not entry.about] == []


def test_a_message_is_seen_in_a_source_whichever_way_it_is_imported():
    source = """
from contracts import shipping
from contracts import warehouse as floor
from contracts.orders import OrderPlaced as Placed
from elsewhere import ItemPicked
shipping.VoidRefused(); floor.PickShort(); Placed(); ItemPicked(); other.StockShort()
"""

    assert set(contracts_made(source)) == {
        ("contracts.shipping", "VoidRefused"),
        ("contracts.warehouse", "PickShort"),
        ("contracts.orders", "OrderPlaced"),
    }
