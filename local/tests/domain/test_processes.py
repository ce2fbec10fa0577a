import os
import signal
import threading

import pytest

from chassis.testing import eventually
from local.processes import Kept


@pytest.fixture
def kept(tmp_path):
    process = Kept("a server", ["http.server", "0"], {}, tmp_path / "log")
    yield process
    process.kill()


def test_what_runs_is_not_started_twice(kept):
    kept.start()
    first = kept.pid
    kept.start()
    assert kept.pid == first


def test_what_died_is_started_again(kept):
    kept.start()
    os.kill(first := kept.pid, signal.SIGKILL)
    eventually(lambda: kept.tend(pauses=(0.0,)))
    assert kept.pid not in {0, first}


def test_what_was_killed_on_purpose_stays_down(kept):
    kept.start()
    kept.kill()
    assert not kept.tend(pauses=(0.0,))
    assert kept.pid == 0


def test_a_process_revived_while_it_is_tended_runs_once(kept):
    kept.start()
    os.kill(kept.pid, signal.SIGKILL)
    eventually(lambda: not kept.pid)
    tending = threading.Thread(target=kept.tend, args=((0.3,),))
    tending.start()
    kept.start()
    first = kept.pid
    tending.join()
    assert kept.pid == first
