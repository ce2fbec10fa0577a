"""Who can log in to `make run`? One admin, with a password drawn for this machine alone."""

import secrets

import requests

from local.supervisor import System

EMAIL, NAME = "admin@example.com", "Ada Admin"
TIMEOUT_SECONDS = 30


def password(system: System) -> str:
    """Give the admin's password; the admin is made the first time, and the password kept."""
    kept = system.state / "admin-password"
    if not kept.exists():
        drawn = secrets.token_urlsafe(12)
        answer = requests.post(
            f"{system.gateway_url}/password-resets/{_link(system).strip().rpartition('/')[2]}",
            json={"password": drawn},
            timeout=TIMEOUT_SECONDS,
        )
        answer.raise_for_status()
        kept.touch(mode=0o600)
        kept.write_text(drawn)
    return kept.read_text()


def _link(system: System) -> str:
    try:
        return system.gateway("create-user", EMAIL, NAME, "--role", "admin")
    except RuntimeError:  # an earlier start was ended between making and writing down
        return system.gateway("password-link", EMAIL)
