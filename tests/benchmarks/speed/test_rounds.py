"""Everybody runs in turn, what they write is compared, and who writes something else is named."""

from __future__ import annotations

import shutil
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks.speed.contestants import Contestant
from benchmarks.speed.logs import Log, simulated
from benchmarks.speed.measured import Measured, load
from benchmarks.speed.result import read_rows, result
from benchmarks.speed.rounds import FailedError, play

ROWS = {"sequence": [["x", "y"], ["x"]], "people": [12, 10], "occurrences": [20, 10]}
LOG = Log("some", "nothing/*", "native", "native", 1, None, 1)


def writes(folder, name, rows, *, is_slow=False):
    """A contestant that writes those rows."""
    table = folder / f"{name}.rows"
    pq.write_table(pa.table(rows), table)
    code = "import shutil, sys; shutil.copy(sys.argv[1], sys.argv[2])"
    return Contestant(
        name,
        name,
        "sys",
        "pip",
        lambda _, out: [sys.executable, "-c", code, str(table), str(out)],
        is_slow=is_slow,
    )


def played(folder, *contestants, rounds=2, slow_rounds=1):
    runs = list(play(LOG, contestants, rounds=rounds, slow_rounds=slow_rounds, cores=1, work=folder / "work"))
    return Measured("some", 1, 1, 1, "a command", {"cores": 1}, {}, runs)


def test_in_turn_and_the_slow_ones_less_often(tmp_path):
    three = [writes(tmp_path, name, ROWS, is_slow=name == "c") for name in "abc"]
    measured = played(tmp_path, *three, rounds=3, slow_rounds=1)
    assert [run.contestant for run in measured.runs] == ["a", "b", "c", "b", "a", "a", "b"]
    assert [run.round for run in measured.runs] == [0, 0, 0, 1, 1, 2, 2]
    assert {(run.rows, run.digest) for run in measured.runs} == {(2, result(tmp_path / "a.rows").digest)}
    assert measured.disagreeing == []
    assert list((tmp_path / "work").iterdir()) == []


@pytest.mark.parametrize(
    "wrong",
    [
        ROWS | {"people": [12, 11]},
        ROWS | {"sequence": [["x", "y"], ["y"]]},
        ROWS | {"sequence": [["x y"], ["x"]]},
        {name: values[:1] for name, values in ROWS.items()},
        {name: values[:0] for name, values in ROWS.items()},
        {name: [*values, values[0]] for name, values in ROWS.items()},
    ],
)
def test_who_writes_something_else_is_named(tmp_path, wrong):
    right = [writes(tmp_path, name, ROWS) for name in "ab"]
    assert played(tmp_path, *right, writes(tmp_path, "broken", wrong)).disagreeing == ["broken"]


def test_who_fails_ends_it(tmp_path):
    failing = Contestant("bad", "bad", "sys", "pip", lambda *_: [sys.executable, "-c", "raise SystemExit(3)"])
    with pytest.raises(FailedError, match="bad ended with 3"):
        played(tmp_path, writes(tmp_path, "a", ROWS), failing)


def test_the_digest_is_of_the_rows_alone(tmp_path):
    backwards = {name: ROWS[name][::-1] for name in reversed(ROWS)}
    large = pa.schema(
        [("sequence", pa.large_list(pa.large_string())), ("people", pa.int64()), ("occurrences", pa.int16())]
    )
    pq.write_table(pa.table(ROWS), tmp_path / "one")
    pq.write_table(pa.table(backwards), tmp_path / "other")
    pq.write_table(pa.table(ROWS, schema=large), tmp_path / "third")
    folder = tmp_path / "folder"
    folder.mkdir()
    for index in range(2):
        part = pa.table(ROWS).slice(index, 1)
        pq.write_table(part, folder / f"part-{index}.parquet")
    shutil.copy(folder / "part-0.parquet", folder / "_not_a_part.parquet")
    found = {result(tmp_path / name) for name in ("one", "other", "third", "folder")}
    assert len(found) == 1
    assert read_rows(folder).num_rows == 2


def test_saved_and_loaded(tmp_path):
    measured = played(tmp_path, writes(tmp_path, "a", ROWS))
    measured.save(tmp_path / "kept")
    assert load(tmp_path / "kept") == [measured]


def test_a_log_is_simulated_once(tmp_path):
    log = simulated(1000, "jsonl", tmp_path)
    written = {path: path.stat().st_mtime_ns for path in (tmp_path / "jsonl-1000").iterdir()}
    assert simulated(1000, "jsonl", tmp_path) == log
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "jsonl-1000").iterdir()} == written
    assert log.size_bytes == sum(path.stat().st_size for path in written if path.suffix == ".jsonl") > 0
