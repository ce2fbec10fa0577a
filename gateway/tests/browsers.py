"""What is a person in a test? A browser before the real gateway, on a real database."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from chassis.config import Settings
from gateway.app import create_app
from gateway.memory import MemoryLine
from gateway.own import Own, open_own
from gateway.people import passwords
from gateway.people.limits import Limits
from gateway.people.roles import Grant
from gateway.tests.builders import STAGE, Api

PASSWORD = "a long enough password"
HASHED = cache(lambda: passwords.hash_of(PASSWORD))
ADMIN = (Grant(role="admin"),)


@cache
def app_on(engine: sa.Engine, **settings: Any) -> Flask:
    """The gateway on a database; services are played."""
    own = open_own(engine, Settings(**settings), MemoryLine())
    limits = Limits(own.settings.rate_limit)
    app = create_app(STAGE, own.keys, own.sessions, STAGE, limits, own)
    app.extensions["own"] = own
    return app


@dataclass
class Browser:
    """A browser; it sends the CSRF token that it was given, and cookies as they are set."""

    engine: sa.Engine
    settings: dict[str, Any] = field(default_factory=dict)
    address: str = "203.0.113.7"
    csrf: str = ""

    def __post_init__(self) -> None:
        self.api = Api()
        self.app = app_on(self.engine, **self.settings)
        self.client = self.app.test_client()

    @property
    def own(self) -> Own:
        """The stores behind it."""
        own: Own = self.app.extensions["own"]
        return own

    def call(self, method: str, url: str, body: Any = None, **more: Any) -> TestResponse:
        """Send a request."""
        headers = {"X-CSRF-Token": self.csrf} if self.csrf else {}
        headers |= more.pop("headers", {})
        if body is not None:
            more["json"] = body
        where = {"REMOTE_ADDR": self.address}
        return self.client.open(
            url, method=method, headers=headers, environ_overrides=where, **more
        )

    def log_in(
        self, email: str = "ann@example.com", password: str = PASSWORD, **more: Any
    ) -> TestResponse:
        """Log in, and keep the CSRF token."""
        answer = self.call("POST", "/login", {"email": email, "password": password, **more})
        if answer.status_code == 200:
            self.csrf = answer.json["csrf_token"]
        return answer

    def cookie(self) -> Any:
        """The session's cookie."""
        return self.client.get_cookie("__Host-oms_session")


def a_user(
    own: Own, email: str = "ann@example.com", grants: Sequence[Grant] = ADMIN, name: str = "Ann"
) -> str:
    """A user with PASSWORD; gives the id."""
    user_id: str = own.users.add(email, name, grants).user_id
    own.users.set_password(user_id, HASHED())
    return user_id


def kind(answer: TestResponse) -> tuple[int, str]:
    """The status, and which problem it is."""
    told = answer.json or {}
    return answer.status_code, str(told.get("type", "")).removeprefix("/problems/")
