"""The engine of sagas, as conversations about a trip: hotel, flight, confirm, taxi, tour."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.saga import Phase, Progress, Saga, Step
from contracts.message import Message

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
SOON = timedelta(minutes=5)


class Said(Message, frozen=True, kw_only=True):
    """Something that is asked for."""

    what: str


class HotelBooked(Message, frozen=True, kw_only=True): ...


class HotelFull(Message, frozen=True, kw_only=True): ...


class HotelCanceled(Message, frozen=True, kw_only=True): ...


class FlightBooked(Message, frozen=True, kw_only=True): ...


class FlightFull(Message, frozen=True, kw_only=True): ...


class FlightDelayed(Message, frozen=True, kw_only=True):
    until: datetime


class FlightCanceled(Message, frozen=True, kw_only=True): ...


class TaxiOrdered(Message, frozen=True, kw_only=True): ...


class NoTaxi(Message, frozen=True, kw_only=True): ...


class TaxiGone(Message, frozen=True, kw_only=True): ...


class TaxiCanceled(Message, frozen=True, kw_only=True): ...


class TourOver(Message, frozen=True, kw_only=True): ...


class RoadBlocked(Message, frozen=True, kw_only=True): ...


@dataclass
class Trip:
    """What the trip is about."""

    paid: bool = True
    wants_taxi: bool = True


def ask(what):
    return lambda _trip, _data: Said(what=what)


# fmt: off
TRIP = Saga("trip", (
    Step("hotel",   do=ask("book hotel"),  done=(HotelBooked,),  refused=(HotelFull,),  within=SOON,
                    undo=ask("cancel hotel"),  undone=(HotelCanceled,)),
    Step("flight",  do=ask("book flight"), done=(FlightBooked,), refused=(FlightFull,), within=SOON,
                    undo=ask("cancel flight"), undone=(FlightCanceled,), extended=(FlightDelayed,)),
    Step("confirm", do=ask("confirm"),     gate=lambda trip: trip.paid, pivot=True),
    Step("taxi",    do=ask("order taxi"),  done=(TaxiOrdered,),  refused=(NoTaxi,),     within=SOON,
                    undo=ask("cancel taxi"),   undone=(TaxiCanceled,), too_late=(TaxiGone,),
                    when=lambda trip: trip.wants_taxi, again=((RoadBlocked, "taxi"),)),
    Step("tour",    done=(TourOver,), within=timedelta(days=1), people=True, final=True),
))
# fmt: on
ANSWERS = (
    HotelBooked(),
    HotelFull(),
    HotelCanceled(),
    FlightBooked(),
    FlightFull(),
    FlightCanceled(),
    TaxiOrdered(),
    NoTaxi(),
    TaxiGone(),
    TaxiCanceled(),
    TourOver(),
    RoadBlocked(),
    FlightDelayed(until=NOW + SOON),
)  # fmt: skip


def talk(*told, trip=None, now=NOW):
    """Start the trip, tell it things; return where it stands and all that it said."""
    trip = trip or Trip()
    progress, said = TRIP.start(trip, now)
    for message in told:
        progress, more = TRIP.receive(progress, message, trip, now, type(message).__name__)
        said += more
    return progress, [message.what for message in said]


def test_it_goes_step_by_step_to_the_end():
    progress, said = talk(HotelBooked(), FlightBooked(), TaxiOrdered(), TourOver())
    assert progress.phase is Phase.DONE
    assert said == ["book hotel", "book flight", "confirm", "order taxi"]
    assert progress.deadline is None


def test_a_step_waits_with_a_deadline():
    progress, _ = talk(HotelBooked())
    assert (progress.step, progress.deadline) == ("flight", NOW + SOON)


def test_a_refusal_before_the_pivot_gives_back_what_was_taken_and_not_what_was_refused():
    progress, said = talk(HotelBooked(), FlightFull())
    assert (progress.phase, progress.step) == (Phase.BACKWARD, "hotel")
    assert said[-1] == "cancel hotel"
    assert "cancel flight" not in said
    progress, said = talk(HotelBooked(), FlightFull(), HotelCanceled())
    assert (progress.phase, progress.problem) == (Phase.COMPENSATED, "FlightFull")


def test_a_refusal_of_the_first_step_has_nothing_to_give_back():
    progress, said = talk(HotelFull())
    assert (progress.phase, said) == (Phase.COMPENSATED, ["book hotel"])


def test_a_timeout_before_the_pivot_gives_back_even_the_step_that_did_not_answer():
    progress, _ = talk(HotelBooked())
    progress, said = TRIP.overdue(progress, Trip(), NOW + SOON)
    assert (progress.phase, progress.step) == (Phase.BACKWARD, "flight")
    assert [s.what for s in said] == ["cancel flight"]
    assert progress.problem == "flight: no answer in time"


def test_what_gives_back_is_asked_for_again_with_growing_pauses_until_it_answers():
    progress, _ = talk(HotelBooked(), FlightFull())
    pauses, now = [], NOW
    for _ in range(4):
        now = progress.deadline
        progress, said = TRIP.overdue(progress, Trip(), now)
        assert [s.what for s in said] == ["cancel hotel"]
        pauses.append(progress.deadline - now)
    assert pauses == sorted(pauses)
    assert pauses[0] < pauses[-1]
    assert "no answer after" in progress.problem


def test_a_refusal_behind_the_pivot_waits_for_a_person():
    progress, said = talk(HotelBooked(), FlightBooked(), NoTaxi())
    assert (progress.phase, progress.step) == (Phase.WAITING, "taxi")
    assert (progress.problem, progress.deadline) == ("NoTaxi", None)
    assert "cancel hotel" not in said


@pytest.mark.parametrize(
    ("decision", "step", "phase", "said"),
    [
        ("retry", "taxi", Phase.FORWARD, ["order taxi"]),
        ("skip", "tour", Phase.FORWARD, []),
        ("compensate", "taxi", Phase.BACKWARD, ["cancel taxi"]),
    ],
)
def test_a_person_decides(decision, step, phase, said):
    progress, _ = talk(HotelBooked(), FlightBooked(), NoTaxi())
    progress, told = TRIP.resolve(progress, decision, Trip(), NOW, "so be it")
    assert (progress.step, progress.phase, [t.what for t in told]) == (step, phase, said)


def test_a_timeout_behind_the_pivot_asks_again_and_gives_nothing_back():
    progress, _ = talk(HotelBooked(), FlightBooked())
    progress, said = TRIP.overdue(progress, Trip(), NOW + SOON)
    assert (progress.phase, [s.what for s in said]) == (Phase.FORWARD, ["order taxi"])


def test_a_step_that_people_do_becomes_a_problem_when_it_is_overdue():
    progress, _ = talk(HotelBooked(), FlightBooked(), TaxiOrdered())
    progress, said = TRIP.overdue(progress, Trip(), NOW + timedelta(days=2))
    assert (progress.problem, progress.deadline, said) == ("tour is overdue", None, [])
    progress, _ = TRIP.receive(progress, TourOver(), Trip(), NOW)
    assert (progress.phase, progress.problem) == (Phase.DONE, "")


def test_a_gate_holds_the_run_until_it_opens():
    trip = Trip(paid=False)
    progress, said = talk(HotelBooked(), FlightBooked(), trip=trip)
    assert (progress.step, progress.attempts, "confirm" in said) == ("confirm", 0, False)
    assert TRIP.poke(progress, trip, NOW) == (progress, [])
    trip.paid = True
    progress, told = TRIP.poke(progress, trip, NOW)
    assert [t.what for t in told] == ["confirm", "order taxi"]
    assert progress.step == "taxi"


def test_a_step_that_does_not_apply_is_left_out_both_ways():
    trip = Trip(wants_taxi=False)
    progress, said = talk(HotelBooked(), FlightBooked(), trip=trip)
    assert (progress.step, "order taxi" in said) == ("tour", False)
    progress, told = TRIP.compensate(progress, trip, NOW, "enough")
    assert [t.what for t in told] == ["cancel flight"]


def test_an_extension_moves_the_deadline():
    progress, _ = talk(HotelBooked(), FlightDelayed(until=NOW + timedelta(days=2)))
    assert progress.deadline == NOW + timedelta(days=2) + SOON


def test_a_compensation_that_comes_too_late_goes_on_forward():
    progress, _ = talk(HotelBooked(), FlightBooked())
    progress, _ = TRIP.compensate(progress, Trip(), NOW, "changed my mind")
    progress, said = TRIP.receive(progress, TaxiGone(), Trip(), NOW, "it has left")
    assert (progress.phase, progress.step, said) == (Phase.FORWARD, "tour", [])


def test_a_compensation_goes_up_through_every_step():
    progress, _ = talk(HotelBooked(), FlightBooked())
    progress, told = TRIP.compensate(progress, Trip(), NOW, "changed my mind")
    said = [t.what for t in told]
    for answer in (TaxiCanceled(), FlightCanceled(), HotelCanceled()):
        progress, told = TRIP.receive(progress, answer, Trip(), NOW)
        said += [t.what for t in told]
    assert said == ["cancel taxi", "cancel flight", "cancel hotel"]
    assert progress.phase is Phase.COMPENSATED
    assert not TRIP.may_compensate(progress)


def test_what_may_still_be_given_back():
    at = {step.name: Progress(step=step.name, attempts=1) for step in TRIP.steps}
    assert [TRIP.may_compensate(at[name]) for name in ("hotel", "taxi", "tour")] == [True] * 3
    assert not TRIP.may_compensate(Progress(step="tour", phase=Phase.DONE))


def test_an_answer_may_lead_back_to_an_earlier_step():
    progress, said = talk(HotelBooked(), FlightBooked(), RoadBlocked())
    assert (progress.step, said.count("order taxi")) == ("taxi", 2)


@pytest.mark.parametrize(
    ("steps", "fault"),
    [
        ((Step("a"), Step("a")), "same name"),
        ((Step("a", undo=ask("x")),), "nothing confirms"),
        ((Step("a", final=True), Step("b", undo=ask("x"), undone=(TourOver,))), "behind the final"),
    ],
)
def test_a_table_that_cannot_work_is_refused(steps, fault):
    with pytest.raises(ValueError, match=fault):
        Saga("bad", steps)


@given(st.lists(st.sampled_from((*ANSWERS, "overdue", "poke", "cancel")), max_size=40))
def test_whatever_comes_in_whatever_order_a_run_is_never_stuck_unseen(told):
    trip = Trip()
    progress, _ = TRIP.start(trip, NOW)
    confirmed = 0
    for message in told:
        if message == "overdue":
            progress, more = TRIP.overdue(progress, trip, NOW)
        elif message == "poke":
            progress, more = TRIP.poke(progress, trip, NOW)
        elif message == "cancel":
            more = []
            if TRIP.may_compensate(progress):
                progress, more = TRIP.compensate(progress, trip, NOW, "cancel")
        else:
            progress, more = TRIP.receive(progress, message, trip, NOW, "told")
        confirmed += sum(one.what == "confirm" for one in more)
        over = progress.phase in {Phase.DONE, Phase.COMPENSATED}
        assert over or progress.deadline or progress.problem
    assert confirmed <= 1


@given(st.lists(st.sampled_from(ANSWERS), max_size=30))
def test_a_finished_run_is_moved_by_nothing(told):
    progress, _ = talk(HotelBooked(), FlightBooked(), TaxiOrdered(), TourOver())
    for message in told:
        assert TRIP.receive(progress, message, Trip(), NOW) == (progress, [])
