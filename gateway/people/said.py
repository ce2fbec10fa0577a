"""What is said between people and the gateway itself?"""

from typing import Annotated, Literal

from msgspec import Meta

from contracts.message import Wire
from contracts.values import Codes, Instant, Limit, Name, Text, UserId
from gateway.people.roles import Grant

Email = Annotated[str, Meta(max_length=200, pattern=r"^[^@\s]+@[^@\s]+$")]
Password = Annotated[str, Meta(min_length=1, max_length=200)]
TotpCode = Annotated[str, Meta(pattern=r"^[0-9]{6}$", description="the code that the phone shows")]
Parameter = Annotated[str, Meta(max_length=4096)]
Language = Literal["en", "de"]


class Login(Wire, frozen=True, kw_only=True):
    """Somebody wants to log in; the code only if they have switched a second factor on."""

    email: Email
    password: Password
    code: Annotated[str, Meta(pattern=r"^([0-9]{6})?$")] = ""

    def __repr__(self) -> str:
        """Show nothing of it."""
        return "Login(…)"


class AskSession(Wire, frozen=True, kw_only=True):
    """Who is logged in here."""


class SessionUser(Wire, frozen=True, kw_only=True):
    """The person who is logged in."""

    user_id: UserId
    name: Text
    email: Text
    language: Text


class Session(Wire, frozen=True, kw_only=True):
    """Who is logged in, what they may do, and where; null is everywhere.

    Send `csrf_token` as `X-CSRF-Token` with whatever changes something.
    """

    user: SessionUser
    roles: tuple[Text, ...]
    permissions: tuple[Text, ...]
    warehouses: tuple[Text, ...] | None
    channels: tuple[Text, ...] | None
    csrf_token: Text
    second_factor: bool
    expires_at: Instant


class ChangePassword(Wire, frozen=True, kw_only=True):
    """Take another password; whoever else is logged in with the old one is logged out."""

    old: Password
    new: Password

    def __repr__(self) -> str:
        """Show nothing of it."""
        return "ChangePassword(…)"


class Ways(Wire, frozen=True, kw_only=True):
    """How one can log in here; `sso` is null where there is no single sign-on."""

    password: bool
    sso: "SingleSignOn | None" = None


class SingleSignOn(Wire, frozen=True, kw_only=True):
    """Who else can say who somebody is."""

    name: Text


class AskSignOn(Wire, frozen=True, kw_only=True):
    """Somebody wants to log in by single sign-on; `next` is the page of ours to go on with."""

    next: Annotated[
        str, Meta(max_length=500, pattern=r"^(/console(/[A-Za-z0-9._~/?=&%-]*)?)?$")
    ] = ""


class SignOnAnswer(Wire, frozen=True, kw_only=True):
    """What the provider of single sign-on sends back with the browser."""

    state: Parameter = ""
    code: Parameter = ""
    error: Parameter = ""
    error_description: Parameter = ""
    error_uri: Parameter = ""
    iss: Parameter = ""
    session_state: Parameter = ""
    scope: Parameter = ""
    prompt: Parameter = ""
    authuser: Parameter = ""
    hd: Parameter = ""

    def __repr__(self) -> str:
        """Show no code."""
        return f"SignOnAnswer(error={self.error!r})"


class AskReset(Wire, frozen=True, kw_only=True):
    """Somebody has forgotten their password; if there is such a user they get a mail."""

    email: Email


class SetPassword(Wire, frozen=True, kw_only=True):
    """Set a password with the secret of a link, which is good once and for an hour."""

    token: Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9_-]+$")]
    password: Password

    def __repr__(self) -> str:
        """Show nothing of it."""
        return "SetPassword(…)"


class NewSecondFactor(Wire, frozen=True, kw_only=True):
    """What a phone must know to show codes; it holds when a code was sent back."""

    uri: Text
    secret: Text


class Code(Wire, frozen=True, kw_only=True):
    """A code from the phone."""

    code: TotpCode


class User(Wire, frozen=True, kw_only=True):
    """A person who may log in, with their roles."""

    user_id: UserId
    email: Text
    name: Text
    language: Text
    roles: tuple[Grant, ...]
    second_factor: bool
    active: bool
    created_at: Instant
    last_seen_at: Instant | None = None
    version: int


class NewUser(Wire, frozen=True, kw_only=True):
    """A person who shall be able to log in; they get a mail to set their password."""

    email: Email
    name: Name
    roles: Annotated[tuple[Grant, ...], Meta(min_length=1, max_length=20)]
    language: Language = "en"


class ChangeUser(Wire, frozen=True, kw_only=True):
    """Another name, other roles; the e-mail address stays, for histories name people by it."""

    user_id: UserId
    name: Name
    roles: Annotated[tuple[Grant, ...], Meta(min_length=1, max_length=20)]
    language: Language = "en"
    expected_version: int | None = None


class UserRef(Wire, frozen=True, kw_only=True):
    """One user."""

    user_id: UserId


class SwitchUser(Wire, frozen=True, kw_only=True):
    """One user, who shall be able to log in, or not any more."""

    user_id: UserId
    expected_version: int | None = None


class FindUsers(Wire, frozen=True, kw_only=True):
    """Which users to list, by id: the first who came are the first."""

    after: Text = ""
    limit: Limit = 50


class UserPage(Wire, frozen=True, kw_only=True):
    """A page of users; `next` is empty on the last."""

    users: tuple[User, ...]
    next: str = ""


class AskRoles(Wire, frozen=True, kw_only=True):
    """All roles."""


class Permission(Wire, frozen=True, kw_only=True):
    """Something that one may be allowed to do."""

    permission: Text
    words: Text


class RoleView(Wire, frozen=True, kw_only=True):
    """A role and what it may do."""

    role: Text
    about: Text
    permissions: tuple[Text, ...]


class Roles(Wire, frozen=True, kw_only=True):
    """All roles, and all permissions in words, which are the scopes of keys, too."""

    roles: tuple[RoleView, ...]
    permissions: tuple[Permission, ...]


class FindKeys(Wire, frozen=True, kw_only=True):
    """Which keys to list, oldest first."""

    after: Text = ""
    limit: Limit = 50


class ApiKey(Wire, frozen=True, kw_only=True):
    """A key of the API; `scopes` is null for one that may do everything."""

    key_id: Text
    name: Text
    scopes: Codes | None
    state: Literal["valid", "expired", "revoked"]
    created_at: Instant
    created_by: Text
    expires_at: Instant | None = None
    revoked_at: Instant | None = None
    used_at: Instant | None = None


class MadeKey(ApiKey, frozen=True, kw_only=True):
    """The key that was made: its secret is shown this once."""

    secret: Text

    def __repr__(self) -> str:
        """Show the key and not its secret."""
        return f"MadeKey({self.name!r})"


class KeyPage(Wire, frozen=True, kw_only=True):
    """A page of keys; `next` is empty on the last."""

    keys: tuple[ApiKey, ...]
    next: str = ""


class NewKey(Wire, frozen=True, kw_only=True):
    """A key that shall be made, for these permissions."""

    name: Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$")]
    scopes: Annotated[tuple[Text, ...], Meta(min_length=1, max_length=50)]
    expires_at: Instant | None = None


class KeyRef(Wire, frozen=True, kw_only=True):
    """One key."""

    key_id: Annotated[str, Meta(pattern=r"^key_[0-9A-Z]{26}$")]
