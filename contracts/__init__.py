"""The language of the system: every message and question that crosses a boundary, declared once."""

from importlib import import_module

SERVICES = ("orders", "payments", "inventory", "warehouse", "shipping", "returns", "channels")


def load_all() -> None:
    """Declare every message and question, for tools that know them by wire name only."""
    for service in SERVICES:
        import_module(f"contracts.{service}")
