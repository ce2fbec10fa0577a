"""What does Pigeon answer, the carrier of the example? It sells once for each key."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote

from tests.fakes.serving import Answer, Moods, served

UNKNOWN: Answer = (404, {"code": "unknown", "words": "There is no such flight."}, {})


class Loft(Moods):
    """Where the birds are, and what they were given."""

    def __init__(self) -> None:
        super().__init__()
        self.token = "grain"
        self.flights: dict[str, Any] = {}

    def answer(  # noqa: PLR0911 - one for each thing that can be asked
        self, method: str, path: str, headers: Mapping[str, str], body: Any
    ) -> Answer:
        """Answer as Pigeon would."""
        if path.startswith("/labels/"):
            return 200, "a label", {}
        if headers.get("Authorization") != f"Bearer {self.token}":
            return 401, {"code": "stranger", "words": "We do not know you."}, {}
        match method, path.split("/")[1:]:
            case "POST", ["prices"]:
                price = {"service": "standard", "price": str(len(body["parcels"]) * 2), "days": 1}
                return 200, {"prices": [price]}, {}
            case "POST", ["flights"]:
                return 200, self.flights.setdefault(body["key"], self.fly(body)), {}
            case "GET", ["flights", key] if found := self.flights.get(unquote(key)):
                return 200, found, {}
            case "POST", ["flights", key, "recall"] if found := self.flights.get(unquote(key)):
                found["state"] = "recalled"
                return 200, found, {}
        return UNKNOWN

    def fly(self, wish: Any) -> Any:
        """Give each parcel to a bird with a ring of its own."""
        first = sum(len(flight["birds"]) for flight in self.flights.values())
        birds = [self.bird(f"BIRD{first + n:06d}") for n, _ in enumerate(wish["parcels"])]
        told = {"service": wish["service"], "price": "2", "days": 1}
        return told | {"state": "flies", "birds": birds}

    def bird(self, ring: str) -> Any:
        """One bird with its ring, where it is shown, and the label of its parcel."""
        where = f"https://pigeon.example/{ring}"
        return {"ring": ring, "map": where, "label": f"{self.url}/labels/{ring}"}


@contextmanager
def a_loft() -> Iterator[Loft]:
    """Open Pigeon on a port of its own."""
    loft = Loft()
    with served(loft, loft.answer, ""):
        yield loft
