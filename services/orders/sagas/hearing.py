"""Which runs is a message about, and what does a run learn from it?"""

from collections.abc import Mapping
from typing import Any

import msgspec

from chassis.saga import TRIES_BEFORE_PROBLEM, Phase
from chassis.saga_store import OPEN_PHASES, Run
from contracts.channels import ChannelPushFailed
from contracts.inventory import CommitRefused, StockReleased, StockReserved, StockShort
from contracts.message import Message
from contracts.payments import (
    CaptureFailed,
    PaymentCaptured,
    PaymentFailed,
    PaymentLowered,
    PaymentRaised,
    RaiseCanceled,
    RaiseRefused,
)
from contracts.warehouse import (
    FulfillmentCanceled,
    FulfillmentPacked,
    OrderReaddressed,
    PlanEdited,
    ReaddressRefused,
)

FULFILLMENT, EDIT = "fulfillment", "edit"
OF_EDITS = (
    PaymentRaised, RaiseRefused, RaiseCanceled, PaymentLowered, PlanEdited, OrderReaddressed,
    ReaddressRefused,
)  # fmt: skip


def is_about(run: Run, message: Any) -> bool:  # noqa: PLR0911 - one exit for each kind
    """Tell whether a message is about what this run has asked for, and not another one.

    An answer to an earlier attempt of a round is about nothing any more, and so is a release
    that was only for some goods.
    """
    if isinstance(message, OF_EDITS):
        return run.saga == EDIT and bool(run.data["edit"] == message.edit)
    match message:
        case StockReleased(release_id=release_id):
            return run.run_id == release_id
        case PaymentCaptured(capture_id=sent) | CaptureFailed(capture_id=sent):
            return _sends(run, sent)
        case ChannelPushFailed(subject=sent):
            return _sends(run, sent)
    if sent := getattr(message, "fulfillment_order_id", ""):
        return _sends(run, sent)
    if turn := getattr(message, "round", 0):
        attempt = run.data.get("attempt")
        right = getattr(message, "attempt", attempt) == attempt
        return run.saga != FULFILLMENT and run.data.get("round") == turn and right
    return True


def learn(run: Run, message: Message) -> None:
    """Keep what later steps need, and what a run that was called off has to give back."""
    if run.phase not in {Phase.BACKWARD, Phase.DONE} and (learned := _learned(run, message)):
        run.data = run.data | msgspec.to_builtins(learned)


def why(message: Message) -> str:
    """Say in a sentence for people why a message is a refusal."""
    match message:
        case StockShort(lines=lines):
            return "out of stock: " + ", ".join(line.sku for line in lines)
        case FulfillmentCanceled():
            return "The warehouse has canceled it."
    return str(getattr(message, "reason", "") or getattr(message, "code", ""))


def is_stuck(run: Run) -> bool:
    """Tell whether a run needs a person; one that is merely on its way back does not."""
    if run.phase == Phase.BACKWARD:
        return run.attempts > TRIES_BEFORE_PROBLEM
    return run.phase == Phase.WAITING or (run.phase == Phase.FORWARD and bool(run.problem))


def is_going_back(run: Any) -> bool:
    """Tell whether a cancellation waits for the run, which gives back or makes an edit whole."""
    return run.phase == Phase.BACKWARD or (run.saga == EDIT and run.phase in OPEN_PHASES)


def _sends(run: Run, fulfillment_order_id: str) -> bool:
    return bool(
        run.saga == FULFILLMENT and run.data["fulfillment_order_id"] == fulfillment_order_id
    )


def _learned(run: Run, message: Message) -> Mapping[str, Any]:
    match run.step, message:
        case "stock", StockReserved(placements=placements, levels=levels):
            return {"placements": placements, "levels": levels}
        case "commit", CommitRefused(placements=placements, levels=levels):
            attempt = run.data["attempt"] + 1
            return {"placements": placements, "levels": levels, "attempt": attempt}
        case "warehouse", PlanEdited(taken=taken):
            return {"taken": taken}
        case "packing", FulfillmentPacked(packages=packages, ship_from=ship_from):
            return {"packages": packages, "ship_from": ship_from}
        case "payment", PaymentFailed(code="expired"):
            return {"expired": True}
    return {}
