"""Do several of each service work together? On the same queues and databases, as one.

Every replica ticks, so every timer ticks as often as there are replicas: what it does must be done
once all the same. They must share the work, tick out of step, and never wait for each other in a
circle for longer than a retry takes.
"""

import json
import re
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from chassis.testing import eventually
from local.client import Client
from local.journey import order_body
from local.supervisor import System
from tests.faults import checker, flash_sale
from tests.faults.quiet import now
from tests.faults.sale_books import expect
from tests.faults.scenario import scenario
from tests.faults.shops import Outlet
from tests.faults.world import World

EACH, CLIENTS, BUYERS = 24, 6, 300
A_WHILE, A_DAY, TOO_LONG = timedelta(minutes=10), timedelta(days=1), timedelta(days=7, hours=2)
DONE_WITHIN, QUIET_WITHIN = 180.0, 300.0
WORKING = ("orders", "payments", "inventory", "warehouse", "channels")
FAIR_SHARE = 0.05  # of what each would have if all had the same: the next gets what is too much
BATCH = "2"  # so little that one process is soon given as much as it can hold
MANY = 200  # with fewer, one may have had room for all of them
TICK_SECONDS, IN_STEP_SECONDS, MOST_IN_STEP, TICKS = 1.0, 0.05, 0.5, 15
HANDLED = re.compile(r"^oms_handled_total\{(.*)\} (\S+)$", re.MULTILINE)
DEADLOCKS = "select coalesce(sum(deadlocks), 0) from pg_stat_database where datname like 'oms\\_%'"


def two_of_each(state: Path) -> System:
    """Make a system with two processes of each service."""
    return replicated(state, 2)


def four_of_each(state: Path) -> System:
    """Make a system with four processes of each service."""
    return replicated(state, 4)


def replicated(state: Path, replicas: int) -> System:
    """Make a system whose timers write down when they tick, and whose calls are leased as usual."""
    extra = {"LOG_LEVEL": "DEBUG", "CALL_LEASE": "60", "BATCH": BATCH}
    return System(
        state, lambda _said: None, own_broker=True, drill=True, extra=extra, replicas=replicas
    )


@scenario("scale_out", seconds=120, system=two_of_each)
def two_share_the_work(world: World) -> None:
    """Sell fifty pieces to three hundred at once, with two of each service."""
    _share_the_work(world)


@scenario("scale_out", seconds=120, system=two_of_each)
def two_keep_time_as_one(world: World) -> None:
    """Let holds, payments, goods, pickings and calls come due, with two of each service."""
    _keep_time(world)


@scenario("scale_out", seconds=180, system=four_of_each, sample=False)
def four_share_the_work(world: World) -> None:
    """Sell fifty pieces to three hundred at once, with four of each service."""
    _share_the_work(world)


@scenario("scale_out", seconds=180, system=four_of_each, sample=False)
def four_keep_time_as_one(world: World) -> None:
    """Let holds, payments, goods, pickings and calls come due, with four of each service."""
    _keep_time(world)


def _share_the_work(world: World) -> None:
    before = {service: _handled(world, service) for service in WORKING}
    deadlocks = _deadlocks(world)
    flash_sale.sell(world, BUYERS)
    for service in WORKING:
        done = _handled(world, service)
        shares = {name: done[name] - before[service][name] for name in done}
        together = sum(shares.values())
        world.say(f"  {service}: {shares} messages and requests")
        shared = min(shares.values()) * len(shares) >= FAIR_SHARE * together
        expect(shared or together < MANY, f"{service} was not shared: {shares}")
    world.say(f"  {_deadlocks(world) - deadlocks} deadlocks, each absorbed by a retry")
    _check_out_of_step(world)


def _handled(world: World, service: str) -> Counter[str]:
    """How many messages and requests each replica has handled; timers and outcomes left out."""
    handled: Counter[str] = Counter()
    for name in world.system.replicas(service):
        with urlopen(f"http://127.0.0.1:{world.system.health_port(name)}/metrics") as answer:
            text = answer.read().decode()
        handled[name] = sum(
            int(float(value)) for labels, value in HANDLED.findall(text) if '.v1"' in labels
        )
    return handled


def _deadlocks(world: World) -> int:
    return int(world.rows("orders", DEADLOCKS)[0][0])


def _check_out_of_step(world: World) -> None:
    """Look when a timer of one second ticked in each replica: not at the same moments."""
    names = world.system.replicas("orders")
    eventually(lambda: min(len(_ticks(world, name)) for name in names) >= TICKS, within=DONE_WITHIN)
    first, *others = (_ticks(world, name) for name in names)
    for name, ticks in zip(names[1:], others, strict=True):
        apart = [min(abs(tick - other) for other in first) for tick in ticks[-TICKS:]]
        in_step = sum(one < IN_STEP_SECONDS for one in apart) / len(apart)
        world.say(f"  {name} ticked within {IN_STEP_SECONDS} s of {names[0]}: {in_step:.0%}")
        expect(in_step <= MOST_IN_STEP, f"{name} and {names[0]} tick in step")


def _ticks(world: World, name: str) -> list[float]:
    log = (world.system.state / "logs" / f"{name}.log").read_text(errors="replace")
    lines = (json.loads(line) for line in log.splitlines() if '"wake_runs"' in line)
    return [datetime.fromisoformat(one["timestamp"]).timestamp() for one in lines]


