"""Open disputes are found among exceptions, oldest first, until they are decided or seen to."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from contracts.stuck import FindStuck, Stuck
from services.payments.disputes import find_disputes
from services.payments.tests.builders import an_authorization, outcome_of
from services.payments.tests.db.conftest import Batch
from services.payments.tests.handlers.test_payments_disputes import dispute


@pytest.fixture
def paid(batch: Batch) -> None:
    _, calls = batch(an_authorization(100))
    batch(*[outcome_of(call) for call in calls])


def found(engine: sa.Engine, **asked: str) -> list[Stuck]:
    with Session(engine) as session:
        return find_disputes(session, FindStuck(**asked))  # type: ignore[arg-type]


def test_an_open_dispute_is_an_exception_until_it_is_decided(
    engine: sa.Engine, batch: Batch, paid: None
) -> None:
    batch(dispute())
    (one,) = found(engine)
    assert (one.kind, one.owner, one.allowed) == ("dispute", "people", ("skip",))
    assert one.problem == (
        "0.80 EUR are wanted back that were taken: fraudulent, to be answered by 2026-03-16."
    )
    assert one.exception_id.endswith(":dp_1")
    assert found(engine, after=f"{one.since.isoformat()}|{one.exception_id}") == []

    batch(dispute("won"))
    assert found(engine) == []
