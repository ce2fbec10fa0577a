"""A local courier is a price list of ours: its labels are numbered once, and drawn by us."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.errors import Refused
from services.shipping.carriers.carrier import Account, Consignment, Offer, ParcelWish
from services.shipping.carriers.s10 import tracking_number
from services.shipping.carriers.table_rate import TableRate
from services.shipping.purchases import Purchases
from services.shipping.tables import purchases
from services.shipping.tests.builders import a_size, an_address

RATES = "standard; DE; 2=4.90 5=6.90; 2\nexpress; DE; 2=9.90; 1"
WISH = Consignment(an_address(), an_address(), (ParcelWish(a_size(), 1260),) * 2)


def a_courier(engine: Any = None, name: str = "bike", **told: str) -> TableRate:
    return TableRate(Account(name, {"rates": RATES, **told}), Purchases(engine, name))


def test_offers_are_the_prices_of_the_list_in_minor_units() -> None:
    assert a_courier().offers(WISH) == [
        Offer("bike", "standard", 980, "EUR", 2),
        Offer("bike", "express", 1980, "EUR", 1),
    ]
    assert a_courier(currency="JPY", rates="a; *; 9=500; 1").offers(WISH)[0].price == 1000
    abroad = Consignment(an_address(), an_address("FR"), WISH.parcels)
    assert a_courier().offers(abroad) == []


def test_a_large_light_parcel_is_charged_by_its_volume_where_the_courier_says_so() -> None:
    # 300 × 200 × 150 mm are nine liters: 1.8 kg at 5000 cm³, 2.25 kg at 4000 cm³
    def price(volume: str) -> int:
        return a_courier(volume=volume).offers(WISH)[0].price

    assert [price(volume) for volume in ("", "5000", "4000")] == [980, 980, 1380]


def test_each_parcel_has_a_number_with_a_check_digit_and_a_page_to_look_at(
    engine: sa.Engine,
) -> None:
    courier = a_courier(engine, letters="BX", tracking_url="https://bike.example/{number}")

    bought = courier.buy("shp_1-1", courier.offers(WISH)[0], WISH)

    for number, url in bought.parcels:
        assert tracking_number(int(number[2:10]), "BX") == number
        assert url == f"https://bike.example/{number}"


def test_two_accounts_keep_their_keys_apart(engine: sa.Engine) -> None:
    bike, van = a_courier(engine), a_courier(engine, "van")
    sold = bike.buy("shp_1-1", bike.offers(WISH)[0], WISH)

    assert van.look_up("shp_1-1") is None
    assert van.buy("shp_1-1", van.offers(WISH)[0], WISH).parcels != sold.parcels
    assert bike.look_up("shp_1-1") == sold


def test_several_who_buy_under_one_key_at_a_time_get_the_same_numbers(engine: sa.Engine) -> None:
    courier = a_courier(engine)
    offer = courier.offers(WISH)[0]

    with ThreadPoolExecutor(4) as pool:
        bought = list(pool.map(lambda _: courier.buy("shp_1-1", offer, WISH), range(8)))

    assert all(one == bought[0] for one in bought)
    with engine.connect() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(purchases)) == 1


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"rates": "nonsense"}, "configuration.rates"),
        ({"currency": "EURO"}, "configuration.currency"),
        ({"letters": "L1"}, "configuration.letters"),
        ({"letters": "ÄÖ"}, "configuration.letters"),
        ({"volume": "much"}, "configuration.volume"),
        ({"volume": "0"}, "configuration.volume"),
    ],
)
def test_what_makes_no_sense_is_refused_when_it_is_saved(told: dict[str, str], field: str) -> None:
    with pytest.raises(Refused) as refusal:
        a_courier(**told)
    assert refusal.value.field == field
