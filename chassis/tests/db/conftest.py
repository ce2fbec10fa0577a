"""What do tests of the chassis with a database share? A drill: a small service of their own."""

import pytest

from chassis.tests.drill import Drill, drill_metadata


@pytest.fixture
def drill(session_for, monkeypatch):
    engine = session_for(drill_metadata()).get_bind()
    monkeypatch.setenv("DATABASE_URL", engine.url.render_as_string(hide_password=False))
    return Drill(engine)
