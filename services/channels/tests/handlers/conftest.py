"""What do tests of channels' handlers share? A channel at work."""

import pytest

from services.channels.tests.builders import Channel


@pytest.fixture
def channel() -> Channel:
    """Channels, with a shop connected and two SKUs known."""
    return Channel("MUG-1", "SHIRT-M")
