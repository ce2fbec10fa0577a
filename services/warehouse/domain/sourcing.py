"""Which warehouse sends what? As few parcels as can be, from as near as can be.

Criteria are applied one after the other, each only among those that the ones before left equal:

    1  fewest parcels
    2  in the customer's country
    3  nearest, where the distance of all that are compared is known
    4  fullest stock of the goods
    5  the warehouse's id, so that the same question has the same answer

There is no weighing of one against the other: people can foresee what is chosen, and read why.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations
from math import comb
from typing import NamedTuple

from contracts.values import SkuQuantity, StockLevel
from contracts.warehouse import RouteLine
from services.warehouse.domain.building import Destination, Warehouse

DECISION_LIMIT = 2000
COMBINATIONS_LIMIT = 5_000

Team = tuple[Warehouse, ...]
Stock = Mapping[str, Mapping[str, int]]


class Parcel(NamedTuple):
    """What one warehouse sends."""

    warehouse_id: str
    lines: tuple[SkuQuantity, ...]


class Plan(NamedTuple):
    """Who sends what, and why in words."""

    parcels: tuple[Parcel, ...]
    decision: str


class Shortfall(NamedTuple):
    """The goods cannot be sent, and why in words."""

    reason: str


def plan(
    lines: Sequence[RouteLine],
    levels: Iterable[StockLevel],
    warehouses: Mapping[str, Warehouse],
    destination: Destination,
) -> Plan | Shortfall:
    """Decide which warehouse sends what of the lines; never more than its level."""
    wanted: dict[str, int] = {}
    for line in lines:
        wanted[line.sku] = wanted.get(line.sku, 0) + line.quantity
    stock = _stock(levels, wanted, warehouses)
    if short := _short(wanted, stock):
        return Shortfall(short)
    able = [warehouses[i] for i in sorted(stock)]
    teams = _smallest_teams(able, wanted, stock)
    team, reasons = _choose(teams, wanted, stock, destination)
    ranked = sorted(team, key=lambda w: _rank(w, wanted, stock, destination))
    parcels = _share_out(lines, wanted, ranked, stock)
    return Plan(parcels, _sentence(ranked, reasons, len(teams))[:DECISION_LIMIT])


def _stock(
    levels: Iterable[StockLevel], wanted: Mapping[str, int], warehouses: Mapping[str, Warehouse]
) -> dict[str, dict[str, int]]:
    """Sort the levels by warehouse; closed and unknown ones and other goods do not count."""
    stock: dict[str, dict[str, int]] = {}
    for level in levels:
        warehouse = warehouses.get(level.warehouse_id)
        if level.available and level.sku in wanted and warehouse and warehouse.active:
            stock.setdefault(level.warehouse_id, {})[level.sku] = level.available
    return stock


def _short(wanted: Mapping[str, int], stock: Stock) -> str:
    if not wanted:
        return "There is nothing to send: the order has no lines."
    for sku, quantity in wanted.items():
        have = sum(levels.get(sku, 0) for levels in stock.values())
        if have < quantity:
            return f"{sku}: {quantity} wanted, but the active warehouses have only {have}."
    return ""


def _can(team: Iterable[Warehouse], wanted: Mapping[str, int], stock: Stock) -> bool:
    shelves = [stock[w.warehouse_id] for w in team]
    return all(sum(s.get(sku, 0) for s in shelves) >= n for sku, n in wanted.items())


def _smallest_teams(
    able: Sequence[Warehouse], wanted: Mapping[str, int], stock: Stock
) -> list[Team]:
    """Find all smallest sets of warehouses that can send everything together."""
    for size in range(1, len(able) + 1):
        if comb(len(able), size) > COMBINATIONS_LIMIT:
            break
        if teams := [team for team in combinations(able, size) if _can(team, wanted, stock)]:
            return teams
    return [_greedy_team(able, wanted, stock)]


def _greedy_team(able: Sequence[Warehouse], wanted: Mapping[str, int], stock: Stock) -> Team:
    """Take whoever can send most of what is left, where trying all sets would take too long."""
    team: list[Warehouse] = []
    left = dict(wanted)
    while any(left.values()):
        rest = [w for w in able if w not in team]
        best = max(rest, key=lambda w: _useful(stock[w.warehouse_id], left))
        team.append(best)
        left = {sku: max(0, n - stock[best.warehouse_id].get(sku, 0)) for sku, n in left.items()}
    return tuple(team)


def _useful(shelf: Mapping[str, int], left: Mapping[str, int]) -> int:
    return sum(min(n, shelf.get(sku, 0)) for sku, n in left.items())


def _choose(
    teams: list[Team], wanted: Mapping[str, int], stock: Stock, destination: Destination
) -> tuple[Team, list[str]]:
    """Apply the criteria in turn until one is left; collect what each decided."""
    reasons = []
    for value, words in _criteria(wanted, stock, destination):
        measured = [(value(team), team) for team in teams]
        if len(teams) == 1 or any(v is None for v, _ in measured):
            continue
        best = min(v for v, _ in measured if v is not None)
        others = [(v, team) for v, team in measured if v is not None and v > best]
        if others:
            next_best, other = min(others, key=lambda o: o[0])
            reasons.append(words(next_best - best, _names(other)))
            teams = [team for v, team in measured if v == best]
    return teams[0], reasons


def _criteria(
    wanted: Mapping[str, int], stock: Stock, destination: Destination
) -> list[tuple[Callable[[Team], int | None], Callable[[int, str], str]]]:
    def abroad(team: Team) -> int:
        return sum(not w.is_in(destination.country) for w in team)

    def km(team: Team) -> int | None:
        distances = [w.km_to(destination) for w in team]
        return None if None in distances else sum(d for d in distances if d is not None)

    def emptiness(team: Team) -> int:
        return -sum(stock[w.warehouse_id].get(sku, 0) for w in team for sku in wanted)

    return [
        (abroad, lambda _, other: f"in the customer's country, unlike {other}"),
        (km, lambda by, other: f"{by} km nearer than {other}"),
        (emptiness, lambda by, other: f"{by} more of these goods in stock than {other}"),
    ]


def _rank(
    warehouse: Warehouse, wanted: Mapping[str, int], stock: Stock, destination: Destination
) -> tuple[bool, float, int, str]:
    km = warehouse.km_to(destination)
    full = sum(stock[warehouse.warehouse_id].get(sku, 0) for sku in wanted)
    return (
        not warehouse.is_in(destination.country),
        float("inf") if km is None else km,
        -full,
        warehouse.warehouse_id,
    )


def _share_out(
    lines: Sequence[RouteLine], wanted: Mapping[str, int], ranked: Sequence[Warehouse], stock: Stock
) -> tuple[Parcel, ...]:
    """Give each SKU to the first that can send all of it, else to each what it has."""
    senders: dict[str, list[str]] = {}
    left: dict[tuple[str, str], int] = {}
    for sku, quantity in wanted.items():
        having = [(w.warehouse_id, stock[w.warehouse_id].get(sku, 0)) for w in ranked]
        whole = [having_all for having_all in having if having_all[1] >= quantity][:1]
        senders[sku] = [i for i, _ in whole or having]
        left.update({(i, sku): have for i, have in having})
    parcels: dict[str, list[SkuQuantity]] = {w.warehouse_id: [] for w in ranked}
    for line in lines:
        missing = line.quantity
        for i in senders[line.sku]:
            if taken := min(missing, left[i, line.sku]):
                sent = SkuQuantity(line_id=line.line_id, sku=line.sku, quantity=taken)
                parcels[i].append(sent)
                left[i, line.sku] -= taken
                missing -= taken
    return tuple(Parcel(i, tuple(sent)) for i, sent in parcels.items() if sent)


def _sentence(team: Sequence[Warehouse], reasons: Sequence[str], choices: int) -> str:
    because = ", and ".join(reasons)
    if len(team) == 1:
        others = "both" if choices == 2 else f"{choices} warehouses"  # noqa: PLR2004 - both are two
        why = f"{because}; {others} could send everything" if reasons else _only_one(choices)
        return f"One parcel from {_names(team)}: {why}."
    why = f" Chosen because {because}." if reasons else ""
    return (
        f"{len(team)} parcels, from {_names(team)}: no warehouse could send everything alone.{why}"
    )


def _only_one(choices: int) -> str:
    if choices == 1:
        return "no other warehouse could send everything"
    return f"equal to {choices - 1} other(s) that could send everything, and first by its id"


def _names(team: Iterable[Warehouse]) -> str:
    return " and ".join(w.label for w in team)
