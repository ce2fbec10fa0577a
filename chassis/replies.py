"""How does an answer travel back? As nameko's replies do: a result, or an error by its kind."""

from typing import Any

import msgspec

from chassis import errors
from chassis.envelope import encode
from chassis.errors import Refused

INTERNAL = "InternalError"


class Reply(msgspec.Struct):
    """What comes back: a result, still encoded, or an error as nameko sends it."""

    result: msgspec.Raw = msgspec.Raw(b"null")
    error: dict[str, Any] | None = None


def of_result(result: bytes) -> bytes:
    """Wrap an answer that is encoded already."""
    return b'{"result":' + result + b',"error":null}'


def of_error(error: Exception) -> bytes:
    """Tell a refusal, or that something is broken here (without saying what)."""
    if isinstance(error, Refused):
        kind = type(error).__name__
        value = {"code": error.code, "message": error.message, "field": error.field}
    else:
        kind = INTERNAL
        value = {"code": "internal", "message": "This could not be done.", "field": ""}
    told = {
        "exc_type": kind,
        "exc_path": f"chassis.errors.{kind}",
        "exc_args": [value],
        "value": value["message"],
    }
    return encode({"result": None, "error": told})


def refusal(error: dict[str, Any]) -> Refused | None:
    """Read a refusal as it was raised over there; None if something was broken instead."""
    args = error.get("exc_args") or [{}]
    told = args[0] if isinstance(args[0], dict) else {}
    kind = getattr(errors, str(error.get("exc_type")), None)
    if not (isinstance(kind, type) and issubclass(kind, Refused)):
        return None
    refused = kind.__new__(kind)
    Refused.__init__(refused, told.get("code", ""), told.get("message", ""), told.get("field", ""))
    return refused
