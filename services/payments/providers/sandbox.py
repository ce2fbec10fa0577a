"""A provider for trying and testing, with a ledger of its own that survives every crash.

The ledger is kept in the schema `sandbox` through connections of its own, as if it were outside.
A row for each key and operation: so it can be counted how often money really moved. A row that
`fails` has moved nothing yet. Like a real provider it gives no more than it holds.

long because: what the tokens promise and the ledger that keeps it are read together.

    tok_ok, empty            authorized
    tok_decline              declined
    tok_insufficient_funds   declined
    tok_limit                holds at most 100.00 at once; more is declined
    tok_action               the customer must confirm
    tok_slow                 authorized after two days
    tok_slow_decline         declined after two days
    tok_timeout              does everything, but times out instead of saying so
    tok_fail_once            fails once before it authorizes
    tok_capture_fails        authorized, but gives no money
    tok_refund_fails_once    fails once before it refunds
    tok_outage               for a minute answers 500 to each call, having done nothing
    tok_sluggish             takes a second for every answer
    tok_late                 does everything at once, but says so five seconds later
"""

import hashlib
import hmac
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from chassis import clock
from chassis.config import read_settings
from chassis.errors import Refused
from chassis.outside import Declined
from chassis.store import new_engine
from chassis.together import Together
from contracts.payments import ProviderWebhook
from services.payments.domain.account import PAY_AGAIN, SANDBOX, Account, Capabilities, Declared
from services.payments.providers.provider import Answer, Kind
from services.payments.webhooks import ProviderEvent

POOL = 16
SLOW = timedelta(days=2)
LIMITS = {"tok_limit": 100_00}
AUTHORIZES = {
    "tok_decline": "declined",
    "tok_insufficient_funds": "insufficient_funds",
    "tok_action": "requires_action",
    "tok_slow": "pending",
    "tok_slow_decline": "pending",
}
GIVES_NOTHING, DECLINES_LATE, TIMES_OUT = (
    {"tok_capture_fails"}, {"tok_slow_decline"}, {"tok_timeout"},
)  # fmt: skip
FAILS_ONCE = {("authorize", "tok_fail_once"), ("refund", "tok_refund_fails_once")}
OUTAGES = {"tok_outage": timedelta(minutes=1)}
LATE_SECONDS = {"tok_sluggish": 1.0, "tok_late": 5.0}
REASONS = {
    "declined": "The card was declined.",
    "insufficient_funds": "The card has not enough money.",
    "not_authorized": "Nothing is held under this key.",
    "voided": "What was held was let go of.",
    "too_much": "It is more than there is.",
}
PUT = sa.text(
    "insert into sandbox.provider_ledger"
    " (key, operation, held_by, token, amount, status, at, fails)"
    " values (:key, :operation, :held_by, :token, :amount, :status, :at, :fails)"
    " on conflict (key) do update set seen = provider_ledger.seen + 1,"
    " fails = excluded.fails and excluded.at < provider_ledger.at + :fails_for,"
    " status = case when provider_ledger.fails then excluded.status else provider_ledger.status end"
    " returning status, at, token, seen, fails"
)
PUT_SEVERAL = (
    "insert into sandbox.provider_ledger"
    " (key, operation, held_by, token, amount, status, at, fails)"
    " select k, 'authorize', '', t, a, s, %s, f from"
    " unnest(%s::text[], %s::text[], %s::bigint[], %s::text[], %s::bool[]) as u(k, t, a, s, f)"
    " on conflict (key) do update set seen = provider_ledger.seen + 1, fails = false,"
    " status = case when provider_ledger.fails then excluded.status else provider_ledger.status end"
    " returning key, status, at, token, seen, fails"
)
GET = sa.text(
    "select status, at, token, amount, fails from sandbox.provider_ledger where key = :key"
)
LOCK = sa.text(f"{GET} for update")
SUMS = sa.text(
    "select operation, sum(amount) from sandbox.provider_ledger where held_by = :held_by"
    " and key <> :key and status = 'succeeded' and not fails group by operation"
)
CONFIRM = sa.text(
    "update sandbox.provider_ledger set status = :status"
    " where key = :key and status in ('requires_action', 'pending')"
)


