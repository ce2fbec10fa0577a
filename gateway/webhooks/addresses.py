"""Where may a webhook go? To public addresses, by https; never into our own network.

The address is looked at when the connection is made, and that very address is connected to: a name
that answers otherwise the second time (DNS rebinding) leads nowhere else.
"""

import ipaddress
import socket
from typing import Any
from urllib.parse import urlsplit

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection

# IPv6 addresses with an IPv4 address inside: whoever translates them would reach that one
TRANSLATED = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("2002::/16"))

STRANGE = "is not an address of the web."


class Forbidden(OSError):  # noqa: N818 - a refusal
    """The address is not one that webhooks may go to; the message says which and why."""


def is_public(address: str) -> bool:
    """Tell whether an address is one of the public internet."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return is_public(str(found.ipv4_mapped))
        if any(found in network for network in TRANSLATED) or found.is_site_local:
            return False
    return found.is_global and not found.is_multicast


def why_not(url: str, *, private: bool) -> str:
    """Say what is wrong with the address of a receiver; empty if nothing is, so far."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return STRANGE
    plain = private and parts.scheme == "http"
    faults = {
        "must begin with https://.": parts.scheme != "https" and not plain,
        STRANGE: not host or any(c <= " " or c == "\\" for c in url),
        "must not hold a user or a password.": parts.username is not None,
        "must not have a part behind a #.": bool(parts.fragment),
        "must be an address of the public internet.": not private and not _may_be_public(host),
    }
    return next((told for told, is_so in faults.items() if is_so), "")


def _may_be_public(host: str) -> bool:
    try:
        return is_public(host)
    except ValueError:  # a name; what it leads to is looked at when we connect
        return "." in host.rstrip(".") and not host.rstrip(".").endswith((".local", ".internal"))


def connect(host: str, port: int, timeout: float | None) -> socket.socket:
    """Connect to a host of the public internet; raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    if refused := next((str(one[4][0]) for one in found if not is_public(str(one[4][0]))), ""):
        raise Forbidden(f"{host} leads to {refused}, which is not a public address")
    failure: OSError = OSError(f"{host} has no address")
    for family, kind, protocol, _, address in found:
        made = socket.socket(family, kind, protocol)
        try:
            made.settimeout(timeout)
            made.connect(address)
        except OSError as error:
            made.close()
            failure = error
        else:
            return made
    raise failure


class _Plain(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return connect(self.host, self.port, _seconds(self.timeout))


class _Secure(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return connect(self.host, self.port, _seconds(self.timeout))


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain  # type: ignore[assignment]


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure  # type: ignore[assignment]


def guarded(**options: Any) -> PoolManager:
    """Make connections that lead to public addresses only."""
    pools = PoolManager(**options)
    pools.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}
    return pools


def _seconds(timeout: Any) -> float | None:
    return float(timeout) if isinstance(timeout, int | float) else None
