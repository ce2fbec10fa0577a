"""How are stored calls made at a provider? Keys of earlier tries are looked up before."""

from datetime import timedelta
from typing import Any

from chassis import clock
from chassis.outside import Declined, OutsideCall, Pending
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
    """Ask what has become of an authorization; not decided yet, ask again later."""
    answer = provider.look_up(call.request["authorization"])
    if answer is None or answer.status != "succeeded":
        raise Pending(clock.now() + ASK_AGAIN_AFTER, "the provider has not decided")
    return _result(answer)


def capture(call: OutsideCall, provider: Provider) -> dict[str, Any]:
    """Take the money, unless an earlier try has done so."""
    wish = call.request
    done = _earlier(call, provider)
    return _result(done or provider.capture(call.key, wish["authorization"], wish["amount"]))


def refund(call: OutsideCall, provider: Provider) -> dict[str, Any]:
    """Give the money back, unless an earlier try has done so."""
    wish = call.request
    done = _earlier(call, provider)
    return _result(done or provider.refund(call.key, wish["authorization"], wish["amount"]))


def void(call: OutsideCall, provider: Provider) -> dict[str, Any]:
    """Let go of the money; what is let go already stays so."""
    return _result(provider.void(call.key, call.request["authorization"]))


def _earlier(call: OutsideCall, provider: Provider) -> Answer | None:
    keys = call.request["keys"] if call.unknown else call.request["keys"][:-1]
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
