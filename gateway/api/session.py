"""How do people log in, and what can they change about themselves?"""

from typing import Any

from contracts.message import Question, Wire
from contracts.values import Nothing
from gateway.people import account, login, said, sign_on
from gateway.people.roles import OPEN, OWN
from gateway.route import Route

TAG = "session"


def _asks(name: str, asked: type[Wire], answered: type[Wire]) -> Question[Any, Any]:
    return Question(f"session.{name}", asked, answered)


def _does(name: str, asked: type[Wire], answered: type[Wire] = Nothing) -> Question[Any, Any]:
    return Question(f"session.{name}", asked, answered, changes=True)


# fmt: off
ROUTES = (
    Route("GET",    "/login/ways",       _asks("ways", said.AskSession, said.Ways),        "Tell how one can log in", TAG, own=login.show_ways, needs=OPEN),
    Route("POST",   "/login",            _does("log_in", said.Login, said.Session),        "Log in", TAG, own=login.log_in, secret=True, needs=OPEN),
    Route("GET",    "/login/sso",        _asks("sign_on", said.AskSignOn, Nothing),        "Go to the provider of single sign-on", TAG, 302, own=sign_on.begin, needs=OPEN),
    Route("GET",    "/login/sso/callback", _asks("signed_on", said.SignOnAnswer, Nothing), "Come back from it", TAG, 302, own=sign_on.end, needs=OPEN),
    Route("GET",    "/session",          _asks("show", said.AskSession, said.Session),     "Tell who is logged in, and what they may do", TAG, own=login.show_session, secret=True, needs=OWN),
    Route("DELETE", "/session",          _does("log_out", said.AskSession),                "Log out", TAG, 204, own=login.log_out, secret=True, needs=OWN),
    Route("PUT",    "/session/password", _does("change_password", said.ChangePassword),    "Take another password", TAG, 204, own=login.change_password, secret=True, needs=OWN),
    Route("GET",    "/session/second-factor", _asks("offer_second_factor", said.AskSession, said.NewSecondFactor), "Give what a phone must know to show codes", TAG, own=account.offer_second_factor, secret=True, needs=OWN),
    Route("PUT",    "/session/second-factor", _does("switch_on", said.Code),               "Ask for a code with each login", TAG, 204, own=account.switch_on, secret=True, needs=OWN),
    Route("DELETE", "/session/second-factor", _does("switch_off", said.Code),              "Ask for no code any more", TAG, 204, own=account.switch_off, secret=True, needs=OWN),
    Route("POST",   "/password-resets",  _does("ask_reset", said.AskReset),                "Send a link to set a password", TAG, 202, own=account.ask_reset, secret=True, needs=OPEN),
    Route("POST",   "/password-resets/{token}", _does("reset_password", said.SetPassword), "Set a password by a link", TAG, 204, own=account.reset_password, secret=True, needs=OPEN),
)
# fmt: on
