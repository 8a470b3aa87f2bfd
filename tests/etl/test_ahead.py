import threading
import time

import pytest

from etl.ahead import beside, map_ahead


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


def test_a_call_is_made_beside_the_body():
    met = threading.Barrier(2, timeout=20)
    with beside(met.wait, at_once=True) as made:
        met.wait()
        assert made() in (0, 1)


def test_a_call_beside_has_ended_when_the_body_has_however_that_ends():
    begun, ended = threading.Event(), threading.Event()

    def slow() -> None:
        begun.set()
        time.sleep(0.2)
        ended.set()
        raise ValueError("nobody asked")

    def fail_beside_it() -> None:
        with beside(slow, at_once=True):
            assert begun.wait(20)
            raise KeyError

    with pytest.raises(KeyError):
        fail_beside_it()
    assert ended.is_set()


def test_its_failure_is_raised_where_its_result_is_asked_for():
    with beside(int, "x", at_once=True) as made, pytest.raises(ValueError, match="invalid literal"):
        made()


def test_without_a_thread_to_spare_it_is_made_when_it_is_asked_for():
    calls = []
    with beside(calls.append, 1, at_once=False) as made:
        assert not calls
        made()
    assert calls == [1]
    with beside(calls.append, 2, at_once=False):
        pass
    assert calls == [1]
