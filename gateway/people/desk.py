"""How are users, roles and keys set up? By those who may, and nobody gives more than they have."""

from collections.abc import Mapping
from typing import Any

from chassis.errors import Refused
from chassis.telemetry import get_log
from contracts.values import Nothing
from gateway.auth import BadKey
from gateway.caller import Caller
from gateway.own import Own
from gateway.people import said, users
from gateway.people.links import INVITATION
from gateway.people.roles import (
    ABOUT,
    PERMISSIONS,
    ROLES,
    Grant,
    Rights,
    Scope,
    fault_of,
    rights_everywhere,
    rights_of,
)
from gateway.problems import Answered, problem


def find_users(own: Own, asked: said.FindUsers, _caller: Caller) -> said.UserPage:
    """List users."""
    return own.users.find(asked)


def get_user(own: Own, asked: said.UserRef, _caller: Caller) -> said.User:
    """Show a user."""
    return users.shown(own.users.get(asked.user_id))


def add_user(own: Own, asked: said.NewUser, caller: Caller) -> said.User:
    """Add a user and send them a link to set their password."""
    _check_grants(caller, asked.roles)
    user = own.users.add(asked.email, asked.name, asked.roles, asked.language)
    own.links.wish(user.email, INVITATION)
    get_log().info("user added", user=user.user_id, by=caller.caller_id)
    return users.shown(user)


def change_user(own: Own, asked: said.ChangeUser, caller: Caller) -> said.User:
    """Give a user another name and other roles."""
    _check_may_give(caller, rights_of(own.users.get(asked.user_id).grants))
    _check_grants(caller, asked.roles)
    user = own.users.change(asked)
    get_log().info("user changed", user=user.user_id, by=caller.caller_id)
    return users.shown(user)


def deactivate_user(own: Own, asked: said.SwitchUser, caller: Caller) -> said.User:
    """Let a user log in no more."""
    return _switched(own, own.users.deactivate, asked, caller)


def activate_user(own: Own, asked: said.SwitchUser, caller: Caller) -> said.User:
    """Let a user log in again."""
    return _switched(own, own.users.activate, asked, caller)


def show_roles(_own: Own, _asked: said.AskRoles, _caller: Caller) -> said.Roles:
    """Show all roles and permissions."""
    return said.Roles(
        roles=tuple(
            said.RoleView(
                role=role,
                about=ABOUT[role],
                permissions=tuple(p for p in PERMISSIONS if p in permissions),
            )
            for role, permissions in ROLES.items()
        ),
        permissions=tuple(
            said.Permission(permission=permission, words=words)
            for permission, words in PERMISSIONS.items()
        ),
    )


def find_keys(own: Own, asked: said.FindKeys, _caller: Caller) -> said.KeyPage:
    """List keys."""
    return own.keys.find(asked)


def make_key(own: Own, asked: said.NewKey, caller: Caller) -> said.MadeKey:
    """Make a key, and show its secret this once."""
    for scope in asked.scopes:
        if scope not in PERMISSIONS:
            raise Refused("unknown_permission", f"There is no permission {scope!r}.", "scopes")
    _check_may_give(caller, rights_everywhere(frozenset(asked.scopes)))
    try:
        secret = own.keys.create(asked.name, asked.expires_at, asked.scopes, caller.actor)
    except BadKey as error:
        raise Refused("bad_key", str(error), "name") from None
    made = own.keys.get(asked.name)
    get_log().info("key made", key=made.key_id, by=caller.caller_id)
    fields = {name: getattr(made, name) for name in made.__struct_fields__}
    return said.MadeKey(**fields, secret=secret)


def revoke_key(own: Own, asked: said.KeyRef, caller: Caller) -> Nothing:
    """Let a key be of no use any more."""
    own.keys.revoke_id(asked.key_id)
    get_log().info("key revoked", key=asked.key_id, by=caller.caller_id)
    return Nothing()


def _switched(own: Own, switch: Any, asked: said.SwitchUser, caller: Caller) -> said.User:
    _check_may_give(caller, rights_of(own.users.get(asked.user_id).grants))
    user = switch(asked.user_id, asked.expected_version)
    active = user.deactivated_at is None
    get_log().info("user switched", user=user.user_id, active=active, by=caller.caller_id)
    return users.shown(user)


def _check_grants(caller: Caller, grants: tuple[Grant, ...]) -> None:
    if fault := fault_of(grants):
        raise Refused("bad_roles", f"roles {fault}", "roles")
    _check_may_give(caller, rights_of(grants))


def _check_may_give(caller: Caller, rights: Rights) -> None:
    """Refuse to make somebody mightier than whoever asks is, or to touch who is."""
    has: Mapping[str, Scope] = caller.rights
    for permission, scope in rights.items():
        if permission not in has or not has[permission].holds(scope):
            told = f"You cannot decide about {permission}, which you do not have yourself."
            raise Answered(problem("forbidden", told, permission=permission))
