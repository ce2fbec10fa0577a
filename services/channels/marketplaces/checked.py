"""Is what an adapter has read an order that can be handed over and kept?"""

from typing import Any, TypeVar

import msgspec

from chassis.errors import Refused

T = TypeVar("T")


def checked(wish: Any, kind: type[T]) -> T:
    """Make a struct of it; raise Refused that names the field at fault, such as `lines[0].sku`."""
    try:
        made = msgspec.convert(wish, kind)
    except msgspec.ValidationError as error:
        raise invalid(error) from None
    if b"\\u0000" in msgspec.json.encode(made):
        raise Refused("invalid", "It has a character (NUL) that cannot be kept.")
    return made


def invalid(error: msgspec.ValidationError) -> Refused:
    """Say what is wrong, and at which field."""
    text, _, field = str(error).partition(" - at `$.")
    return Refused("invalid", text, field.rstrip("`"))
