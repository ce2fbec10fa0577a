"""How is a shop connected? By what its kind asks for, checked; then it is asked if it knows us."""

from msgspec.structs import replace

from chassis.errors import NotFound, Refused, check_version
from chassis.outside import Outcome
from chassis.work import Call, Work
from contracts.channels import Connection, Setting
from services.channels.marketplaces.marketplace import Can, Marketplace, Pace, Shop, Unhurried
from services.channels.marketplaces.registry import MARKETS
from services.channels.ports import Channels

CHECK = "channels.check"
OWN = frozenset({"api", "manual"})
NAMED = ("base_url", "access_token", "webhook_secret", "location_id")


def connect(wish: Connection, channels: Channels) -> Connection:
    """Connect a shop, or change a connection; an empty secret keeps the old one."""
    if wish.channel in OWN:
        raise Refused("taken", f"{wish.channel} is what our own orders are called.", "channel")
    market = market_of(wish.kind)
    check_seen("channel", wish.channel, wish.expected_version, channels.version_of(wish.channel))
    old = channels.connection(wish.channel)
    wish = _with_old_secrets(wish, old, market) if old and old.kind == wish.kind else wish
    values = values_of(wish)
    declared = {setting.name: setting for setting in market.settings}
    names = [setting.name for setting in wish.settings]
    for name in names:
        if name not in declared or names.count(name) > 1:
            told = "is given twice" if name in declared else f"is not asked for by {market.title}"
            raise Refused("strange", f"{name} {told}.", "settings")
    for name, setting in declared.items():
        if fault := setting.fault(values.get(name, "")):
            raise Refused("missing" if not values.get(name) else "invalid", fault, name)
    if wish.push_stock and Can.STOCK not in market.can:
        raise Refused("no_stock", f"{market.title} cannot be told of stock.", "push_stock")
    if wish.push_stock and "location_id" in declared and not wish.location_id:
        raise Refused("missing", "For stock, the shop's location is missing.", "location_id")
    if wish.pull_from and Can.PULL not in market.can:
        raise Refused("no_pull", f"{market.title} cannot be asked for orders.", "pull_from")
    wish = replace(wish, expected_version=None)
    channels.put_connection(wish)
    return wish


def check(connection: Connection, work: Work) -> None:
    """Have the shop asked whether it knows us."""
    request = {"channel": connection.channel}
    work.call(Call(CHECK, work.new_id("check"), connection.channel, request))


def conclude_check(outcome: Outcome, work: Work, channels: Channels) -> None:
    """Write down what it said."""
    problem = "" if outcome.status == "succeeded" else outcome.reason or outcome.code
    channels.checked(outcome.call.request["channel"], problem[:255], work.now)


def market_of(kind: str) -> Marketplace:
    """Find the adapter to a kind of shop, or raise Refused."""
    market = MARKETS.get(kind)
    if market is None:
        told = f"There is no kind {kind!r}; there are {', '.join(sorted(MARKETS))}."
        raise Refused("unknown_kind", told[:255], "kind")
    return market


def found(channel: str, channels: Channels) -> Connection:
    """Find a connection, or raise NotFound."""
    connection = channels.connection(channel)
    if connection is None:
        raise NotFound("channel", channel, "channel")
    return connection


def check_seen(what: str, which: str, expected: int | None, actual: int) -> None:
    """Raise NotFound or Stale unless it is there in the version that was expected, if any was."""
    if expected is not None and not actual:
        raise NotFound(what, which, what)
    check_version(what.capitalize(), which, expected, actual)


def values_of(connection: Connection) -> dict[str, str]:
    """What a connection says, by the names of its kind's settings."""
    named = {name: getattr(connection, name) for name in NAMED}
    return named | {setting.name: setting.value for setting in connection.settings}


def shop_of(connection: Connection, pace: Pace | None = None) -> Shop:
    """Show a connection to an adapter."""
    return Shop(
        connection.channel,
        connection.base_url.rstrip("/"),
        connection.access_token,
        connection.webhook_secret,
        connection.location_id,
        {setting.name: setting.value for setting in connection.settings},
        pace or Unhurried(),
    )


def _with_old_secrets(wish: Connection, old: Connection, market: Marketplace) -> Connection:
    said, before = values_of(wish), values_of(old)
    secrets = [setting.name for setting in market.settings if setting.secret]
    kept = {name: before[name] for name in secrets if not said.get(name) and before.get(name)}
    others = [setting for setting in wish.settings if setting.name not in kept]
    others += [Setting(name=n, value=v) for n, v in kept.items() if n not in NAMED]
    named = {name: value for name, value in kept.items() if name in NAMED}
    return replace(wish, settings=tuple(others), **named)
