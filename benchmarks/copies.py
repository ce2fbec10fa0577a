"""How is an order written that is a copy of another? Its rows, with what must differ replaced."""

import io
from bisect import bisect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate

from benchmarks.patterns import FRESH_ID, Block, Pattern, Table
from benchmarks.spread import Person, people
from chassis.config import Settings
from chassis.ids import ALPHABET
from services.orders.words import terms, week_of

CHUNK = 5_000
FIRST = 1_000_001
DAY = 86_400
KEPT = {  # for how many days the product keeps what it does not keep for years
    "inbox": Settings().inbox_kept / DAY, "idempotent_requests": 1,
    "saga_steps": Settings().steps_kept_days, "scans": Settings().scans_kept_days,
    "outside_calls": Settings().calls_kept_days, "done_once": Settings().marks_kept_days,
}  # fmt: skip
SEARCH = Table("orders", "public", "order_search", ("order_id", "placed_at", "terms"), ())


@dataclass(frozen=True)
class Copies:
    """How many orders there shall be, after which patterns, of how many days up to now."""

    patterns: Sequence[Pattern]
    orders: int
    days: int
    now: int


def chunks(copies: Copies, service: str) -> Iterator[dict[Table, io.StringIO]]:
    """The rows of some thousand orders at a time, for each table of a service."""
    choose = _chooser(copies.patterns)
    texts: dict[Table, list[str]] = {}
    cut = {id(p): [b for b in p.blocks if b.table.service == service] for p in copies.patterns}
    for person in people(copies.orders, copies.now, copies.days, FIRST):
        pattern = choose(person)
        values = _Values(person, pattern)
        age = (copies.now - person.placed_at) / DAY
        for block in cut[id(pattern)]:
            if age > KEPT.get(block.table.name, age):
                continue
            rows = values.written(block)
            texts.setdefault(block.table, []).append(rows)
            if block.table.name == "orders":
                order_id = rows.partition("\t")[0]
                texts.setdefault(SEARCH, []).append(_found_by(order_id, person, pattern, values))
        if person.index % CHUNK == CHUNK - 1:
            yield {table: io.StringIO("".join(rows)) for table, rows in texts.items()}
            texts = {}
    yield {table: io.StringIO("".join(rows)) for table, rows in texts.items()}


def _chooser(made: Sequence[Pattern]) -> Callable[[Person], Pattern]:
    """Choose a fate: for the newest orders one that is under way, for others one that has ended."""
    groups = []
    for ended in (True, False):
        group = [p for p in made if p.made.ended is ended]
        groups.append((group, list(accumulate(p.made.share for p in group))))

    def choose(person: Person) -> Pattern:
        group, shares = groups[person.is_newest]
        return group[bisect(shares, person.fate * shares[-1])]

    return choose


class _Values:
    """What stands in the slots of one order's rows."""

    def __init__(self, person: Person, pattern: Pattern) -> None:
        self._person = person
        self._moments: dict[int, tuple[str, str]] = {}
        end = _base32(person.index + 1, FRESH_ID)
        self._fixed: dict[tuple[str, int], str] = {
            ("number", 0): person.number, ("external", 0): person.external,
            ("name", 0): person.name, ("email", 0): person.email, ("phone", 0): person.phone,
            ("postcode", 0): person.postcode, ("tag", 0): person.tag,
            ("channel", 0): person.channel, ("hex", 0): person.fresh, ("id end", 0): end,
            **{("sku", i): person.skus[i] for i in range(len(pattern.made.skus))},
            **{("tracking", i): self.tracking(i) for i in range(len(pattern.made.tracking))},
        }  # fmt: skip
        for second in pattern.seconds:
            self._fixed["id time", second] = _base32((person.placed_at + second) * 1000, 10)

    def tracking(self, number: int) -> str:
        """A tracking number that nobody else has."""
        return f"GR{self._person.index:08}{number}DE"

    def moment(self, second: int) -> tuple[str, str]:
        """Day and time of day, so many seconds after the order was placed."""
        known = self._moments.get(second)
        if known is None:
            at = datetime.fromtimestamp(self._person.placed_at + second, UTC).isoformat()
            known = self._moments[second] = at[:10], at[11:19]
        return known

    def written(self, block: Block) -> str:
        """The rows of one table."""
        fixed, out = self._fixed, [block.texts[0]]
        for slot, text in zip(block.slots, block.texts[1:], strict=True):
            kind = slot[0]
            if kind == "day":
                out.append(self.moment(slot[1])[0])
            elif kind == "clock":
                out.append(self.moment(slot[1])[1])
            else:
                out.append(fixed[slot])
            out.append(text)
        return "".join(out)


def _found_by(order_id: str, person: Person, pattern: Pattern, values: _Values) -> str:
    """The row by whose words an order is found."""
    made = pattern.made
    tracking = [values.tracking(i) for i in range(len(made.tracking))]
    skus = person.skus[: len(made.skus)]
    told = (person.number, person.external, person.name, person.email, person.phone)
    text = " ".join([*told, person.postcode, *skus, *tracking])
    at = datetime.fromtimestamp(person.placed_at, UTC)
    words = terms(week_of(at), text, [person.tag] if made.tagged else [])
    quoted = " ".join("'" + word.replace("'", "''") + "'" for word in words.split(" "))
    return f"{order_id}\t{at.isoformat()}\t{quoted.replace(chr(9), chr(92) + 't')}\n"


def _base32(number: int, digits: int) -> str:
    return "".join(ALPHABET[number >> shift & 31] for shift in range(5 * digits - 5, -1, -5))
