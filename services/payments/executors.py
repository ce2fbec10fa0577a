"""How are stored calls made at a provider? What an earlier try did is asked for before."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from chassis import clock
from chassis.outside import Declined, OutsideCall, Pending
from services.payments import asks
from services.payments.providers.provider import Answer, Provider

ASK_AGAIN_AFTER = timedelta(hours=1)


def authorize(call: OutsideCall, provider: Provider) -> dict[str, Any]:
    """Hold the money, unless an earlier try has done so."""
    answer = provider.look_up(call.key) if call.unknown else None
    if answer is None:
        wish = call.request
        answer = provider.authorize(call.key, wish["amount"], wish["currency"], wish["token"])
    return _result(answer)


def poll(call: OutsideCall, provider: Provider) -> dict[str, Any]:
    """Ask what has become of an authorization; not decided yet, ask again later, but not for ever.

    An outage decides nothing either: a call that waits for days must not end by its last hour.
    """
    try:
        answer = provider.look_up(call.request["authorization"])
    except Declined:
        raise
    except Exception as outage:  # noqa: BLE001 - whatever it was, it is no answer
        answer, reason = None, f"{type(outage).__name__}: {outage}"
    else:
        reason = "the provider has not decided"
    if answer and answer.status == "succeeded":
        return _result(answer)
    now = clock.now()
    if now >= datetime.fromisoformat(call.request["until"]):
        raise Declined(asks.EXPIRED, f"It was not decided in time: {reason}.")
    raise Pending(now + ASK_AGAIN_AFTER, reason)


def capture(call: OutsideCall, provider: Provider) -> dict[str, Any]:
    """Take the money, unless an earlier try has done so."""
    return _once(call, provider, provider.capture)


def refund(call: OutsideCall, provider: Provider) -> dict[str, Any]:
    """Give the money back, unless an earlier try has done so."""
    return _once(call, provider, provider.refund)


def void(call: OutsideCall, provider: Provider) -> dict[str, Any]:
    """Let go of the money, unless an earlier try has done so."""
    return _once(call, provider, lambda key, held, _: provider.void(key, held))


def _once(
    call: OutsideCall, provider: Provider, act: Callable[[str, str, int], Answer]
) -> dict[str, Any]:
    wish = call.request
    done = _earlier(wish["keys"] if call.unknown else wish["keys"][:-1], provider)
    if done is None and wish.get("look_only"):
        raise Declined("called_off", "It was not taken before the order was called off.")
    return _result(done or act(call.key, wish["authorization"], wish["amount"]))


def _earlier(keys: list[str], provider: Provider) -> Answer | None:
    for key in keys:
        try:
            answer = provider.look_up(key)
        except Declined:  # an earlier try that was declined is no success
            continue
        if answer and answer.status == "succeeded":
            return answer
    return None


def _result(answer: Answer) -> dict[str, Any]:
    return {
        "status": answer.status,
        "reference": answer.reference,
        "action_url": answer.action_url,
    }
