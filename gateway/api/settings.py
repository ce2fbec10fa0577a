"""Who may log in, with which roles, and which programs have keys?"""

from typing import Any

from contracts.message import Question, Wire
from contracts.values import Nothing
from gateway.people import desk, said
from gateway.route import Route

TAG = "settings"


def _asks(name: str, asked: type[Wire], answered: type[Wire]) -> Question[Any, Any]:
    return Question(f"settings.{name}", asked, answered)


def _does(name: str, asked: type[Wire], answered: type[Wire]) -> Question[Any, Any]:
    return Question(f"settings.{name}", asked, answered, changes=True)


# fmt: off
ROUTES = (
    Route("GET",    "/users",                        _asks("find_users", said.FindUsers, said.UserPage),  "List users", TAG, own=desk.find_users, needs="settings.read"),
    Route("POST",   "/users",                        _does("add_user", said.NewUser, said.User),          "Add a user, who gets a mail", TAG, 201, made="/users/{user_id}", own=desk.add_user, needs="settings.write"),
    Route("GET",    "/users/{user_id}",              _asks("get_user", said.UserRef, said.User),          "Show a user", TAG, own=desk.get_user, needs="settings.read"),
    Route("PUT",    "/users/{user_id}",              _does("change_user", said.ChangeUser, said.User),    "Change a user's name and roles", TAG, own=desk.change_user, needs="settings.write"),
    Route("POST",   "/users/{user_id}/deactivation", _does("deactivate_user", said.SwitchUser, said.User),   "Let a user log in no more", TAG, own=desk.deactivate_user, needs="settings.write"),
    Route("DELETE", "/users/{user_id}/deactivation", _does("activate_user", said.SwitchUser, said.User),     "Let a user log in again", TAG, own=desk.activate_user, needs="settings.write"),
    Route("GET",    "/roles",                        _asks("roles", said.AskRoles, said.Roles),           "List roles and what they may do", TAG, own=desk.show_roles, needs="settings.read"),
    Route("GET",    "/api-keys",                     _asks("find_keys", said.FindKeys, said.KeyPage),     "List keys", TAG, own=desk.find_keys, needs="settings.read"),
    Route("POST",   "/api-keys",                     _does("make_key", said.NewKey, said.MadeKey),        "Make a key; its secret is shown this once", TAG, 201, secret=True, own=desk.make_key, needs="settings.write"),
    Route("DELETE", "/api-keys/{key_id}",            _does("revoke_key", said.KeyRef, Nothing),           "Let a key be of no use any more", TAG, 204, own=desk.revoke_key, needs="settings.write"),
)
# fmt: on
