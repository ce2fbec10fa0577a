"""How do a million orders differ? Names, mails, postcodes, channels, tags and times as in life.

All is drawn from one seed, the same in every process that fills a database, so that what one
writes of an order fits what the others do. A few names, SKUs and tags are common, most are rare.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from benchmarks.goods import SKUS, name_of

FIRST_NAMES = (
    "Anna Ben Clara David Emma Felix Greta Hans Ida Jan Klara Leon Mia Noah Olga Paul Quentin Rosa "
    "Sven Tina Ulla Viktor Wanda Xaver Yara Zoe Aisha Björn Chloé Dimitri Elif Fatima Giulia "
    "Hiroshi Ingrid José Karim Lucía Mehmet Nadia Ömer Pilar Rachid Søren Thao Ursula Vera Wei"
).split()
LAST_NAMES = (
    "Schmidt Müller Martin Bernard Rossi García Smith Weber Fischer Wagner Becker Hoffmann "
    "Schäfer Koch Richter Klein Wolf Schröder Neumann Schwarz Zimmermann Braun Krüger Hartmann "
    "Lange Werner Krause Lehmann Köhler Maier Dubois Moreau Laurent Simon Michel Lefebvre Leroy "
    "Roux Fournier Ferrari Esposito Bianchi Romano Colombo Ricci Marino Greco Bruno Gallo Conti "
    "Costa López Pérez Sánchez Romero Navarro Torres Domínguez Vázquez Jansen Bakker Visser "
    "Meijer Mulder Peters Nielsen Hansen Larsen Novák Kowalski Nowak Horváth Nagy Popescu O'Neill "
    "Nguyen Yildiz Demir"
).split()
DOMAINS = "example.com mail.example web.example post.example firma.example".split()
POSTCODES = (
    "10115 10243 10437 10969 12047 13353 20095 22767 28195 30159 40213 44135 45127 50667 60311 "
    "70173 80331 81667 90402 01067 04109 99084 69003 75011 13001 33000 59000 44000 67000 31000"
).split()
CHANNELS = ("shop-de", "shop-fr", "market-a", "market-b", "outlet")
TAGS = ("gift", "vip", "b2b", "wholesale", "fragile", "press", "staff", "to-check")
NEWEST_SHARE, NEWEST_SECONDS = 0.02, 18 * 3600
ODD = 0x9E3779B97F4B
HEX_BITS = 48


@dataclass(slots=True)
class Person:
    """What differs between two orders, besides ids and times."""

    index: int
    is_newest: bool
    fate: float
    placed_at: int
    number: str
    external: str
    name: str
    email: str
    phone: str
    postcode: str
    channel: str
    tag: str
    skus: Sequence[str]
    fresh: str


def people(orders: int, now: int, days: int, first_number: int) -> Iterator[Person]:
    """Make what differs, oldest order first; more orders a day as time goes on.

    The newest fiftieth was placed within the last hours: only these may still be under way.
    """
    dice = random.Random(orders)
    draw = dice.random
    old = round(orders * (1 - NEWEST_SHARE))
    span = days * 86_400 - NEWEST_SECONDS
    sku_names = [name_of(n) for n in range(SKUS)]
    sku_weights = list(accumulate(1 / (10 + n) for n in range(SKUS)))
    channel_weights, tag_weights = _rarer(CHANNELS, 2), _rarer(TAGS, 3)
    first_weights, last_weights = _rarer(FIRST_NAMES, 1.05), _rarer(LAST_NAMES, 1.04)
    choices = dice.choices
    for index in range(orders):
        if index < old:
            age = NEWEST_SECONDS + span * (1 - (index / old) ** 0.7)
        else:
            age = NEWEST_SECONDS * (orders - index) / (orders - old)
        first = choices(FIRST_NAMES, cum_weights=first_weights)[0]
        last = choices(LAST_NAMES, cum_weights=last_weights)[0]
        number = first_number + index
        where = dice.randrange(10**9)
        yield Person(
            index=index,
            is_newest=index >= old,
            fate=draw(),
            placed_at=now - round(age) - int(draw() * 60),
            number=str(number),
            external=f"{'ABCDEFGH'[where % 8]}{where:09}-{number}",
            name=f"{first} {last}",
            email=f"{first}.{last}{where % 997}@{DOMAINS[where % 5]}".lower(),
            phone=f"+49 {150 + where % 30} {where % 10**7:07}",
            postcode=POSTCODES[where % 30],
            channel=choices(CHANNELS, cum_weights=channel_weights)[0],
            tag=choices(TAGS, cum_weights=tag_weights)[0],
            skus=choices(sku_names, cum_weights=sku_weights, k=5),
            fresh=f"{(index + 1) * ODD % (1 << HEX_BITS):012x}",
        )


def _rarer(things: Sequence[str], by: float) -> list[float]:
    """Weights that add up, each less than the one before by a factor."""
    return list(accumulate(by**-i for i in range(len(things))))
