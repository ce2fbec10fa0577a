"""What does a real message look like? Each has one, and all of them tell the story of one order.

Tests of producers and of consumers start from the same one: `example(OrderPlaced)`.
"""

from pathlib import Path
from typing import TypeVar

import msgspec

from contracts.message import Message

EXAMPLES = Path(__file__).parent / "examples"
M = TypeVar("M", bound=Message)


def example(message: type[M]) -> M:
    """Read the example of a message."""
    return msgspec.json.decode(example_text(message), type=message, strict=True)


def example_text(message: type[Message]) -> bytes:
    """Read the example of a message as it travels."""
    return (EXAMPLES / f"{message.wire}.json").read_bytes()
