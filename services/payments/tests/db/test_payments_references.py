"""What a provider calls things is kept at once, and apart for each account."""

import pytest
import sqlalchemy as sa

from services.payments.references import MemoryReferences, References, SqlReferences


@pytest.fixture(params=["memory", "postgres"])
def kept(request: pytest.FixtureRequest, engine: sa.Engine) -> References:
    url = engine.url.render_as_string(hide_password=False)
    return MemoryReferences() if request.param == "memory" else SqlReferences(url, "shop")


def test_a_name_is_found_by_its_key_and_the_newest_counts(kept: References) -> None:
    assert kept.find("auth-1") is None
    for name in ("cs_1", "pi_1"):
        kept.note("auth-1", name)

    assert kept.find("auth-1") == "pi_1"


def test_a_name_leads_to_the_authorization_also_from_a_capture(kept: References) -> None:
    kept.note("auth-1", "cs_1")
    kept.note("cap-1", "pi_1", "auth-1")

    assert [kept.key_of(name) for name in ("cs_1", "pi_1", "pi_2")] == ["auth-1", "auth-1", ""]


def test_all_that_was_done_about_an_authorization_is_found(kept: References) -> None:
    kept.note("auth-1", "pi_1")
    kept.note("cap-1", "taken:5", "auth-1")
    kept.note("auth-2", "pi_2")

    assert kept.of("auth-1") == {"auth-1": "pi_1", "cap-1": "taken:5"}


def test_two_accounts_may_use_the_same_names(engine: sa.Engine) -> None:
    url = engine.url.render_as_string(hide_password=False)
    shop, other = SqlReferences(url, "shop"), SqlReferences(url, "other")
    shop.note("auth-1", "pi_1")

    assert (other.find("auth-1"), other.key_of("pi_1")) == (None, "")
