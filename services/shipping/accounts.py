"""Which accounts at carriers are there, and what may be said of them? Secrets never leave here.

Without any account the sandbox carries everything, so that a fresh system can be tried; with the
first account it offers nothing any more, unless it is saved as one. What it has sold is still
found and given back.
"""

import time
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from chassis.errors import NotFound, Refused, check_version
from chassis.outside import Declined, Pending
from contracts import carriers as said
from services.shipping.carriers.carrier import Account, Carrier
from services.shipping.carriers.kinds import KINDS, kind_of, make
from services.shipping.shopping import Stall
from services.shipping.tables import accounts

SANDBOX = "sandbox"
MOST = 50


def save_account(
    session: Session, wish: said.SaveCarrierAccount, actor: str, now: datetime
) -> said.CarrierAccount:
    """Keep an account when all that its kind wants to know is there and makes sense."""
    kind = kind_of(wish.kind)
    row = session.execute(_one(wish.account).with_for_update()).first()
    count = session.scalar(sa.select(sa.func.count()).select_from(accounts)) or 0
    if row is None and count >= MOST:
        raise Refused("too_many", f"There are {MOST} accounts already.", "account")
    if row is not None and row.kind != wish.kind:
        told = f"Account {wish.account} is of the kind {row.kind}; make another one."
        raise Refused("invalid", told, "kind")
    if row is not None:
        check_version("Account", wish.account, wish.expected_version, row.version)
    elif wish.expected_version is not None:
        raise NotFound("carrier account", wish.account, "account")
    told_now = _told(wish)
    secret = {field.name for field in kind.configuration if field.kind == "secret"}
    known = _secrets(row) if row else {}
    secrets = known | {name: value for name, value in told_now.items() if name in secret and value}
    settings = {name: value for name, value in told_now.items() if name not in secret}
    _check(kind, told_now, settings | secrets)
    make(wish.kind, Account(wish.account, _filled(kind, settings) | secrets), _engine_of(session))
    shown = tuple(said.CarrierSetting(name=n, value=v) for n, v in sorted(settings.items()))
    values = {
        "account": wish.account,
        "kind": wish.kind,
        "data": msgspec.structs.replace(wish, configuration=shown, expected_version=None),
        "secrets": msgspec.json.encode(secrets).decode() if secrets else "",
        "saved_at": now,
        "saved_by": actor,
        "version": row.version + 1 if row is not None else 1,
    }
    insert = postgresql.insert(accounts).values(values)
    session.execute(insert.on_conflict_do_update(index_elements=["account"], set_=values))
    return _view(session.execute(_one(wish.account)).one())


def list_accounts(session: Session) -> said.CarrierAccounts:
    """List all accounts."""
    rows = session.execute(sa.select(accounts).order_by(accounts.c.account))
    return said.CarrierAccounts(accounts=tuple(_view(row) for row in rows))


def list_kinds() -> said.CarrierKinds:
    """List all kinds."""
    return said.CarrierKinds(kinds=KINDS)


def stalls_of(session: Session, engine: sa.Engine) -> list[Stall]:
    """The carriers that may be asked for offers."""
    return stalls_and_carriers(session, engine)[0]


def stalls_and_carriers(session: Session, engine: sa.Engine) -> tuple[list[Stall], list[Carrier]]:
    """The carriers that may be asked for offers, and all that may ever have sold a label."""
    rows = session.execute(sa.select(accounts).order_by(accounts.c.account)).all()
    stalls = {row.account: _stall(row, engine) for row in rows}
    known = [stall.carrier for stall in stalls.values()]
    if SANDBOX not in stalls:
        known.append(make(SANDBOX, Account(SANDBOX), engine))
    if not rows:
        return [Stall(known[0])], known
    return [stalls[row.account] for row in rows if row.data.active], known


def find(session: Session, name: str, engine: sa.Engine) -> Carrier:
    """Find the carrier of an account, or raise NotFound."""
    row = session.execute(_one(name)).first()
    if row is not None:
        return _stall(row, engine).carrier
    if name == SANDBOX:
        return make(SANDBOX, Account(SANDBOX), engine)
    raise NotFound("carrier", name, "carrier")


def try_out(carrier: Carrier) -> said.CarrierTest:
    """Find out whether a carrier lets us in, and how long it takes."""
    began, problem = time.monotonic(), ""
    try:
        carrier.test()
    except Declined as no:
        problem = no.reason
    except Pending as later:
        problem = later.reason
    except OSError as error:
        problem = str(error)
    took = int((time.monotonic() - began) * 1000)
    return said.CarrierTest(
        account=carrier.name, well=not problem, problem=problem[:255], took_ms=took
    )


def _one(account: str) -> sa.Select[Any]:
    return sa.select(accounts).where(accounts.c.account == account)


def _told(wish: said.SaveCarrierAccount) -> dict[str, str]:
    told = {setting.name: setting.value.strip() for setting in wish.configuration}
    if len(told) < len(wish.configuration):
        raise Refused("invalid", "A field is told twice.", "configuration")
    if any("\0" in value for value in told.values()):
        raise Refused("invalid", "A value has a character (NUL) that cannot be kept.",
                      "configuration")  # fmt: skip
    return told


def _check(kind: said.CarrierKind, told: dict[str, str], whole: dict[str, str]) -> None:
    fields = {field.name: field for field in kind.configuration}
    for name in told:
        if name not in fields:
            names = ", ".join(fields) or "nothing"
            text = f"{kind.name} knows no {name}; it wants to be told {names}."
            raise Refused("invalid", text, f"configuration.{name}")
    for name, field in fields.items():
        value, at = whole.get(name, "") or field.default, f"configuration.{name}"
        if not value and field.required:
            raise Refused("invalid", f"{field.label} is missing.", at)
        if value and field.choices and value not in field.choices:
            choices = ", ".join(field.choices)
            raise Refused("invalid", f"{field.label} must be one of {choices}.", at)
        if value and field.kind == "url" and not value.startswith(("https://", "http://")):
            raise Refused("invalid", f"{field.label} must begin with https://.", at)


def _filled(kind: said.CarrierKind, settings: dict[str, str]) -> dict[str, str]:
    defaults = {field.name: field.default for field in kind.configuration if field.default}
    return defaults | {name: value for name, value in settings.items() if value}


def _engine_of(session: Session) -> sa.Engine:
    return session.connection().engine


def _secrets(row: Any) -> dict[str, str]:
    return msgspec.json.decode(row.secrets, type=dict[str, str]) if row.secrets else {}


def _stall(row: Any, engine: sa.Engine) -> Stall:
    told = {setting.name: setting.value for setting in row.data.configuration}
    account = Account(row.account, _filled(kind_of(row.kind), told) | _secrets(row))
    levels = tuple((one.service, frozenset(one.fulfilled_by)) for one in row.data.services)
    return Stall(make(row.kind, account, engine), frozenset(row.data.countries), levels)


def _view(row: Any) -> said.CarrierAccount:
    wish = row.data
    return said.CarrierAccount(
        account=row.account,
        kind=row.kind,
        name=wish.name,
        active=wish.active,
        countries=wish.countries,
        services=wish.services,
        configuration=wish.configuration,
        secrets_set=tuple(sorted(_secrets(row))),
        capabilities=kind_of(row.kind).capabilities,
        saved_at=row.saved_at,
        saved_by=row.saved_by,
        version=row.version,
    )