@dataclass(frozen=True, slots=True)
class Hold:
    """An authorization that is asked for."""

    key: str
    amount: int
    token: str


class Sandbox:
    """The sandbox provider."""

    name = SANDBOX

    def __init__(self, url: str, account: Account | None = None) -> None:
        self._account = account.account if account else SANDBOX
        secret = account.secrets.get("webhook_secret") if account else ""
        self._secret = secret or read_settings().sandbox_provider_secret
        self._engine = new_engine(url, pool=POOL, at_once=True)  # most answers are one statement
        self._holding: Together[Hold, Any] = Together(self._hold)

    def authorize(self, key: str, amount: int, currency: str, token: str) -> Answer:  # noqa: ARG002
        """Hold money, as the token tells."""
        if token in OUTAGES:
            with self._engine.begin() as connection:
                row = _put(connection, key, "authorize", token, "succeeded", amount)
        else:
            row = self._holding.do(Hold(key, amount, token))
        return _told(key, row)

    def _hold(self, wishes: Sequence["Hold"]) -> list[Any]:
        """Write several authorizations; one that was asked for twice at a time is one row."""
        asked = list({wish.key: wish for wish in wishes}.values())
        values = (
            clock.now(),
            [wish.key for wish in asked],
            [wish.token for wish in asked],
            [wish.amount for wish in asked],
            [
                "insufficient_funds"
                if wish.amount > LIMITS.get(wish.token, wish.amount)
                else AUTHORIZES.get(wish.token, "succeeded")
                for wish in asked
            ],
            [("authorize", wish.token) in FAILS_ONCE for wish in asked],
        )
        with self._engine.begin() as connection:
            rows = {row.key: row for row in connection.exec_driver_sql(PUT_SEVERAL, values)}
        return [rows[wish.key] for wish in wishes]

    def capture(self, key: str, authorization: str, amount: int) -> Answer:
        """Take money, up to what is held."""
        return self._move("capture", key, authorization, amount)

    def refund(self, key: str, authorization: str, amount: int) -> Answer:
        """Give money back, up to what was taken."""
        return self._move("refund", key, authorization, amount)

    def void(self, key: str, authorization: str) -> Answer:
        """Let go of money; what is undecided will not be decided any more."""
        with self._transaction() as connection:
            held = connection.execute(LOCK, {"key": authorization}).first()
            token = held.token if held else ""
            row = _put(connection, key, "void", token, "succeeded", held_by=authorization)
            if not row.fails:
                connection.execute(CONFIRM, {"key": authorization, "status": "voided"})
        return _told(key, row)

    def look_up(self, key: str) -> Answer | None:
        """Tell what became of a key."""
        with self._engine.begin() as connection:
            row = connection.execute(GET, {"key": key}).first()
        if row is None or (row.fails and clock.now() >= _back_at(row)):
            return None
        return _told(key, row, asked=True)

    def test(self) -> str:
        """See whether the ledger can be read."""
        with self._engine.begin() as connection:
            connection.execute(GET, {"key": "test"}).first()
        return "The sandbox is ready."

    def read_webhook(self, posted: ProviderWebhook) -> ProviderEvent:
        """Check the signature and read the event."""
        if not hmac.compare_digest(
            sign(posted.body, self._secret).encode(), posted.signature.encode()
        ):
            raise Refused("bad_signature", "The signature does not fit the body.", "signature")
        try:
            event = msgspec.json.decode(posted.body, type=ProviderEvent)
        except msgspec.DecodeError as fault:
            raise Refused("malformed", f"The body cannot be read: {fault}.", "body") from None
        return msgspec.structs.replace(event, account=self._account)

    def confirm(self, key: str, *, accepted: bool = True) -> None:
        """The customer has confirmed at the provider, or has refused to."""
        with self._engine.begin() as connection:
            connection.execute(
                CONFIRM, {"key": key, "status": "succeeded" if accepted else "declined"}
            )

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with self._engine.connect() as connection:
            connection.execution_options(isolation_level="READ COMMITTED")
            with connection.begin():
                yield connection

    def _move(self, operation: str, key: str, authorization: str, amount: int) -> Answer:
        with self._transaction() as connection:
            held = connection.execute(LOCK, {"key": authorization}).first()
            moved = connection.execute(SUMS, {"held_by": authorization, "key": key})
            done: dict[str, int] = {name: int(total) for name, total in moved}
            status = _judge(operation, held, done, amount)
            token = held.token if held else ""
            row = _put(connection, key, operation, token, status, amount, authorization)
        return _told(key, row)


