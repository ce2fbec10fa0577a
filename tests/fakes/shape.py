"""Does a fake answer as the real one did? Whatever was recorded must be there, and of its kind."""

from typing import Any


def differences(faked: Any, recorded: Any, where: str = "") -> list[str]:
    """Name what the recorded answer has and the fake's lacks, or has of another kind.

    What is null in either says nothing of its kind. Of lists their first entries are compared.
    """
    if faked is None or recorded is None:
        return []
    if _kind(faked) != _kind(recorded):
        return [f"{where} is {_kind(faked)}, and was {_kind(recorded)}"]
    if isinstance(recorded, list):
        return differences(faked[0], recorded[0], f"{where}[0]") if faked and recorded else []
    if not isinstance(recorded, dict):
        return []
    found = [f"{where}.{name} is missing" for name in recorded if name not in faked]
    for name in recorded.keys() & faked.keys():
        found += differences(faked[name], recorded[name], f"{where}.{name}")
    return sorted(found)


def _kind(value: Any) -> str:
    return "number" if isinstance(value, float) else type(value).__name__.replace("int", "number")
