"""What does somebody change about their own account? A forgotten password, a second factor."""

from typing import Any

from chassis import clock
from chassis.errors import IllegalMove, Refused
from chassis.telemetry import get_log
from contracts.values import Nothing
from gateway.caller import Caller
from gateway.own import Own
from gateway.people import browser, locks, login, said, totp
from gateway.people.links import RESET


def ask_reset(own: Own, asked: said.AskReset, _caller: Caller) -> Nothing:
    """Send a link, if there is such a user; whoever asks does not learn whether there is."""
    login.check_lock(own, locks.resets(browser.address(own.settings)))
    own.links.wish(asked.email, RESET)
    return Nothing()


def reset_password(own: Own, asked: said.SetPassword, _caller: Caller) -> Nothing:
    """Set a password by a link; all sessions and all other links of the user end."""
    user = own.links.owner(asked.token)
    if user is not None:
        login.check_password(user, asked.password, "password")
    if user is None or not own.links.use(asked.token):
        told = "This link was used, or is older than an hour; ask for another."
        raise Refused("link_over", told, "token")
    login.keep_password(own, user, asked.password)
    own.locks.succeeded(locks.account(user.email))
    return Nothing()


def offer_second_factor(own: Own, _asked: said.AskSession, caller: Caller) -> said.NewSecondFactor:
    """Give what a phone must know; asked again, it is the same until it is switched on."""
    user = own.users.get(caller.caller_id)
    if user.totp_on:
        raise IllegalMove("The second factor of", user.email, "on", "on")
    secret = user.totp_secret or own.users.offer_second_factor(user.user_id, totp.new_secret())
    return said.NewSecondFactor(uri=totp.uri(secret, user.email), secret=secret)


def switch_on(own: Own, asked: said.Code, caller: Caller) -> Nothing:
    """Ask for a code with each login from now on; the session begins anew."""
    user = own.users.get(caller.caller_id)
    if user.totp_on:
        raise IllegalMove("The second factor of", user.email, "on", "on")
    _check_code(own, user, asked.code)
    own.users.switch_second_factor(user.user_id, on=True)
    get_log().info("second factor on", user=user.user_id)
    login.begin_session(own, user.user_id)
    return Nothing()


def switch_off(own: Own, asked: said.Code, caller: Caller) -> Nothing:
    """Ask for no code any more."""
    user = own.users.get(caller.caller_id)
    if not user.totp_on:
        raise IllegalMove("The second factor of", user.email, "off", "off")
    _check_code(own, user, asked.code)
    own.users.switch_second_factor(user.user_id, on=False)
    get_log().info("second factor off", user=user.user_id)
    return Nothing()


def _check_code(own: Own, user: Any, code: str) -> None:
    account = locks.account(user.email)
    login.check_lock(own, account)
    step = totp.step_of(code, user.totp_secret, clock.now()) if user.totp_secret else None
    if step is None or not own.users.use_code(user.user_id, step):
        raise Refused("wrong_code", "This is not the code of now, or it was used.", "code")
    own.locks.succeeded(account)
