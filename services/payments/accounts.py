"""Which accounts at payment providers are there, and who speaks to their providers?

Accounts are read from the database every few seconds, not for every order: the way of an order
costs no statement more. What is not known here may have been saved a moment ago by another
replica, so it is looked up before it is refused.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from chassis.errors import NotFound, Refused, check_version
from chassis.store import new_engine
from contracts import payments as said
from services.payments.domain.account import Account, Accounts, Again, check_values
from services.payments.providers import BUILT_IN, KINDS
from services.payments.providers.provider import Kind, Provider
from services.payments.tables import accounts

MOST = 50


class Directory:
    """What a process knows of the accounts, with one adapter for each version of each."""

    def __init__(self, database_url: str) -> None:
        self._url, self._engine = database_url, new_engine(database_url, pool=1)
        self._known: Accounts | None = None
        self._providers: dict[str, tuple[Account, Provider]] = {}

    def read_again(self, session: Session) -> Accounts:
        """Learn what has been saved."""
        self._known = Accounts(saved(session), BUILT_IN)
        return self._known

    def choosing(self, session: Session) -> "Choosing":
        """Let a handler choose in its transaction."""
        return Choosing(self, session)

    def known(self, session: Session) -> Accounts:
        """Tell what is known, after reading it if nothing is."""
        return self._known or self.read_again(session)

    def account(self, session: Session, name: str, field: str) -> Account:
        """Find an account, also one that was saved a moment ago."""
        found = self.known(session).get(name) or self.read_again(session).get(name)
        if found is None:
            raise NotFound("payment account", name, field)
        return found

    def of_call(self, name: str) -> Provider:
        """Give who makes a stored call, which has no transaction of its own."""
        found = self._known.get(name) if self._known else None
        if found is None:
            with Session(self._engine) as session:
                found = self.account(session, name, "account")
        return self.provider(found)

    def provider(self, account: Account) -> Provider:
        """Give who speaks to the account's provider; made anew when the account has changed."""
        made = self._providers.get(account.account)
        if made is None or made[0] != account:
            made = (account, KINDS[account.kind].make(account, self._url))
            self._providers[account.account] = made
        return made[1]


class Choosing:
    """Chooses accounts for orders; see `ports.Chooses`."""

    def __init__(self, directory: Directory, session: Session) -> None:
        self._directory, self._session = directory, session

    def choose(self, method: str, currency: str, named: str) -> str:
        """Decide which account an order is paid with, or refuse it."""
        try:
            return self._directory.known(self._session).choose(method, currency, named)
        except Refused:
            return self._directory.read_again(self._session).choose(method, currency, named)

    def again(self, account: str) -> Again | None:
        """Tell how a customer may pay again whose payment with this account was declined."""
        return self._directory.known(self._session).again(account)


def saved(session: Session) -> list[Account]:
    """Read all accounts, with their secrets."""
    rows = session.execute(sa.select(accounts).order_by(accounts.c.account).limit(MOST))
    return [_account(row) for row in rows]


def save(wish: said.SaveAccount, session: Session) -> Account:
    """Add an account or change it, once it is sure that its adapter can work with it."""
    kind = KINDS.get(wish.kind)
    if kind is None:
        raise Refused("invalid", f"{wish.kind!r} is none of {', '.join(KINDS)}.", "kind")
    session.execute(sa.text("select pg_advisory_xact_lock(hashtextextended('accounts', 0))"))
    before = {one.account: one for one in saved(session)}
    old = before.get(wish.account)
    _check_same(wish, old, len(before))
    _check_seen(wish, old or _shown_before_any(wish.account, before))
    settings = _values("settings", wish.settings)
    secrets = {**(old.secrets if old else {}), **_values("secrets", wish.secrets)}
    check_values(kind.settings, settings, secrets)
    _check_currencies(wish, kind)
    row = {
        "account": wish.account, "kind": wish.kind, "mode": wish.mode,
        "currencies": list(wish.currencies), "settings": settings,
        "secrets": msgspec.json.encode(secrets).decode(), "active": wish.active,
        "version": old.version + 1 if old else 1,
    }  # fmt: skip
    if old:
        session.execute(sa.update(accounts).where(accounts.c.account == wish.account).values(row))
    else:
        session.execute(sa.insert(accounts).values(row))
    return _account(session.execute(sa.select(accounts).where(_is(wish.account))).one())


