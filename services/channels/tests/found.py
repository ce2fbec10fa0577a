"""What do shops really send, and what do we make of it? Payloads found in public repositories.

`python -m services.channels.tests.found` writes the table of payloads/found/README.md. Payloads
that may not be copied are read from the folder that REAL_PAYLOADS names, if it names one: it has a
table SOURCES.tsv and files as that names them.
"""

import json
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from chassis.errors import Refused
from services.channels.domain.news import (
    Cancellation,
    CounterSale,
    Hint,
    NotForUs,
    Sold,
    Unacceptable,
)
from services.channels.marketplaces.amounts import minor_units
from services.channels.marketplaces.marketplace import Shop
from services.channels.marketplaces.registry import MARKETS
from services.channels.tests.builders import PAYLOADS, adds_up
from services.channels.tests.sources import SOURCES, Source, states_its_lines

FOUND = PAYLOADS / "found"
BEGIN = "<!-- what became of them: written by the machine -->\n"


@dataclass(frozen=True)
class Payload:
    """A payload as it was found; `copied` if its licence allows to keep it here."""

    file: str
    text: str
    copied: bool = True

    @property
    def read_as(self) -> Source:
        return SOURCES[self.file.split("/")[1]]

    @property
    def kind(self) -> str:
        return self.read_as.kind

    @property
    def source(self) -> str:
        return "/".join(self.file.split("/")[1:-1])


@dataclass(frozen=True)
class Fate:
    """What became of one thing in a payload: a word for it, and why."""

    word: str
    why: str = ""


def payloads() -> list[Payload]:
    """All that there are here, and all that may only be read where they are."""
    found = [
        Payload(one["file"], one["text"])
        for bundle in sorted(FOUND.glob("*.jsonl"))
        for one in map(json.loads, bundle.read_text().splitlines())
    ]
    if elsewhere := os.environ.get("REAL_PAYLOADS"):
        known, root = {one.file for one in found}, Path(elsewhere)
        names = [line.split("\t")[0] for line in (root / "SOURCES.tsv").read_text().splitlines()]
        found += [
            Payload(name, (root / name).read_text(), copied=False)
            for name in names
            if name.startswith(tuple(f"channels/{one}/" for one in SOURCES)) and name not in known
        ]
    return found


def things_in(payload: Payload) -> Iterator[str]:
    """Each thing in a payload, as a shop would post it or give it in a page."""
    try:
        told = json.loads(payload.text)
    except ValueError:
        yield payload.text
        return
    told = payload.read_as.things(told)
    for one in told if isinstance(told, list) else [told]:
        yield json.dumps(one)


def fate(read_as: Source, body: str) -> Fate:  # noqa: PLR0911 - one for each word
    """Let the adapter read one thing, and judge what it says."""
    try:
        (news,) = MARKETS[read_as.kind].read(Shop("my-shop"), "", body)
    except Refused as refusal:
        return Fate("refused", f"{refusal.field}: {refusal.message}")
    match news.said:
        case Sold(order=order):
            return _judged(json.loads(body) if read_as.lines else body, order, read_as)
        case CounterSale():
            return Fate("imported", "what was sold over the counter")
        case Hint():
            return Fate("not for us", "It says that something has changed: the shop is asked.")
        case Cancellation(reason=reason):
            return Fate("canceled", reason)
        case NotForUs(reason=reason):
            return Fate("not for us", reason)
        case Unacceptable(reason=reason, field=field):
            return Fate("refused" if reason and field else "wrong", f"{field}: {reason}")


def _judged(sent: Any, order: Any, read_as: Source) -> Fate:
    """Whether an order that was read has the total that the shop states, to the cent."""
    total, currency = read_as.states(sent)
    stated, whole = minor_units(Decimal(total), currency, "total"), read_as.whole(sent)
    if not adds_up(order) and read_as.lines and not states_its_lines(sent):
        # orders says so, and refuses it: an adapter never makes amounts fit
        return Fate("refused", "total: The amounts of the order do not make its total.")
    right = order.total == stated if whole else 0 < order.total <= stated
    most = len(sent[read_as.lines]) if read_as.lines else len(order.lines)
    if not adds_up(order) or not right or len(order.lines) > most:
        return Fate("wrong", f"{order.total} was read, {stated} is stated")
    return Fate("imported") if whole else Fate("imported in part")


WORDS = ("imported", "imported in part", "canceled", "not for us", "refused", "wrong")


def table(known: list[Payload]) -> str:
    """What became of payloads that are kept here, source by source and reason by reason."""
    fates: dict[str, Counter[Fate]] = {}
    files: Counter[str] = Counter()
    for payload in known:
        files[payload.source] += 1
        of_source = fates.setdefault(payload.source, Counter())
        of_source.update(fate(payload.read_as, body) for body in things_in(payload))
    lines = [
        f"| source | payloads | things in them | {' | '.join(WORDS)} |",
        f"| --- | --- | --- |{' --- |' * len(WORDS)}",
    ]
    for source, of_source in fates.items():
        counts = [sum(n for f, n in of_source.items() if f.word == word) for word in WORDS]
        row = [source, files[source], of_source.total(), *counts]
        lines.append(f"| {' | '.join(str(value) for value in row)} |")
    lines += ["", "| source | what became of it | why | how many |", "| --- | --- | --- | --- |"]
    for source, of_source in fates.items():
        rows = sorted(of_source.items(), key=lambda x: (WORDS.index(x[0].word), -x[1], x[0].why))
        for one, count in rows:
            why = one.why.replace("|", "\\|").replace("\n", " ")
            lines.append(f"| {source} | {one.word} | {why} | {count} |")
    return "\n".join(lines) + "\n"


def with_table(readme: str) -> str:
    """The page with its table as it is now."""
    here = [one for one in payloads() if one.copied]
    return readme.partition(BEGIN)[0] + BEGIN + "\n" + table(here)


if __name__ == "__main__":
    page = FOUND / "README.md"
    page.write_text(with_table(page.read_text()))
    print(table([one for one in payloads() if not one.copied]))
