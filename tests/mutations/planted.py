"""Which bugs are planted? Those of four tables, one for each part that must not have any."""

from tests.mutations.planted_chassis import CHASSIS
from tests.mutations.planted_money import MONEY
from tests.mutations.planted_sagas import SAGAS
from tests.mutations.planted_stock import STOCK

MUTATIONS = (*CHASSIS, *SAGAS, *STOCK, *MONEY)
