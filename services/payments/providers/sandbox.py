"""A provider for trying and testing, with a ledger of its own that survives every crash.

The ledger is kept in the schema `sandbox` through connections of its own, as if it were outside.
A row for each key and operation: so it can be counted how often money really moved.

    tok_ok, empty         authorized                    tok_decline, tok_insufficient_funds   declined
    tok_action            the customer must confirm     tok_slow        authorized after two days
    tok_slow_decline      declined after two days       tok_timeout     does it, then times out
    tok_fail_once         fails once before doing it    tok_capture_fails, tok_refund_fails_once
"""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from chassis import clock
from chassis.outside import Declined
from services.payments.providers.provider import Answer

SLOW = timedelta(days=2)
DECLINES = {
    "tok_decline": ("declined", "The card was declined."),
    "tok_insufficient_funds": ("insufficient_funds", "The card has not enough money."),
}
PUT = sa.text(
    "insert into sandbox.provider_ledger (key, operation, token, amount, status, at, fails)"
    " values (:key, :operation, :token, :amount, :status, :at, :fails)"
    " on conflict (key) do update set seen = provider_ledger.seen + 1"
    " returning status, at, token, seen, fails"
)
GET = sa.text("select status, at, token, seen, fails from sandbox.provider_ledger where key = :key")
SET = sa.text("update sandbox.provider_ledger set status = :status where key = :key")


class SandboxTimeout(OSError):
    """The sandbox did it, and nobody was told."""


class Sandbox:
    """The sandbox provider."""

    name = "sandbox"

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def authorize(self, key: str, amount: int, currency: str, token: str) -> Answer:  # noqa: ARG002
        """Hold money, as the token tells."""
        status = {
            "tok_action": "requires_action", "tok_slow": "pending", "tok_slow_decline": "pending",
        }.get(token, "declined" if token in DECLINES else "succeeded")  # fmt: skip
        row = self._put(key, "authorize", token, amount, status)
        return self._answer(key, row)

    def capture(self, key: str, authorization: str, amount: int) -> Answer:
        """Take money."""
        token = self._token(authorization)
        status = "declined" if token == "tok_capture_fails" else "succeeded"  # noqa: S105
        return self._answer(key, self._put(key, "capture", token, amount, status))

    def void(self, key: str, authorization: str) -> Answer:
        """Let go of money."""
        return self._answer(key, self._put(key, "void", self._token(authorization), 0, "succeeded"))

    def refund(self, key: str, authorization: str, amount: int) -> Answer:
        """Give money back."""
        return self._answer(
            key, self._put(key, "refund", self._token(authorization), amount, "succeeded")
        )

    def look_up(self, key: str) -> Answer | None:
        """Tell what became of a key."""
        with self._engine.begin() as connection:
            row = connection.execute(GET, {"key": key}).first()
        if row is None or row.fails:
            return None
        return self._answer(key, row, again=True)

    def confirm(self, key: str, *, accepted: bool = True) -> None:
        """The customer has confirmed at the provider, or has refused to."""
        with self._engine.begin() as connection:
            connection.execute(SET, {"key": key, "status": "succeeded" if accepted else "declined"})

    def _token(self, authorization: str) -> str:
        with self._engine.begin() as connection:
            row = connection.execute(GET, {"key": authorization}).first()
        return str(row.token) if row else ""

    def _put(self, key: str, operation: str, token: str, amount: int, status: str) -> Any:
        fails = (token == "tok_fail_once" and operation == "authorize") or (  # noqa: S105
            token == "tok_refund_fails_once" and operation == "refund"  # noqa: S105
        )
        values = {
            "key": key, "operation": operation, "token": token, "amount": amount,
            "status": status, "at": clock.now(), "fails": fails,
        }  # fmt: skip
        with self._engine.begin() as connection:
            row = connection.execute(PUT, values).one()
            if row.fails and row.seen > 1:
                connection.execute(
                    sa.text("update sandbox.provider_ledger set fails = false where key = :key"),
                    {"key": key},
                )
        if fails and row.seen == 1:
            raise ConnectionError("the sandbox provider answers 500 before it did anything")
        if token == "tok_timeout" and row.seen == 1:  # noqa: S105
            raise SandboxTimeout("the sandbox provider timed out after it had done it")
        return row

    def _answer(self, key: str, row: Any, *, again: bool = False) -> Answer:  # noqa: ARG002
        if row.status == "declined":
            raise Declined(*DECLINES.get(row.token, ("declined", "The payment was declined.")))
        if row.status == "pending" and clock.now() >= _decided_at(row.at):
            if row.token == "tok_slow_decline":  # noqa: S105
                raise Declined("declined", "The bank declined the payment.")
            return Answer("succeeded", key)
        url = f"https://sandbox.example/confirm/{key}" if row.status == "requires_action" else ""
        return Answer(row.status, key, url)


def _decided_at(at: datetime) -> datetime:
    return at + SLOW