def _keep_time(world: World) -> None:
    replicas = len(world.system.replicas("orders"))
    sku = world.new_sku(berlin=10 * EACH, lyon=10 * EACH)
    eventually(lambda: world.rows("orders", "select 1 from skus where sku = :s", s=sku), within=60)
    failing = _place(world, sku, payment={"method": "card", "token": "tok_fail_once"})
    unpaid = _place(world, sku, payment={"method": "bank_transfer"})
    held = _place(world, sku)
    for order_id in (*failing, *held):
        world.staff.allocated(order_id, within=DONE_WITHIN)
    _check_called_again(world, failing)

    until = (now(world) + A_WHILE).isoformat()
    _at_once(
        lambda api, o: api.post(f"/orders/{o}/holds", {"reason": "vip", "until": until}),
        world, held,
    )  # fmt: skip
    world.system.move_clock(A_WHILE.total_seconds() + 1)
    _wait_for_history(world, held, "hold released")

    world.system.move_clock(A_DAY.total_seconds())
    _wait_for_history(world, [*held, *failing], "overdue", "packing")

    world.system.move_clock(TOO_LONG.total_seconds())
    _wait_for_history(world, unpaid, "status", "canceled", "expired")  # whichever is first
    _check_given_back(world, unpaid)
    _check_stock_told(world, sku)
    for one in ("retried call", "hold that ended", "payment that never came"):
        world.happened(one, EACH)
    world.happened("picking that is late", 2 * EACH)
    world.happened("replica beside the first", replicas - 1)


def _place(world: World, sku: str, **more: Any) -> list[str]:
    body = order_body([(sku, 1, 500)], **more)
    return _at_once(lambda api, _: api.post("/orders", body)["order_id"], world, range(EACH))


def _at_once(do: Callable[[Client, Any], Any], world: World, several: Any) -> list[Any]:
    def one(of: Any) -> Any:
        return do(Client(world.system.gateway_url, world.system.api_key), of)

    with ThreadPoolExecutor(CLIENTS) as people:
        return list(people.map(one, several))


def _wait_for_history(world: World, orders: list[str], action: str, *of: str) -> None:
    """Wait until it stands in all histories, and all is quiet: it must stand there once."""
    query = (
        "select order_id, count(*) as times from order_history where order_id = any(:ids)"
        " and action = :action and (:any or subject = any(:of) or after = any(:of))"
        " group by order_id"
    )

    def found() -> list[Any]:
        return world.rows("orders", query, ids=orders, action=action, of=list(of), any=not of)

    eventually(lambda: len(found()) == len(orders), within=DONE_WITHIN, every=0.3)
    _let_all_tick(world)
    twice = [row for row in found() if row.times != 1]
    expect(not twice, f"{action} {of} more than once: {twice[:5]}")
    world.say(f"  {len(orders)} orders: {' '.join([action, *of])}, once each")


def _let_all_tick(world: World) -> None:
    """Wait until every replica has looked at what is due another time."""
    began = time.time()
    names = world.system.replicas("orders")
    eventually(lambda: all(_ticks(world, n)[-1] > began for n in names), within=DONE_WITHIN)
    checker.check(world, QUIET_WITHIN)


def _check_called_again(world: World, orders: list[str]) -> None:
    """The provider failed each once: it was called twice, not once more by each replica."""
    calls = world.rows(
        "payments",
        "select l.seen, c.attempts from outside_calls c join sandbox.provider_ledger l"
        " on l.key = c.key where c.kind = 'payments.authorize' and c.correlation_id = any(:ids)",
        ids=orders,
    )
    often = Counter((row.seen, row.attempts) for row in calls)
    expect(often == {(2, 2): len(orders)}, f"seen by the provider, attempts: {often}")


def _check_given_back(world: World, orders: list[str]) -> None:
    """Goods of an order that was never paid come back once, by whichever timer was first."""
    rows = world.rows(
        "inventory",
        "select cause, sum(reserved) as left, count(*) filter (where reserved < 0) as back"
        " from stock_movements where cause = any(:ids) group by cause", ids=orders,
    )  # fmt: skip
    wrong = [row for row in rows if row.left or row.back != 1]
    expect(len(rows) == len(orders) and not wrong, f"given back: {wrong[:5]}, {len(rows)} orders")


def _check_stock_told(world: World, sku: str) -> None:
    """A shop hears of each change once, whichever replica has noticed it."""
    with Outlet(f"shop-{time.time_ns()}", f"OUT-{sku}") as shop:
        shop.connect(world.api, sku)
        receipt = {"warehouse_id": "berlin", "quantity": 1}
        _at_once(lambda api, _: api.post(f"/skus/{sku}/receipts", receipt), world, range(EACH))
        told = (
            "select count(*) as calls, count(result->>'available') as told,"
            " coalesce(sum(attempts), 0) as attempts, count(*) filter (where state = 'pending')"
            " as pending from outside_calls where request->>'channel' = :channel"
        )
        available = world.api.get(f"/skus/{sku}")["available"]
        eventually(lambda: shop.stock == available, within=DONE_WITHIN)
        checker.check(world, QUIET_WITHIN)
        (row,) = world.rows("channels", told, channel=shop.channel)
        expect(shop.stock == available, f"the shop offers {shop.stock}, there are {available}")
        expect(row.told == shop.stock_told and row.attempts == row.calls, f"told often: {row}")
        world.say(f"  the shop was told its stock {shop.stock_told} times, each time once")
