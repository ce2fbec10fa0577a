"""A webhook never goes into our own network, whatever name leads there."""

import socket
from typing import Any

import pytest

from gateway.webhooks import addresses
from gateway.webhooks.addresses import Forbidden, connect, is_public, why_not

PRIVATE = (
    "127.0.0.1 127.9.9.9 0.0.0.0 10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254"
    " 100.64.0.1 192.0.2.1 198.18.0.1 203.0.113.9 224.0.0.1 240.0.0.1 255.255.255.255"
    " ::1 :: fe80::1 fe80::1%eth0 fc00::1 fd12::1 ff02::1 fec0::1 2001:db8::1 ::ffff:127.0.0.1"
    " ::ffff:10.0.0.1 64:ff9b::7f00:1 64:ff9b::a00:1 2002:7f00:1::"
).split()
PUBLIC = "93.184.215.14 1.1.1.1 172.32.0.1 2606:4700::1111 ::ffff:1.1.1.1".split()


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_that_is_not_of_the_public_internet_is_known_as_such(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_one(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    ("url", "wrong"),
    [
        ("http://shop.example/hook", "must begin with https://."),
        ("ftp://shop.example/hook", "must begin with https://."),
        ("https://", "is not an address of the web."),
        ("https://shop.example:99999/", "is not an address of the web."),
        ("https://[::1/", "is not an address of the web."),
        ("https://shop.example/a b", "is not an address of the web."),
        ("https://shop.example\\@evil.example/", "is not an address of the web."),
        ("https://ann:secret@shop.example/", "must not hold a user or a password."),
        ("https://shop.example/#part", "must not have a part behind a #."),
        ("https://127.0.0.1/", "must be an address of the public internet."),
        ("https://[::1]/", "must be an address of the public internet."),
        ("https://localhost/", "must be an address of the public internet."),
        ("https://database.internal/", "must be an address of the public internet."),
        ("https://shop.example/hook?a=1", ""),
        ("https://shop.example:8443/hook", ""),
    ],
)
def test_what_is_wrong_with_an_address_is_said_in_words(url: str, wrong: str) -> None:
    assert why_not(url, private=False) == wrong


def test_in_a_trial_an_address_may_be_private_and_plain() -> None:
    assert why_not("http://127.0.0.1:9000/hook", private=True) == ""
    assert why_not("ftp://127.0.0.1/", private=True) == "must begin with https://."


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Names that lead where the test wants, and the addresses that were connected to."""

    class Names:
        def __init__(self) -> None:
            self.leads_to: tuple[str, ...] = ()
            self.connected: list[str] = []

        def look_up(self, _host: str, port: int, **_: Any) -> list[Any]:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (to, port)) for to in self.leads_to]

    class Line:
        def __init__(self, *_: Any) -> None:
            self.closed = False

        def settimeout(self, _seconds: float) -> None:
            pass

        def connect(self, address: Any) -> None:
            names.connected.append(address[0])

        def close(self) -> None:
            self.closed = True

    names = Names()
    monkeypatch.setattr(addresses.socket, "getaddrinfo", names.look_up)
    monkeypatch.setattr(addresses.socket, "socket", Line)
    return names


def test_what_is_connected_to_is_the_address_that_was_looked_at(names: Any) -> None:
    names.leads_to = ("93.184.215.14",)

    connect("shop.example", 443, 1)

    assert names.connected == ["93.184.215.14"]


@pytest.mark.parametrize("leads_to", [("10.0.0.1",), ("93.184.215.14", "127.0.0.1")])
def test_a_name_that_leads_into_our_network_is_not_connected_to(
    names: Any, leads_to: tuple[str, ...]
) -> None:
    names.leads_to = leads_to

    with pytest.raises(Forbidden, match="which is not a public address"):
        connect("rebinding.example", 443, 1)

    assert names.connected == []
