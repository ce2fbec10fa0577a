"""How are files taken that somebody lays down on an SFTP server? Oldest first, one at a time.

A file is taken once nobody has written to it for a while, and left where it is: we need no right
to change anything. The server must show the key that the connection names.
"""

import base64
import hashlib
import io
import socket
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import paramiko

from chassis import clock
from chassis.errors import Refused
from chassis.outside import Declined
from services.channels.domain.news import News, Unacceptable
from services.channels.domain.pull import Cursor
from services.channels.marketplaces.lines import body_of
from services.channels.marketplaces.marketplace import Page, Setting, Shop

TIMEOUT_SECONDS = 15
LARGEST = 5 * 1024 * 1024
AT_REST = timedelta(seconds=30)


class File(msgspec.Struct, frozen=True):
    """A file as it was read: its name, when it was last written to, and its text."""

    name: str
    at: datetime
    text: str


def settings(*, required: bool) -> tuple[Setting, ...]:
    """What a connection to an SFTP server must say."""
    return (
        Setting("sftp_host", "SFTP server", required=required, form=r"[A-Za-z0-9.:-]{1,253}"),
        Setting("sftp_port", "Port", "22 unless said otherwise.", form=r"[0-9]{1,5}"),
        Setting("sftp_user", "User", required=required, form=r"\S{1,64}"),
        Setting("sftp_password", "Password", "Or a private key.", secret=True),
        Setting("sftp_key", "Private key", "Of Ed25519, in OpenSSH's form.", secret=True),
        Setting("sftp_host_key", "Key of the server", "As `ssh-keygen -lf` shows it: SHA256:…",
                required=required, form=r"SHA256:[A-Za-z0-9+/]{43}"),
        Setting("sftp_folder", "Folder", "Where the files lie.", required=required),
    )  # fmt: skip


def check(shop: Shop) -> None:
    """Look into the folder."""
    with _opened(shop) as sftp:
        _listed(sftp, shop)


def pull(shop: Shop, cursor: Cursor, ending: str) -> Page:
    """Read the next file that was laid down since the cursor's moment."""
    if not shop.settings.get("sftp_host"):
        raise Declined("no_pull", "The connection names no SFTP server.")
    at, _, name = cursor.page.partition("|")
    seen = (int(at), name) if at else (int(cursor.since.timestamp()), "")
    rests = (clock.now() - AT_REST).timestamp()
    with _opened(shop) as sftp:
        found = sorted(
            (int(x.st_mtime or 0), x.filename, int(x.st_size or 0))
            for x in _listed(sftp, shop)
            if x.filename.lower().endswith(ending) and stat.S_ISREG(x.st_mode or 0)
        )
        new = [x for x in found if x[:2] > seen and x[0] <= rests]
        if not new:
            return Page([])
        at_last, name, size = new[0]
        if size > LARGEST:
            raise Declined("too_large", f"{name} is larger than {LARGEST} bytes."[:255])
        with sftp.open(f"{shop.settings['sftp_folder'].rstrip('/')}/{name}") as file:
            raw = file.read(LARGEST)
    written = datetime.fromtimestamp(at_last, UTC)
    told = File(name, written, raw.decode("utf-8-sig", errors="replace"))
    following = f"{at_last}|{name}" if len(new) > 1 else ""
    return Page([msgspec.json.encode(told).decode()], following, written)


def read(body: str, reader: Callable[[str], Sequence[News]]) -> Sequence[News]:
    """Read a file by its reader; what it says is as old as the file, and bad ones keep a name."""
    file = body_of(body, File)
    try:
        return [replace(news, changed_at=file.at) for news in reader(file.text)]
    except Refused as refusal:
        said = Unacceptable(f"{file.name}: {refusal.message}"[:255], refusal.field or "body")
        return [News(said, f"file {file.name}"[:255], file.at)]


def _listed(sftp: paramiko.SFTPClient, shop: Shop) -> list[paramiko.SFTPAttributes]:
    try:
        return sftp.listdir_attr(shop.settings.get("sftp_folder") or ".")
    except FileNotFoundError:
        raise Declined("no_folder", "There is no such folder on the SFTP server.") from None
    except PermissionError:
        raise Declined("no_access", "We may not look into the folder.") from None


@contextmanager
def _opened(shop: Shop) -> Iterator[paramiko.SFTPClient]:
    """Log in at the server, if it is the one that was named."""
    said = shop.settings
    shop.pace.take()
    address = (said.get("sftp_host", ""), int(said.get("sftp_port") or 22))
    transport = paramiko.Transport(socket.create_connection(address, TIMEOUT_SECONDS))
    try:
        transport.start_client(timeout=TIMEOUT_SECONDS)
        digest = hashlib.sha256(transport.get_remote_server_key().asbytes()).digest()
        shown = f"SHA256:{base64.b64encode(digest).decode().rstrip('=')}"
        if shown != said.get("sftp_host_key"):
            raise Declined("other_server", f"The SFTP server shows another key: {shown}")
        if said.get("sftp_key"):
            key = paramiko.Ed25519Key.from_private_key(io.StringIO(said["sftp_key"]))
            transport.auth_publickey(said.get("sftp_user", ""), key)
        else:
            transport.auth_password(said.get("sftp_user", ""), said.get("sftp_password", ""))
        sftp = paramiko.SFTPClient.from_transport(transport)
        if sftp is None:
            raise Declined("no_sftp", "The server does not speak SFTP.")
        sftp.get_channel().settimeout(TIMEOUT_SECONDS)  # type: ignore[union-attr]
        yield sftp
    except paramiko.AuthenticationException:
        raise Declined("no_access", "User, password or key is wrong.") from None
    except (paramiko.SSHException, EOFError) as error:
        raise ConnectionError(f"The SFTP server does not answer: {error}") from None
    finally:
        transport.close()
