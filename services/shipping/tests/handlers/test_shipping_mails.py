"""Customers hear of their parcels by mails that a real SMTP server takes, or does not."""

from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from chassis.mail import send
from chassis.outside import Declined
from local.ports import free_port
from services.shipping import mailer
from services.shipping.tests.builders import a_box, a_shipment, an_address


class Post:
    """A mail server that keeps what it takes, and answers as the test wishes."""

    def __init__(self) -> None:
        self.answers = {"recipient": "250 OK", "mail": "250 OK"}
        self.envelopes: list[Any] = []

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.answers["recipient"]

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.answers["mail"].startswith("250"):
            self.envelopes.append(envelope)
        return self.answers["mail"]

    @property
    def mails(self) -> list[EmailMessage]:
        read = (message_from_bytes(e.content, policy=policy.default) for e in self.envelopes)
        return [mail for mail in read if isinstance(mail, EmailMessage)]


class RudeServer(SMTP):
    """A server that hangs up instead of saying good-bye."""

    async def smtp_QUIT(self, arg: str) -> None:  # noqa: N802 - aiosmtpd's name
        self.transport.close()


class RudeController(Controller):
    def factory(self) -> SMTP:
        return RudeServer(self.handler)


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture(params=[Controller, RudeController], ids=["polite", "rude"])
def uri(post: Post, request: pytest.FixtureRequest) -> Iterator[str]:
    """Where the mail server listens, on a free port of this machine."""
    port = free_port()
    controller = request.param(post, hostname="127.0.0.1", port=port)
    controller.start()
    yield f"smtp://127.0.0.1:{port}"
    controller.stop()


def part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    assert body is not None
    return body.get_content()


@pytest.mark.parametrize(
    ("kind", "subject"),
    [
        ("shipped", "Your order #10042 is on its way"),
        ("out_for_delivery", "Your order #10042 arrives today"),
        ("delivered", "Your order #10042 has arrived"),
        ("exception", "Your order #10042 is delayed"),
        ("return_label", "The label for your return"),
    ],
)
def test_each_mail_says_what_happened_with_every_parcel_in_text_and_html(
    kind: str, subject: str
) -> None:
    shipment = a_shipment(a_box("SB100000012XX"), a_box("SB100000026XX"))

    mail = mailer.compose(shipment, kind, "key")

    assert (mail["Subject"], mailer.subject(shipment, kind)) == (subject, subject)
    for words in (
        "Dear Ada Reader",
        "SB100000012XX",
        "https://sandbox.example/track/SB100000026XX",
    ):
        assert words in part(mail, "plain")
        assert words in part(mail, "html")
    assert "Subject:" not in part(mail, "plain")


def test_a_mail_travels_over_smtp_to_the_customer_alone(post: Post, uri: str) -> None:
    mail = mailer.compose(a_shipment(), "shipped", "mail:shp_1:shipped")

    send(mail, uri)

    [envelope], [arrived] = post.envelopes, post.mails
    assert envelope.rcpt_tos == ["ada@example.com"]
    assert (arrived["Subject"], arrived["To"]) == (mail["Subject"], "ada@example.com")
    assert arrived["Message-ID"] == "<mail.shp_1.shipped@example.com>"
    assert arrived["Date"].datetime.tzinfo is not None


def test_a_mail_that_is_sent_again_can_be_recognized_by_its_id() -> None:
    first, again = (mailer.compose(a_shipment(), "shipped", "mail:1:shipped") for _ in range(2))

    assert first["Message-ID"] == again["Message-ID"]


def test_a_shop_sends_in_its_own_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL_FROM", "parcels@mugs.example")

    mail = mailer.compose(a_shipment(), "shipped", "key")

    assert (mail["From"], mail["Message-ID"]) == ("parcels@mugs.example", "<key@mugs.example>")


def test_a_name_is_text_in_a_mail_and_never_markup() -> None:
    name = '<img src=x onerror="alert(1)"> & Söhne\nBcc: all@example.com'

    mail = mailer.compose(a_shipment(ship_to=an_address(name=name)), "delivered", "key")

    assert "<img" not in part(mail, "html")
    assert "&lt;img src=x" in part(mail, "html")
    assert "& Söhne Bcc: all@example.com," in part(mail, "plain")
    assert mail["Bcc"] is None


def test_a_return_label_goes_to_where_the_goods_are_with_the_label_attached() -> None:
    shipment = a_shipment(
        return_id="ret_1", ship_from=an_address(name="Ada Reader"), ship_to=an_address(name="Shop")
    )

    mail = mailer.compose(shipment, "return_label", "key")

    paper, code = mail.iter_attachments()
    assert "Dear Ada Reader" in part(mail, "plain")
    assert (paper.get_filename(), paper.get_content()[:5]) == ("return-label.pdf", b"%PDF-")
    assert (code.get_filename(), code.get_content_type()) == ("return-label.png", "image/png")


@pytest.mark.parametrize(
    "address", ["nobody", "a@b.example, c@d.example", "a@b.example\nBcc: c@d.example", "@", "a@"]
)
def test_what_is_no_single_address_gets_no_mail_and_is_not_tried_again(address: str) -> None:
    with pytest.raises(Declined) as no:
        mailer.compose(a_shipment(email=address), "shipped", "key")
    assert no.value.reason == "This is no e-mail address."


@pytest.mark.parametrize("what", ["recipient", "mail"])
def test_what_the_server_will_never_take_is_not_tried_again(
    post: Post, uri: str, what: str
) -> None:
    post.answers[what] = "550 no such mailbox ada@example.com"

    with pytest.raises(Declined) as no:
        send(mailer.compose(a_shipment(), "shipped", "key"), uri)

    assert no.value.reason == f"The mail server refused the {what} with 550."


@pytest.mark.parametrize("what", ["recipient", "mail"])
def test_what_the_server_cannot_take_now_is_tried_later_without_telling_the_address(
    post: Post, uri: str, what: str
) -> None:
    post.answers[what] = "451 ada@example.com is busy"

    with pytest.raises(OSError, match=f"refused the {what} with 451") as later:
        send(mailer.compose(a_shipment(), "shipped", "key"), uri)

    assert "ada" not in str(later.value)
    assert post.mails == []


def test_a_password_does_not_travel_without_tls(post: Post, uri: str) -> None:
    with pytest.raises(OSError, match="STARTTLS"):
        send(mailer.compose(a_shipment(), "shipped", "key"), uri.replace("//", "//ann:secret@"))
    assert post.mails == []


def test_a_server_that_is_away_is_an_outage() -> None:
    with pytest.raises(OSError):  # noqa: PT011 - the words are the system's
        send(mailer.compose(a_shipment(), "shipped", "key"), "smtp://127.0.0.1:1")
