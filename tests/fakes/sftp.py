"""What does an SFTP server answer? One with a folder in memory, and a key of its own."""

import base64
import hashlib
import io
import socket
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import paramiko


class FakeSftp:
    """Files by their names in the folder `/orders`: when they were written, and what they say."""

    def __init__(self) -> None:
        self.files: dict[str, tuple[float, bytes]] = {}
        self.port, self.logins, self.password = 0, 0, "hush"
        self.key = paramiko.ECDSAKey.generate()
        self.sizes: dict[str, int] = {}

    @property
    def fingerprint(self) -> str:
        """The key of the server, as `ssh-keygen -lf` shows it."""
        digest = hashlib.sha256(self.key.asbytes()).digest()
        return f"SHA256:{base64.b64encode(digest).decode().rstrip('=')}"


class Door(paramiko.ServerInterface):
    """Who may come in."""

    def __init__(self, fake: FakeSftp) -> None:
        self.fake = fake

    def check_auth_password(self, username: str, password: str) -> int:
        """Let in who knows the password."""
        self.fake.logins += 1
        known = (username, password) == ("shop", self.fake.password)
        return paramiko.AUTH_SUCCESSFUL if known else paramiko.AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        """Open what is asked for."""
        return paramiko.OPEN_SUCCEEDED


class Folder(paramiko.SFTPServerInterface):
    """What lies in the folder."""

    def __init__(self, server: Door, *_: Any, **__: Any) -> None:
        self.fake = server.fake

    def list_folder(self, path: str) -> Any:
        """List it."""
        return self.listed() if path == "/orders" else paramiko.SFTP_NO_SUCH_FILE

    def listed(self) -> list[paramiko.SFTPAttributes]:
        """The files, as a server lists them: in no order."""
        found = []
        for name, (at, raw) in reversed(self.fake.files.items()):
            one = paramiko.SFTPAttributes()
            one.filename, one.st_mtime, one.st_mode = name, int(at), stat.S_IFREG | 0o644
            one.st_size = self.fake.sizes.get(name, len(raw))
            one.st_atime = one.st_mtime
            found.append(one)
        return found

    def open(self, path: str, flags: int, attr: Any) -> Any:
        """Open a file to be read."""
        name = path.removeprefix("/orders/")
        if name not in self.fake.files:
            return paramiko.SFTP_NO_SUCH_FILE
        handle = paramiko.SFTPHandle(flags)
        handle.readfile = io.BytesIO(self.fake.files[name][1])  # type: ignore[attr-defined]
        handle.stat = lambda: next(x for x in self.listed() if x.filename == name)  # type: ignore[method-assign]
        return handle


@contextmanager
def an_sftp_server() -> Iterator[FakeSftp]:
    """Open it on a port of its own."""
    fake, listener = FakeSftp(), socket.create_server(("127.0.0.1", 0))
    fake.port = listener.getsockname()[1]
    transports: list[paramiko.Transport] = []

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            transport = paramiko.Transport(connection)
            transport.add_server_key(fake.key)
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, Folder)
            transports.append(transport)
            try:
                transport.start_server(event=threading.Event(), server=Door(fake))
            except (paramiko.SSHException, EOFError):
                continue

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for transport in transports:
            transport.close()
        thread.join()
