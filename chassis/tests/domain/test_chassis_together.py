import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from chassis.testing import eventually
from chassis.together import Together


class Press:
    """Writes batches, slowly if it is told to, and keeps what it wrote."""

    def __init__(self):
        self.open, self.written = threading.Event(), []
        self.open.set()

    def write(self, wishes):
        self.open.wait(20)
        self.written.append(list(wishes))
        if "bad" in wishes:
            raise ValueError("bad")
        return [wish.upper() for wish in wishes]


@pytest.fixture
def press():
    return Press()


def test_alone_a_write_goes_at_once(press):
    assert Together(press.write).do("a") == "A"
    assert press.written == [["a"]]


def test_those_that_come_while_one_is_written_go_together_and_each_gets_its_own(press):
    together = Together(press.write)
    press.open.clear()
    with ThreadPoolExecutor(8) as pool:
        first = pool.submit(together.do, "a")
        eventually(lambda: together._busy and not together._waiting)
        others = [pool.submit(together.do, wish) for wish in "bcd"]
        eventually(lambda: len(together._waiting) == 3)
        press.open.set()
        assert [one.result(20) for one in (first, *others)] == ["A", "B", "C", "D"]
    assert press.written == [["a"], ["b", "c", "d"]]


def test_an_error_is_told_to_all_of_its_batch_and_the_next_goes_on(press):
    together = Together(press.write)
    press.open.clear()
    with ThreadPoolExecutor(8) as pool:
        first = pool.submit(together.do, "a")
        eventually(lambda: together._busy and not together._waiting)
        others = [pool.submit(together.do, wish) for wish in ("bad", "c")]
        eventually(lambda: len(together._waiting) == 2)
        press.open.set()
        assert first.result(20) == "A"
        for one in others:
            with pytest.raises(ValueError, match="bad"):
                one.result(20)
    assert together.do("d") == "D"


def test_nothing_is_lost_when_many_come_and_go(press):
    together = Together(press.write)
    wishes = [f"w{n}" for n in range(400)]
    with ThreadPoolExecutor(32) as pool:
        assert list(pool.map(together.do, wishes)) == [wish.upper() for wish in wishes]
    assert sorted(wish for batch in press.written for wish in batch) == sorted(wishes)
