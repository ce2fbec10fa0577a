"""How does somebody log in by single sign-on? There, and back with what proves who they are."""

from flask import Response, request

from chassis.ask import Unavailable
from chassis.errors import NotFound
from chassis.telemetry import get_log
from gateway.caller import Caller
from gateway.own import Own
from gateway.people import browser, login, said
from gateway.people.provider import NotProved
from gateway.people.secret import new_secret
from gateway.people.sign_ons import GOOD_FOR, Way

COOKIE = "__Host-oms_sso"
HOME = "/console/"


def begin(own: Own, asked: said.AskSignOn, _caller: Caller) -> Response:
    """Send the browser to the provider."""
    if not own.settings.oidc_issuer:
        raise NotFound("single sign-on", "here")
    state, mine = new_secret(), new_secret()
    way = Way(nonce=new_secret(), verifier=new_secret(), goes_to=asked.next or HOME)
    there = own.provider.way_there(state, way)
    own.sign_ons.begin(state, mine, way)
    browser.keep(COOKIE, mine, GOOD_FOR.total_seconds())
    return _to(there)


def end(own: Own, asked: said.SignOnAnswer, _caller: Caller) -> Response:
    """Log in who came back, if there is such a user; the login page says what went wrong."""
    browser.forget(COOKIE)
    way = own.sign_ons.end(asked.state, request.cookies.get(COOKIE, ""))
    if way is None or not asked.code:
        get_log().info("sign-on refused", why="not our way" if way is None else "no code")
        return _to(f"{HOME}?sso=failed")
    try:
        email = own.provider.email_of(asked.code, way)
    except (NotProved, Unavailable) as error:
        get_log().warning("sign-on failed", why=str(error))
        return _to(f"{HOME}?sso=failed")
    user = own.users.by_email(email)
    if user is None:
        get_log().info("sign-on refused", why="no such user")
        return _to(f"{HOME}?sso=unknown")
    login.begin_session(own, user.user_id)
    return _to(way.goes_to)


def _to(address: str) -> Response:
    return Response(status=302, headers={"Location": address})
