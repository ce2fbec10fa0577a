"""How does a request become an answer? Who asks, may they, what, of whom, was it asked before?"""

import hashlib
import uuid
from collections.abc import Mapping
from functools import partial
from typing import Any

import marshmallow as ma
from flask import Response, request

from chassis.ask import Unavailable
from chassis.errors import Refused
from chassis.failpoints import reach
from gateway import scoping
from gateway.bounds import Bounds
from gateway.caller import Caller
from gateway.idempotency import Answer, Reused, Running
from gateway.own import Own
from gateway.people import browser
from gateway.people.limits import Limits
from gateway.people.roles import OPEN, OWN
from gateway.ports import Asks, KnowsCallers, KnowsPeople, RemembersAnswers
from gateway.problems import Answered, is_passing, of_faults, of_refusal, of_silence, problem
from gateway.reading import read, read_key
from gateway.route import Route
from gateway.schemas import faults
from gateway.showing import show

STRANGER = Caller("", "webhook", {})


class Gate:
    """Lets requests in: each passes the same questions, in the same order."""

    def __init__(  # noqa: PLR0913 - each is one thing that it stands on
        self,
        asker: Asks,
        keys: KnowsCallers,
        people: KnowsPeople,
        requests: RemembersAnswers,
        limits: Limits,
        own: Own | None,
    ) -> None:
        self._asker, self._keys, self._people = asker, keys, people
        self._requests, self._limits, self._own = requests, limits, own

    def serve(self, route: Route, **values: str) -> Response:
        """Answer a request; `values` stand in its address."""
        try:
            if route.needs == OPEN:
                return self._admit(route, values, STRANGER)
            caller = self._caller()
            left = self._limits.take(caller.caller_id)
            response = self._admit(route, values, caller)
        except Answered as answered:
            return answered.response
        self._limits.show(response, left)
        return response

    def _caller(self) -> Caller:
        """Tell who asks: by the key, or else, where there is none, by the browser's cookie."""
        if header := request.headers.get("Authorization", ""):
            caller = self._keys.caller(header)
            told = "The API key is wrong, expired or revoked."
        else:
            token = browser.token()
            caller = self._people.visitor(token) if token else None
            told = "There is no API key, and nobody is logged in."
        if caller is None:
            raise Answered(problem("unauthorized", told))
        return caller

    def _admit(self, route: Route, values: Mapping[str, str], caller: Caller) -> Response:
        try:
            if caller.session:
                browser.check_csrf(caller.session)
            _check_may(route, caller)
            _check_size(route)
            asked = read(route, values)
            if (scope := caller.scope(route.needs)).is_limited:
                asked = self._narrowed(route, asked, Bounds(scope, self._asker, caller.actor))
            key = read_key(route)
            if key and not route.in_pieces:
                return self._once(route, asked, caller, key)
            request_id = key if route.in_pieces else uuid.uuid4().hex
            return self._ask(route, asked, caller, request_id)
        except Answered as answered:
            return answered.response
        except ma.ValidationError as error:
            return of_faults(faults(error.messages))

    def _narrowed(self, route: Route, asked: Any, bounds: Bounds) -> Any:
        try:
            return scoping.narrow(route, asked, bounds)
        except Refused as refusal:
            raise Answered(of_refusal(refusal)) from None
        except Unavailable as error:
            raise Answered(of_silence(error.service, error.why)) from None

    def _once(self, route: Route, asked: Any, caller: Caller, key: str) -> Response:
        named = f"{caller.actor}\n{request.method}\n{request.path}\n{key}".encode()
        match = request.headers.get("If-Match", "").encode()
        fingerprint = hashlib.sha256(match + b"\n" + request.get_data()).digest()
        record = hashlib.sha256(named).hexdigest()
        reach("before_commit", [route.question])
        try:
            if (first := self._requests.begin(record, fingerprint)) is not None:
                return first.again(sealed=route.sealed)
        except Reused:
            told = f"The Idempotency-Key {key} was used with another body or If-Match."
            return problem("key-reused", told)
        except Running:
            return problem("in-progress", f"The request {key} has not ended yet.")
        reach("after_commit", [route.question])
        try:
            # services remember longer than we do, so the body is part of what they remember
            response = self._ask(
                route, asked, caller, hashlib.sha256(named + fingerprint).hexdigest()
            )
        except BaseException:
            self._requests.let_go(record)
            raise
        if is_passing(response):
            self._requests.let_go(record)
        else:
            self._requests.end(record, Answer.of(response, sealed=route.sealed))
        return response

    def _ask(self, route: Route, asked: Any, caller: Caller, request_id: str) -> Response:
        try:
            answer = self._answer(route, asked, caller, request_id)
            if (scope := caller.scope(route.needs)).is_limited:
                bounds = Bounds(scope, self._asker, caller.actor)
                again = partial(self._answer, route, caller=caller, request_id="")
                answer = scoping.shown(route, asked, answer, bounds, again)
        except Refused as refusal:
            return of_refusal(refusal)
        except Unavailable as error:
            return of_silence(error.service, error.why)
        reach("after_publish", [route.question])
        return show(route, answer)

    def _answer(self, route: Route, asked: Any, caller: Caller, request_id: str) -> Any:
        if route.check and self._own is not None:
            route.check(self._own, self._asker, asked, caller)
        if route.own and (route.own_if is None or route.own_if(asked)):
            assert self._own is not None
            return route.own(self._own, asked, caller)
        if route.keep:
            assert self._own is not None
            return route.keep(self._own, asked, caller, request_id)
        if route.with_services:
            assert self._own is not None
            return route.with_services(self._own, self._asker, asked, caller)
        if route.take:
            return route.take(self._asker, asked, caller.actor, request_id)
        if route.ask:
            return route.ask(self._asker, asked, caller)
        return self._asker.ask(
            route.decided_by(asked) if route.decided_by else route.question,
            asked,
            actor=caller.actor,
            request_id=request_id if route.question.changes else "",
            correlation_id=str(getattr(asked, "order_id", "")),
        )


def _check_may(route: Route, caller: Caller) -> None:
    needed = route.needs
    if needed == OPEN or caller.may(needed):
        return
    if needed == OWN:
        told = "Only a person who is logged in can do this, not a key."
        raise Answered(problem("forbidden", told))
    where = "what your roles allow" if caller.session else "the key's scopes"
    told = f"This needs the permission {needed}, which is not in {where}."
    raise Answered(problem("forbidden", told, permission=needed))


def _check_size(route: Route) -> None:
    request.max_content_length = route.limit if route.in_pieces else request.max_content_length
    too_large = (request.content_length or 0) > route.limit
    if too_large or (not route.in_pieces and len(request.get_data()) > route.limit):
        raise Answered(problem("too-large", f"The body has more than {route.limit} bytes."))
