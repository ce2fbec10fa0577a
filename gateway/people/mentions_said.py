"""What is said about mentions: whom one can mention, and where one was mentioned?"""

from typing import Annotated

from msgspec import Meta

from contracts.message import Wire
from contracts.values import Code, Instant, Limit, LongText, OrderId, Text, UserId

MentionId = Annotated[str, Meta(pattern=r"^men_[0-9A-Z]{26}$")]


class FindColleagues(Wire, frozen=True, kw_only=True):
    """Who can be mentioned on orders of a channel? `text` is how a word of the name begins."""

    channel: Code
    text: Text = ""
    limit: Annotated[int, Meta(ge=1, le=50)] = 10


class Colleague(Wire, frozen=True, kw_only=True):
    """Somebody who can be mentioned."""

    user_id: UserId
    name: Text


class Colleagues(Wire, frozen=True, kw_only=True):
    """Users who may see the orders of the channel, by name."""

    colleagues: tuple[Colleague, ...]


class FindMentions(Wire, frozen=True, kw_only=True):
    """Where was I mentioned? What is not read comes first, and then the newest."""

    after: Annotated[str, Meta(pattern=r"^([ru]men_[0-9A-Z]{26})?$")] = ""
    limit: Limit = 50


class Mention(Wire, frozen=True, kw_only=True):
    """A note that names somebody, on an order that they may see."""

    mention_id: MentionId
    order_id: OrderId
    number: int
    text: LongText
    by: Text
    at: Instant
    read_at: Instant | None = None


class MentionPage(Wire, frozen=True, kw_only=True):
    """A page of mentions; `unread` counts no further than 100, `next` is empty on the last."""

    mentions: tuple[Mention, ...]
    unread: int
    next: str = ""


class ReadMentions(Wire, frozen=True, kw_only=True):
    """I have read these."""

    mention_ids: Annotated[tuple[MentionId, ...], Meta(min_length=1, max_length=200)]
