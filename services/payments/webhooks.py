"""What do payment providers tell by themselves? The same few things, whoever tells them."""

from datetime import datetime
from typing import Literal

import msgspec


class Disputed(msgspec.Struct, frozen=True, kw_only=True):
    """A customer's bank wants money back that was taken, or has decided about it."""

    dispute_id: str
    amount: int
    currency: str
    reason: str
    status: Literal["open", "won", "lost"]
    respond_by: datetime | None = None


class ProviderEvent(msgspec.Struct, frozen=True, kw_only=True):
    """What a provider tells about a key of ours; types that we do not know change nothing.

    payment.authorized    the money is held
    payment.declined      it never will be, by `code` and `reason`
    payment.changed       something has happened: the provider is asked what
    payment.disputed      see `dispute`
    nothing               it is not about a payment of ours, or changes none
    """

    type: str
    key: str
    reason: str = "The payment was declined."
    account: str = "sandbox"
    code: str = "declined"
    dispute: Disputed | None = None
