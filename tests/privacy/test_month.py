"""T7 and T8 over several nights: late and crossing data, an erasure, a withdrawal, a backfill; every event has one fate.

A few nights, for speed; `make month` has thirty (docs/month.md).
"""

from __future__ import annotations

import shutil
from copy import copy
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pytest

from benchmarks.month.arrangements import differing
from benchmarks.month.calendar import LEAN
from benchmarks.month.fates import fates
from benchmarks.month.finale import pulled, told_of_itself
from benchmarks.month.play import KEY, Played, keys, play
from benchmarks.month.source import Source, read_source
from etl.registry import Registry
from etl.simulate import simulate

pytestmark = pytest.mark.timeout(900)  # on a busy machine the shared month takes its time


class Way(NamedTuple):
    source: Source
    played: Played


@pytest.fixture(scope="module")
def way(tmp_path_factory):
    base = tmp_path_factory.mktemp("month")
    simulate(LEAN.simulation, base / "logs")
    source = read_source(base / "logs", bytes.fromhex(KEY))
    shutil.copy(base / "logs" / "participation.csv", base / "registry.csv")
    return Way(source, play(LEAN, base / "logs", base / "registry", source))


def test_every_event_has_one_fate_and_none_is_released_twice(way):
    found = fates(LEAN, way.played, way.source)
    assert found.problems == ()
    assert found.twice == 0
    assert min(found.released, found.waiting, found.erased) > 0
    assert found.admitted + found.never == len(way.source.keys)


def test_the_world_has_what_it_is_for(way):
    """Late events, events that waited, a backfill that draws on what waits, events of a night that was withdrawn."""
    exact = {night: record["exact"] for night, record in way.played.records.items()}
    assert way.played.order == [0, 1, 3, 2, 4]
    assert all(exact[night]["pool"]["late"] > 0 for night in (1, 3, 2, 4))
    assert all(exact[night]["pool"]["drawn"] > 0 for night in (1, 3, 2, 4))
    assert all(one["released"]["records"] > 0 for one in exact.values())
    assert exact[2]["rows"]["dropped"]["withdrawn_night"] > 0
    assert exact[2]["rows"]["dropped"]["seen_before"] > 0
    assert exact[2]["pool"]["drawn"] < exact[2]["pool"]["rows"]  # what came later waits on


def test_nothing_of_the_erased_and_no_published_byte_changes(way):
    assert way.played.erasures[1] > 0
    assert way.played.problems == []


def test_a_second_release_of_an_event_would_be_found(way):
    again, first = copy(way.played), way.played.seen[0]
    later = way.played.seen[4]
    again.seen = {
        **way.played.seen,
        4: replace(later, released=np.append(later.released, first.released[:1])),
    }
    found = fates(LEAN, again, way.source)
    assert found.twice == 1
    assert found.problems != ()


def test_an_event_that_gets_lost_would_be_found(way):
    lost = copy(way.played)
    lost.pools = {**way.played.pools, 4: way.played.pools[4][1:]}
    assert any("night 4" in problem for problem in fates(LEAN, lost, way.source).problems)


def test_the_versions_together_are_what_is_pulled(way, tmp_path):
    with keys():
        rows, problems = pulled(LEAN, way.played, tmp_path / "all", 4)
        assert problems == []
        assert rows > 0
        assert [line.split(",")[0].split(" ", 1)[1] for line in told_of_itself(way.played)]
    live = [version.name for version in Registry(way.played.registry).live()]
    assert live == [str(LEAN.date(night)) for night in (1, 2, 3, 4)]
    assert not list((tmp_path / "all").rglob(f"{LEAN.date(0)}/*/*.parquet"))


def test_files_do_not_matter(way, tmp_path):
    """A file a night, a file an hour, or one file that grows: the same bytes."""
    logs = way.played.registry.parent / "logs"
    found = differing(LEAN, logs, tmp_path, way.played.registry, 2, commands=False)
    assert found == {"a file an hour": [], "one file of all so far": []}
