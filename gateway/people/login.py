"""How does somebody log in, and out? With a password, and a code where that is switched on."""

from typing import Any

from chassis import clock
from chassis.errors import Refused
from chassis.telemetry import get_log
from contracts.values import Nothing
from gateway.caller import Caller
from gateway.own import Own
from gateway.people import browser, locks, passwords, said, totp
from gateway.people.roles import PERMISSIONS, Grant, rights_of
from gateway.problems import Answered, problem


def log_in(own: Own, asked: said.Login, _caller: Caller) -> said.Session:
    """Begin a session, or say what was wrong, but not which of both."""
    browser.check_origin(own.settings)
    email = asked.email.lower()
    subjects = locks.account(email), locks.address(browser.address(own.settings))
    check_lock(own, *subjects)
    user = own.users.by_email(email)
    if not passwords.fits(asked.password, user.password if user else "") or user is None:
        get_log().info("login refused", user=user.user_id if user else "unknown")
        told = "The e-mail address or the password is wrong."
        raise Answered(problem("wrong-login", told))
    if user.totp_on and not _code_fits(own, user, asked.code):
        if not asked.code:  # the page asks for it now: that is no failure
            own.locks.take_back(*subjects)
        told = "The code is wrong or used." if asked.code else "Send the code of your phone, too."
        raise Answered(problem("second-factor", told))
    own.locks.succeeded(*subjects)
    if passwords.is_outdated(user.password):
        own.users.hash_anew(user.user_id, passwords.hash_of(asked.password))
    return begin_session(own, user.user_id)


def check_lock(own: Own, *subjects: locks.Subject) -> None:
    """Count an attempt, and refuse it after too many failures."""
    if seconds := own.locks.try_(*subjects):
        response = problem("locked", f"Too many attempts; try again in {seconds} seconds.")
        response.headers["Retry-After"] = str(seconds)
        raise Answered(response)


def begin_session(own: Own, user_id: str) -> said.Session:
    """Begin a session in this browser, under an id that nobody can know before."""
    token = own.sessions.begin(user_id, instead_of=browser.token())
    browser.keep(browser.COOKIE, token)
    get_log().info("logged in", user=user_id)
    caller = own.sessions.visitor(token)
    assert caller is not None
    return show_session(own, said.AskSession(), caller)


def log_out(own: Own, _asked: said.AskSession, caller: Caller) -> Nothing:
    """End the session of this browser."""
    assert caller.session is not None
    own.sessions.end(caller.session)
    browser.forget(browser.COOKIE)
    return Nothing()


def show_session(own: Own, _asked: said.AskSession, caller: Caller) -> said.Session:
    """Tell who is logged in, and what they may do."""
    assert caller.session is not None
    user = own.users.get(caller.session.user_id)
    rights = rights_of(user.grants)
    return said.Session(
        user=said.SessionUser(
            user_id=user.user_id, name=user.name, email=user.email, language=user.language
        ),
        roles=tuple(dict.fromkeys(grant.role for grant in user.grants)),
        permissions=tuple(p for p in PERMISSIONS if p in rights),
        warehouses=_union(user.grants, "warehouses"),
        channels=_union(user.grants, "channels"),
        csrf_token=caller.session.csrf,
        second_factor=user.totp_on,
        expires_at=caller.session.expires_at,
    )


def show_ways(own: Own, _asked: said.AskSession, _caller: Caller) -> said.Ways:
    """Tell how one can log in."""
    name = own.settings.oidc_name
    sso = said.SingleSignOn(name=name) if own.settings.oidc_issuer else None
    return said.Ways(password=True, sso=sso)


def change_password(own: Own, asked: said.ChangePassword, caller: Caller) -> Nothing:
    """Take another password; all sessions with the old one end, and this one begins anew."""
    user = own.users.get(caller.caller_id)
    account = locks.account(user.email)
    check_lock(own, account)
    if not passwords.fits(asked.old, user.password):
        raise Refused("wrong_password", "This is not your password so far.", "old")
    check_password(user, asked.new, "new")
    keep_password(own, user, asked.new)
    own.locks.succeeded(account)
    begin_session(own, user.user_id)
    return Nothing()


def check_password(user: Any, password: str, field: str) -> None:
    """Refuse a password that is easy to guess."""
    if fault := passwords.fault_of(password, user.email, user.name):
        raise Refused("bad_password", f"{field} {fault}", field)


def keep_password(own: Own, user: Any, password: str) -> None:
    """Keep a password, and log the user out everywhere."""
    own.users.set_password(user.user_id, passwords.hash_of(password))
    get_log().info("password set", user=user.user_id)


def _code_fits(own: Own, user: Any, code: str) -> bool:
    step = totp.step_of(code, user.totp_secret, clock.now()) if code else None
    return step is not None and own.users.use_code(user.user_id, step)


def _union(grants: tuple[Grant, ...], what: str) -> tuple[str, ...] | None:
    codes = [getattr(grant, what) for grant in grants]
    return None if None in codes else tuple(sorted({code for some in codes for code in some}))