def sign(body: str, secret: str) -> str:
    """Make the signature of a body, as the sandbox makes it with the secret that we share."""
    return hmac.new(secret.encode(), body.encode(), hashlib.sha256).hexdigest()


def _put(  # noqa: PLR0913 - the parts of one row
    connection: Connection,
    key: str,
    operation: str,
    token: str,
    status: str,
    amount: int = 0,
    held_by: str = "",
) -> Any:
    values = {
        "key": key, "operation": operation, "held_by": held_by, "token": token, "amount": amount,
        "status": status, "at": clock.now(), "fails_for": OUTAGES.get(token, timedelta()),
        "fails": token in OUTAGES or (operation, token) in FAILS_ONCE,
    }  # fmt: skip
    return connection.execute(PUT, values).one()


def _judge(operation: str, held: Any, done: dict[str, int], amount: int) -> str:
    """Decide whether money may move."""
    if held is None or held.fails or _status(held) != "succeeded":
        return "not_authorized"
    captured = done.get("capture", 0)
    if operation == "refund":
        return "succeeded" if done.get("refund", 0) + amount <= captured else "too_much"
    if held.token in GIVES_NOTHING:
        return "declined"
    if "void" in done:
        return "voided"
    return "succeeded" if captured + amount <= held.amount else "too_much"


def _told(key: str, row: Any, *, asked: bool = False) -> Answer:
    """Say what was done, or fail as the token wants it; after the commit: the ledger knows."""
    if row.token in LATE_SECONDS:
        time.sleep(LATE_SECONDS[row.token])
    if row.fails:
        raise ConnectionError("the sandbox provider answers 500 before it did anything")
    if row.token in TIMES_OUT and not asked and row.seen == 1:
        raise TimeoutError("the sandbox provider timed out after it had done it")
    return _answer(key, row)


def _answer(key: str, row: Any) -> Answer:
    status = _status(row)
    if status in REASONS:
        raise Declined(status, REASONS[status])
    url = f"https://sandbox.example/confirm/{key}" if status == "requires_action" else ""
    return Answer(status, key, url)  # type: ignore[arg-type]


def _status(row: Any) -> str:
    if row.status == "pending" and clock.now() >= _decided_at(row.at):
        return "declined" if row.token in DECLINES_LATE else "succeeded"
    return str(row.status)


def _back_at(row: Any) -> datetime:
    return row.at + OUTAGES.get(row.token, timedelta())  # type: ignore[no-any-return]


def _decided_at(at: datetime) -> datetime:
    return at + SLOW


KIND = Kind(
    kind=SANDBOX,
    name="Sandbox",
    settings=(
        Declared(
            "webhook_secret", "Webhook secret",
            "Signs what the sandbox posts; empty: SANDBOX_PROVIDER_SECRET.",
            secret=True, required=False, pattern=r"\S{8,255}",
        ),
        PAY_AGAIN,
    ),
    capabilities=Capabilities(
        methods=("card",), confirmation=True, takes_days=True, webhooks=True,
        page_by="tok_action",
    ),
    make=lambda account, url: Sandbox(url, account),
)  # fmt: skip
