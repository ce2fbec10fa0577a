"""May whoever asked for a job still do it? Looked up anew for each batch, as for each request."""

import sqlalchemy as sa

from chassis.errors import NotFound
from gateway.auth import Keys
from gateway.caller import Caller
from gateway.people.roles import rights_of
from gateway.people.users import Users


class Askers:
    """People and keys, by the id that a job has kept."""

    def __init__(self, engine: sa.Engine) -> None:
        self._keys, self._users = Keys(engine), Users(engine)

    def caller(self, caller_id: str) -> Caller | None:
        """Tell what they may do now; None if they may nothing any more."""
        if caller_id.startswith("key_"):
            return self._keys.caller_of(caller_id)
        try:
            user = self._users.get(caller_id)
        except NotFound:
            return None
        if user.deactivated_at is not None:
            return None
        return Caller(user.user_id, f"person:{user.email}", rights_of(user.grants))
