"""What do payment providers tell by themselves? The same few things, whoever tells them."""

import msgspec


class ProviderEvent(msgspec.Struct, frozen=True, kw_only=True):
    """What a provider tells about a key of ours; types that we do not know change nothing."""

    type: str
    key: str
    reason: str = "The payment was declined."
    account: str = "sandbox"
