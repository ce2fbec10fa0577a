"""Who takes mails in a test? A real SMTP server that can also be away, or refuse."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller

from local.ports import free_port


class MailServer:
    """Keeps the mails that it takes; `answer` is what it says to each."""

    def __init__(self) -> None:
        self.answer = "250 OK"
        self.mails: list[EmailMessage] = []
        self.uri = f"smtp://127.0.0.1:{free_port()}"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.answer.startswith("250"):
            mail = message_from_bytes(envelope.content, policy=policy.default)
            assert isinstance(mail, EmailMessage)
            self.mails.append(mail)
        return self.answer

    @contextmanager
    def is_up(self) -> Iterator[None]:
        """Let it listen for a while."""
        port = int(self.uri.rpartition(":")[2])
        controller = Controller(self, hostname="127.0.0.1", port=port)
        controller.start()
        try:
            yield
        finally:
            controller.stop()

    def words(self) -> str:
        """The text of the last mail."""
        return str(self.mails[-1].get_content()).replace("\r\n", "\n")

    def secret(self) -> str:
        """The secret of the link in the last mail."""
        found = re.search(r"/console/password/([\w-]+)", self.words())
        assert found
        return found[1]