def show(account: Account) -> said.ProviderAccount:
    """Show an account without its secrets."""
    return said.ProviderAccount(
        account=account.account,
        kind=account.kind,
        mode=account.mode,  # type: ignore[arg-type]
        currencies=account.currencies,
        settings=tuple(said.SettingValue(name=n, value=v) for n, v in account.settings.items()),
        secrets=tuple(sorted(name for name, value in account.secrets.items() if value)),
        active=account.active,
        version=account.version,
    )


def show_all(session: Session) -> said.ProviderAccounts:
    """Show the accounts, or the sandbox while there are none, and the kinds."""
    found = saved(session) or [BUILT_IN]
    kinds = tuple(_kind(kind) for kind in KINDS.values())
    return said.ProviderAccounts(accounts=tuple(show(one) for one in found), kinds=kinds)


def test(provider: Provider) -> said.AccountTest:
    """Ask a provider whether it knows us; whatever it says, it is an answer."""
    try:
        return said.AccountTest(ok=True, detail=provider.test()[:255])
    except Exception as fault:  # noqa: BLE001 - shown to a person, who mends it
        return said.AccountTest(ok=False, detail=f"{type(fault).__name__}: {fault}"[:255])


def _is(account: str) -> sa.ColumnElement[bool]:
    return accounts.c.account == account


def _account(row: Any) -> Account:
    return Account(
        row.account, row.kind, KINDS[row.kind].capabilities, row.mode, tuple(row.currencies),
        row.settings, msgspec.json.decode(row.secrets), row.active, row.version,
    )  # fmt: skip


def _check_same(wish: said.SaveAccount, old: Account | None, there: int) -> None:
    """Refuse to make something else of an account: payments were made with it."""
    if old is None and there >= MOST:
        raise Refused("too_many", f"There are {MOST} accounts already.", "account")
    for name in ("kind", "mode") if old else ():
        before, now = getattr(old, name), getattr(wish, name)
        if before != now:
            reason = f"The account is {before} and cannot become {now}; make another one."
            raise Refused("invalid", reason, name)


def _shown_before_any(account: str, saved: Mapping[str, Account]) -> Account | None:
    """The sandbox is shown, and may be changed, before anything is saved."""
    return None if saved or account != BUILT_IN.account else BUILT_IN


def _check_seen(wish: said.SaveAccount, shown: Account | None) -> None:
    if shown:
        check_version("Account", wish.account, wish.expected_version, shown.version)
    elif wish.expected_version is not None:
        raise NotFound("payment account", wish.account, "account")


def _values(where: str, given: Sequence[said.SettingValue]) -> dict[str, str]:
    values = {one.name: one.value for one in given}
    if len(values) != len(given):
        raise Refused("invalid", "A name is given twice.", where)
    return values


def _check_currencies(wish: said.SaveAccount, kind: Kind) -> None:
    among = kind.capabilities.currencies
    if strange := [one for one in wish.currencies if among and one not in among]:
        raise Refused("invalid", f"{kind.name} takes no {strange[0]}.", "currencies")


def _kind(kind: Kind) -> said.ProviderKind:
    able = kind.capabilities
    return said.ProviderKind(
        kind=kind.kind,
        name=kind.name,
        settings=tuple(
            said.DeclaredSetting(
                name=one.name, label=one.label, about=one.about, secret=one.secret,
                required=one.required,
            )
            for one in kind.settings
        ),
        capabilities=said.ProviderCapabilities(
            methods=able.methods,  # type: ignore[arg-type]
            currencies=able.currencies,
            holds=able.holds,
            captures_in_parts=able.captures_in_parts,
            refunds_in_parts=able.refunds_in_parts,
            confirmation=able.confirmation,
            takes_days=able.takes_days,
            webhooks=able.webhooks,
        ),
    )  # fmt: skip
