"""Is it what it should be? Every scan at the shelf and every piece in a box is compared."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from chassis.errors import Refused
from contracts.values import SkuQuantity
from contracts.warehouse import NewPackage, PackedPackage, ScanPick
from services.warehouse.domain.building import Bin
from services.warehouse.domain.cartons import OWN_PACKAGING, Carton
from services.warehouse.domain.fulfillment_order import FulfillmentOrder
from services.warehouse.domain.sku import SkuFacts

NAMED_AT_MOST = 3


@dataclass(frozen=True)
class Shelves:
    """What is known of the goods of a fulfillment order: their facts, and the bins they lie in."""

    facts: Mapping[str, SkuFacts]
    bins: Mapping[str, Sequence[Bin]]

    def codes(self, sku: str) -> tuple[str, ...]:
        """Tell what may be scanned for the SKU."""
        facts = self.facts.get(sku)
        return facts.codes if facts else (sku,)

    def first_bin(self, sku: str) -> Bin | None:
        """Find the first bin with the SKU on the picker's way."""
        return min(self.bins.get(sku, ()), key=lambda b: (b.sequence, b.bin), default=None)


def identify(order: FulfillmentOrder, scan: ScanPick, shelves: Shelves) -> tuple[str, str]:
    """Tell which SKU was scanned, and from which bin; refuse what is not wanted."""
    order.require_picking()
    known = [sku for sku in order.skus if scan.barcode in shelves.codes(sku)]
    left = {sku: order.count(sku, lambda line: line.left) for sku in known}
    sku = next((sku for sku in known if left[sku]), None)
    if sku is None:
        done = f", and all of {known[0]} are picked already" if known else ""
        expected = _expected(order, shelves)
        said = f"Barcode {scan.barcode} was scanned{done}; expected is {expected}."
        raise Refused("wrong_scan", said, "barcode")
    places = {b.bin for b in shelves.bins.get(sku, ())}
    if scan.bin and scan.bin not in places:
        where = " or ".join(sorted(places)) or "no bin that is known"
        said = f"Bin {scan.bin} was scanned for {sku}; expected is {where}."
        raise Refused("wrong_scan", said, "bin")
    if scan.quantity > left[sku]:
        said = f"{scan.quantity} of {sku} were scanned; expected are {left[sku]} at most."
        raise Refused("wrong_scan", said, "quantity")
    first = shelves.first_bin(sku)
    return sku, scan.bin or (first.bin if first else "")


def _expected(order: FulfillmentOrder, shelves: Shelves) -> str:
    wanted = []
    for sku in order.skus:
        if left := order.count(sku, lambda line: line.left):
            first = shelves.first_bin(sku)
            place = f" from bin {first.bin}" if first else ""
            wanted.append(
                (first is None, first.sequence if first else 0, f"{left} of {sku}{place}")
            )
    named = [words for _, _, words in sorted(wanted)]
    more = " or another" if len(named) > NAMED_AT_MOST else ""
    return " or ".join(named[:NAMED_AT_MOST]) + more or "nothing more"


def packed(
    order: FulfillmentOrder,
    packages: Sequence[NewPackage],
    facts: Mapping[str, SkuFacts],
    cartons: Mapping[str, Carton],
    new_id: Callable[[], str],
) -> tuple[PackedPackage, ...]:
    """Make the packages of what was scanned into boxes; refuse unless it is what was picked."""
    order.require_packable()
    counted = _count(order, packages, Shelves(facts, {}))
    unpacked = {line.line_id: line.picked for line in order.lines}
    made = []
    for number, (package, counts) in enumerate(zip(packages, counted, strict=True)):
        items = []
        for sku, quantity in counts.items():
            for line, part in order.share(sku, quantity, lambda line: unpacked[line.line_id]):
                unpacked[line.line_id] -= part
                items.append(SkuQuantity(line_id=line.line_id, sku=sku, quantity=part))
        box = _box(package, counts, facts, cartons, f"packages.{number}")
        made.append(
            PackedPackage(
                package_id=new_id(),
                carton=package.carton,
                dimensions=box.dimensions,
                weight_g=_weight(package, counts, facts, box, f"packages.{number}"),
                items=tuple(items),
            )
        )
    return tuple(made)


def _count(
    order: FulfillmentOrder, packages: Sequence[NewPackage], shelves: Shelves
) -> list[Counter[str]]:
    """Count the SKUs in each box and compare their sum with what was picked."""
    picked = Counter({sku: order.count(sku, lambda line: line.picked) for sku in order.skus})
    missing, strange, too_many = picked.copy(), Counter[str](), Counter[str]()
    counted = []
    for package in packages:
        counts = Counter[str]()
        for barcode, quantity in Counter(package.barcodes).items():
            for _ in range(quantity):
                known = [sku for sku in order.skus if barcode in shelves.codes(sku)]
                sku = next((sku for sku in known if missing[sku]), known[0] if known else None)
                if sku is None:
                    strange[barcode] += 1
                    continue
                counts[sku] += 1
                if missing[sku]:
                    missing[sku] -= 1
                else:
                    too_many[sku] += 1
        counted.append(counts)
    faults = [
        *_fault("missing", +missing),
        *_fault("too many", too_many),
        *_fault("not in this order", strange),
    ]
    if faults:
        said = f"The packages must hold exactly what was picked; {'; '.join(faults)}."
        raise Refused("wrong_items", said, "packages")
    return counted


def _fault(what: str, counts: Counter[str]) -> list[str]:
    if not counts:
        return []
    named = [f"{n} of {code}" for code, n in sorted(counts.items())]
    more = f" and {len(named) - NAMED_AT_MOST} more" if len(named) > NAMED_AT_MOST else ""
    return [f"{what}: {', '.join(named[:NAMED_AT_MOST])}{more}"]


def _box(
    package: NewPackage,
    counts: Mapping[str, int],
    facts: Mapping[str, SkuFacts],
    cartons: Mapping[str, Carton],
    field: str,
) -> Carton:
    """Find the carton; something in its own packaging is its own box."""
    if package.carton != OWN_PACKAGING:
        if carton := cartons.get(package.carton):
            return carton
        said = f"There is no carton {package.carton}; known are {', '.join(sorted(cartons))}."
        raise Refused("unknown_carton", said, f"{field}.carton")
    sku = next(iter(counts))
    if sum(counts.values()) != 1:
        said = "What travels in its own packaging is one package for each piece."
        raise Refused("wrong_items", said, f"{field}.barcodes")
    if sku not in facts:
        said = f"The size of {sku} is not known, so it needs a carton."
        raise Refused("unknown_carton", said, f"{field}.carton")
    own = facts[sku]
    return Carton(OWN_PACKAGING, own.dimensions, max_weight_g=own.weight_g)


def _weight(
    package: NewPackage,
    counts: Mapping[str, int],
    facts: Mapping[str, SkuFacts],
    box: Carton,
    field: str,
) -> int:
    """Weigh the box: by the scales if given, else by adding up; refuse what is too heavy."""
    weight = package.weight_g
    if weight is None:
        if unknown := [sku for sku in counts if sku not in facts]:
            said = f"The weight of {unknown[0]} is not known; the package must be weighed."
            raise Refused("unknown_weight", said, f"{field}.weight_g")
        weight = box.own_weight_g + sum(facts[sku].weight_g * n for sku, n in counts.items())
    if package.carton != OWN_PACKAGING and weight > box.max_weight_g:
        said = f"Carton {box.carton} may weigh {box.max_weight_g} g, not {weight} g."
        raise Refused("too_heavy", said, f"{field}.weight_g")
    return weight
