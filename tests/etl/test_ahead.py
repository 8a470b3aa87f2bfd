import threading
import time

import pytest

from etl.ahead import begin, map_ahead


@pytest.mark.parametrize("threads", [0, 1, 3])
def test_results_come_in_order(threads):
    def late(number: int) -> int:
        time.sleep(0.002 * (5 - number % 5))
        return number * 2

    assert list(map_ahead(late, range(20), threads=threads)) == [2 * number for number in range(20)]


def test_no_more_is_drawn_than_is_under_way():
    drawn = []

    def items():
        for number in range(10):
            drawn.append(number)
            yield number

    results = map_ahead(lambda number: number, items(), threads=2)
    next(results)
    assert len(drawn) <= 3


def test_two_calls_run_at_once():
    both = threading.Barrier(2, timeout=20)
    assert list(map_ahead(lambda _: both.wait() >= 0, range(2), threads=2)) == [True, True]


def test_a_failure_is_raised_where_it_belongs():
    def fail(number: int) -> int:
        if number == 2:
            raise ValueError("two")
        return number

    results = map_ahead(fail, range(9), threads=2)
    assert [next(results), next(results)] == [0, 1]
    with pytest.raises(ValueError, match="two"):
        next(results)


def test_a_call_that_has_begun_goes_on_beside():
    at_work = threading.Event()
    made = begin(at_work.wait, 20)
    assert not made.done()
    at_work.set()
    assert made.result(20) is True
