"""Steps that work on several elements at once: all of it arrives, a failure fails, and nothing of it is left."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from itertools import chain
from typing import Any

import apache_beam as beam
import pytest
from apache_beam.pvalue import TaggedOutput
from apache_beam.testing.util import assert_that, equal_to

from etl.beam_options import beam_options
from etl.job import Job
from etl.threaded import OneForOne, ThreadedDoFn
from tests.etl.jobs import plan

NUMBERS = list(range(40))


@pytest.fixture(scope="module")
def jobs(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Job]:
    folder = tmp_path_factory.mktemp("threaded")
    return {threads: plan(folder, threads=threads) for threads in (1, 2, 4)}


@pytest.fixture(params=[1, 2, 4])
def job(request: pytest.FixtureRequest, jobs: dict[int, Job]) -> Job:
    return jobs[request.param]


class Squares(OneForOne):
    def work(self, element: int, *given: Any) -> tuple[int, ...]:
        time.sleep(0.001 * (element % 3))  # so that they do not end in the order in which they began
        return (element * element, *given)


class Fails(OneForOne):
    def work(self, element: int, *_: Any) -> int:
        if element == 7:
            raise ValueError("seven")
        return element


class Tagged(ThreadedDoFn):
    """Even numbers come out tagged, odd ones do not."""

    def process(self, element: int) -> Iterator[Any]:
        yield from self._ahead.give(self.work, element)

    def finish(self) -> Iterator[Any]:
        yield from self._ahead.rest()

    def work(self, element: int) -> Any:
        return element if element % 2 else TaggedOutput("even", element)


def test_all_outputs_arrive(job: Job) -> None:
    with beam.Pipeline(options=beam_options([])) as pipeline:
        made = pipeline | beam.Create(NUMBERS, reshuffle=False) | beam.ParDo(Squares(job))
        assert_that(made, equal_to([(number * number,) for number in NUMBERS]))


def test_with_a_side_input_too(job: Job) -> None:
    with beam.Pipeline(options=beam_options([])) as pipeline:
        side = beam.pvalue.AsSingleton(pipeline | "Side" >> beam.Create(["side"]))
        made = pipeline | beam.Create(NUMBERS, reshuffle=False) | beam.ParDo(Squares(job), side)
        assert_that(made, equal_to([(number * number, "side") for number in NUMBERS]))


def test_each_tag_gets_its_own(job: Job) -> None:
    with beam.Pipeline(options=beam_options([])) as pipeline:
        made = (
            pipeline
            | beam.Create(NUMBERS, reshuffle=False)
            | beam.ParDo(Tagged(job)).with_outputs("even", main="odd")
        )
        assert_that(made.odd, equal_to(NUMBERS[1::2]), label="odd")
        assert_that(made.even, equal_to(NUMBERS[::2]), label="even")


def test_what_comes_at_the_end_can_be_grouped(job: Job) -> None:
    with beam.Pipeline(options=beam_options([])) as pipeline:
        made = pipeline | beam.Create(NUMBERS, reshuffle=False) | beam.ParDo(Squares(job))
        grouped = made | beam.Map(lambda one: (one[0] % 2, 1)) | beam.CombinePerKey(sum)
        assert_that(grouped, equal_to([(0, 20), (1, 20)]))


@pytest.mark.parametrize("numbers", [[7], [7, 8], NUMBERS], ids=len)
def test_an_exception_in_a_thread_fails_the_bundle(job: Job, numbers: list[int]) -> None:
    with pytest.raises(Exception, match="seven"), beam.Pipeline(options=beam_options([])) as pipeline:
        _ = pipeline | beam.Create(numbers, reshuffle=False) | beam.ParDo(Fails(job))


def test_nothing_of_a_bundle_that_failed_is_in_the_next(job: Job) -> None:
    step = Fails(job)
    step.start_bundle()
    with pytest.raises(ValueError, match="seven"):
        list(chain.from_iterable(map(step.process, range(5, 13))))
    step.start_bundle()
    made = [one for number in (1, 2, 3) for one in step.process(number)]
    made += [one.value for one in step.finish_bundle()]
    assert made == [1, 2, 3]


class Slow(OneForOne):
    """What is under way when another element has failed, until it is let go."""

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        self.began, self.go_on, self.ended = threading.Event(), threading.Event(), threading.Event()

    def work(self, element: str, *_: Any) -> str:
        if element == "fails":
            self.began.wait(20)
            raise ValueError(element)
        self.began.set()
        self.go_on.wait(20)
        time.sleep(0.05)
        self.ended.set()
        return element


@pytest.mark.parametrize("after", ["start_bundle", "teardown"])
def test_nothing_goes_on_beside_the_bundle_that_is_tried_again(jobs: dict[int, Job], after: str) -> None:
    step = Slow(jobs[2])
    step.start_bundle()
    assert [*step.process("fails"), *step.process("slow")] == []
    with pytest.raises(ValueError, match="fails"):
        list(step.process("late"))
    assert not step.ended.is_set()
    step.go_on.set()
    getattr(step, after)()
    assert step.ended.is_set()
