"""T4: the same bytes however the work is cut, in whatever order it arrives, and however often a part of it is done again.

Splits, blocks, buckets, files, the key and two worker processes are each in tests/etl/test_pipeline.py; here is what they
leave: all of it together, the threads, the size of shuffled batches, their order of arrival, and retries.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

import etl.ahead
import etl.finish
import etl.read_step
import etl.steps
import transforms.draw
from tests.etl.test_pipeline import workplace, write_lines
from tests.privacy.runs import go, published_bytes

BROKEN = b'{"user_id": "u", "ts": "yesterday", "event_type": "click", "app": "x"}\n'


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    folder = tmp_path_factory.mktemp("t4")
    write_lines(folder / "logs" / "day.jsonl", workplace())
    with open(folder / "logs" / "day.jsonl", "ab") as stream:
        stream.write(BROKEN * 2)
    return folder


@pytest.fixture(scope="module")
def plain(base) -> dict[str, bytes]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DESIREPATH_KEY", "5a" * 32)
        go(base, registry=str(base / "plain"), buckets=3, max_per_person=25)
    return contents(base / "plain")


def contents(registry: Path) -> dict[str, bytes]:
    """Data, manifest, report, and the dead letters."""
    (letters,) = registry.glob(".private/dead-letters/*.parquet")
    return {**published_bytes(registry), "dead letters": letters.read_bytes()}


def again(base: Path, registry: Path, *flags: str, **changes: Any) -> dict[str, bytes]:
    go(base, *flags, registry=str(registry), **{"buckets": 3, "max_per_person": 25, **changes})
    return contents(registry)


def test_every_bundle_done_twice(base, plain, tmp_path):
    assert again(base, tmp_path, "--direct_runner_bundle_repeat=1") == plain
    assert len(plain) > 4


def test_manifest_report_and_dead_letters_too(base, plain, tmp_path):
    assert again(base, tmp_path, buckets=64, split_mb=0.02, block_mb=0.001) == plain


def test_the_size_of_the_shuffled_batches(base, plain, tmp_path, monkeypatch):
    monkeypatch.setattr(etl.read_step, "ROWS_HELD", 7)
    assert again(base, tmp_path, block_mb=0.001) == plain


@pytest.mark.parametrize("threads", [1, 4])
@pytest.mark.parametrize(
    "cut", [{"buckets": 1}, {"buckets": 7, "split_mb": 0.002, "block_mb": 0.001}], ids=["few", "many"]
)
def test_any_number_of_threads(base, plain, tmp_path, monkeypatch, threads, cut):
    monkeypatch.setattr("etl.plan.cores", lambda: threads)
    monkeypatch.setattr("etl.reading._OVERHANG_BYTES", 100)
    asked = []
    monkeypatch.setattr("etl.threaded.Ahead", lambda number: asked.append(number) or etl.ahead.Ahead(number))
    assert again(base, tmp_path, **cut) == plain
    assert set(asked) == {threads if threads > 1 else 0}


def test_the_order_of_arrival(base, plain, tmp_path, monkeypatch):
    order, solve = transforms.draw.order_events, etl.steps.solve_plan
    monkeypatch.setattr(transforms.draw, "order_events", lambda batches, **how: order(batches[::-1], **how))
    monkeypatch.setattr(
        "etl.pipeline.solve_plan", lambda _, packed, totals, job: solve(_, list(packed)[::-1], totals, job)
    )
    write = etl.finish.write_outcome
    monkeypatch.setattr(
        "etl.pipeline.write_outcome",
        lambda _, plan, counts, totals, job: write(_, plan, list(counts)[::-1], list(totals)[::-1], job),
    )
    assert again(base, tmp_path, split_mb=0.01, block_mb=0.001) == plain


@pytest.mark.parametrize("fate", ["dies while it writes", "dies after it wrote"])
def test_a_step_that_fails_once_and_is_run_again(base, plain, tmp_path, monkeypatch, fate):
    """The runner starts the step anew with the same element; what the first attempt left is still there."""
    tried: list[str] = []
    here, write = threading.local(), etl.steps.write_sealed

    def written(table: Any, path: Path, key: bytes) -> None:
        if getattr(here, "dies", False):
            path.with_suffix(".partial").write_bytes(b"half")
            raise OSError
        write(table, path, key)

    def retrying(work: Any) -> Any:
        def retried(self: Any, element: Any, *given: Any) -> Any:
            tried.append(type(self).__name__)
            here.dies = fate == "dies while it writes"
            with suppress(OSError):
                work(self, element, *given)
                assert not here.dies
            here.dies = False
            return work(self, element, *given)

        return retried

    monkeypatch.setattr(etl.steps, "write_sealed", written)
    for step in (etl.steps._Sequence, etl.steps._Cut):
        monkeypatch.setattr(step, "work", retrying(step.work))
    assert again(base, tmp_path) == plain
    assert sorted(tried) == ["_Cut"] * 3 + ["_Sequence"] * 3


def test_a_release_that_was_half_written_is_written_again(base, plain, tmp_path, monkeypatch):
    write, release = etl.finish.write_outcome, etl.finish.write_release

    def retried(_: object, plan: Any, counts: Any, totals: Any, job: Any) -> None:
        counts, totals = list(counts), list(totals)

        def half(released: Any, folder: Path) -> None:
            for path in release(released, folder):
                path.write_bytes(path.read_bytes()[:50])
            raise OSError

        with monkeypatch.context() as patch, suppress(OSError):
            patch.setattr(etl.finish, "write_release", half)
            write(_, plan, counts, totals, job)
        write(_, plan, counts, totals, job)

    monkeypatch.setattr("etl.pipeline.write_outcome", retried)
    assert again(base, tmp_path) == plain
