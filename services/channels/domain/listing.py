"""When are the names of a listing and of a SKU the same, but for case and signs?"""

import re


def plain_of(name: str) -> str:
    """The letters and digits of a name, small."""
    return re.sub(r"[^a-z0-9]", "", name.lower())
