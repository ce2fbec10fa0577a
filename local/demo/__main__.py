"""What does `make demo` show? Orders coming in, going out, coming back; and what became of each."""

import sys
import time

import requests

from local.client import Refusal
from local.demo import report
from local.demo.board import Board
from local.demo.shop import Shop
from local.demo.story import STAFF, Story
from local.demo.traveler import Guest
from local.demo.where import some_system
from local.journey import Stuck

TOLD = "#1001"


def main() -> int:
    """Run the demo; return 1 if an order did not end as it should."""
    began = time.monotonic()
    with some_system(lambda text: print(f"  {text}", flush=True)) as api:
        ready = time.monotonic()
        with Shop(f"shop-{time.strftime('%H%M%S')}") as shop:
            story = Story(api, shop, lambda text: print(f"  {text}", flush=True))
            _head("Two channels are connected")
            story.connect()
            _head("Orders come in")
            story.receive()
            _head("What waited goes on")
            story.release()
            _head("Through the warehouse to the customer")
            story.travel(Board())
            _head("What became of them")
            _show(story)
            _head(f"The whole history of {TOLD}")
            _tell(story.guests)
        wrong = [guest for guest in story.guests if guest.problem and guest.ends != "refused"]
        for guest in wrong:
            print(f"  {guest.name} did not end as it should: {guest.problem}", file=sys.stderr)
        seconds, whole = time.monotonic() - ready, time.monotonic() - began
        print(f"\n  {_sum(story.guests)}, in {seconds:.0f} s ({whole:.0f} s with the start).")
        print(f"  All of it is in the API too: {api.url}/docs\n", flush=True)
    return 1 if wrong else 0


def _head(text: str) -> None:
    print(f"\n{text}\n", flush=True)


def _show(story: Story) -> None:
    done = [guest for guest in story.guests if guest.page]
    rows = [report.outcome(guest.name, guest.channel, guest.page) for guest in done]
    _print(report.table(report.OUTCOME_HEADS, rows))
    for guest in story.guests:
        if guest.problem:
            print(f"  {guest.name}  {guest.problem}")
    print(f"\n  {story.told_the_shop()}")
    print(f"\n  Seconds in each stage (pick: with the wait for one of {STAFF} people):\n")
    timed = [report.stages(g.name, g.received_at, g.page["history"]) for g in done]
    _print(report.table(report.stage_heads(), timed))


def _tell(guests: list[Guest]) -> None:
    told = next((guest for guest in guests if guest.name == TOLD and guest.page), None)
    _print(report.history(told.page["history"]) if told else ["It did not come so far."])


def _sum(guests: list[Guest]) -> str:
    ended = [guest.page["order"]["status"] for guest in guests if guest.page]
    refused = len([guest for guest in guests if guest.ends == "refused"])
    return (
        f"{len(guests)} orders: {ended.count('completed')} delivered,"
        f" {ended.count('canceled')} canceled, {refused} not accepted"
    )


def _print(lines: list[str]) -> None:
    for line in lines:
        print(f"  {line}")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (Refusal, Stuck, RuntimeError, TimeoutError, requests.RequestException) as error:
        sys.exit(f"The demo could not go on: {error}")
    except KeyboardInterrupt:
        sys.exit("stopped")
