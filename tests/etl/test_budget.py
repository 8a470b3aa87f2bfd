"""`--max-memory`: a run takes no more, says so, and leaves nothing behind."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from etl import budget
from etl.budget import MB, resident_bytes, room_for, within
from etl.errors import ConfigError
from tests.etl.test_pipeline import digests, go, logs, settings, workplace, write_lines  # noqa: F401  (a fixture)

ROOT = Path(__file__).resolve().parents[2]


def test_the_body_is_stopped_where_it_takes_more():
    held: list[np.ndarray] = []

    def take() -> None:
        with within(resident_bytes() + 60 * MB):
            for _ in range(2000):
                held.append(np.ones(MB // 8))

    with pytest.raises(ConfigError, match=r"--max-memory allows \([0-9,]+ MB\)"):
        take()
    assert len(held) < 1000


def test_what_waits_is_woken():
    with pytest.raises(ConfigError), within(1):
        threading.Event().wait(60)


def test_what_is_undone_is_undone_to_its_end():
    undone = []

    def undo() -> None:
        with within(1) as watch:
            try:
                threading.Event().wait(60)
            finally:
                watch.stop()
                time.sleep(1.5)
                undone.append("all")

    with pytest.raises(ConfigError):
        undo()
    assert undone == ["all"]


def test_what_has_passed_is_not_interrupted(monkeypatch):
    with within(resident_bytes() + 500 * MB) as watch:
        watch.let_pass()
        monkeypatch.setattr(budget, "resident_bytes", lambda: 1 << 60)
        time.sleep(0.5)


def test_what_was_over_does_not_pass(monkeypatch):
    def pass_on() -> None:
        with within(MB) as watch:
            try:
                threading.Event().wait(60)
            except KeyboardInterrupt:  # lost, as in a destructor
                watch.let_pass()

    with pytest.raises(ConfigError):
        pass_on()


@pytest.mark.parametrize(
    ("said", "bytes_"), [("4GB", 4 * 10**9), ("4Gi", 4 << 30), (" 2 GiB", 2 << 30), ("900000000", 9 * 10**8)]
)
def test_sizes(tmp_path, said, bytes_):
    assert settings(tmp_path, max_memory=said).max_memory == bytes_


def test_within_the_limit_nothing_happens():
    with within(resident_bytes() + 500 * MB):
        held = np.ones(MB)
    assert len(held) == MB


def test_other_failures_are_what_they_were():
    with pytest.raises(ZeroDivisionError), within(resident_bytes() + 500 * MB):
        raise ZeroDivisionError
    with pytest.raises(KeyboardInterrupt), within(None):
        raise KeyboardInterrupt


@pytest.mark.parametrize(
    "error", [MemoryError(), pa.ArrowMemoryError("x"), RuntimeError("MemoryError [while running 'Solve']")]
)
def test_the_machine_s_own_limit_is_told_too(error):
    with pytest.raises(ConfigError, match="than this machine has"), within(None):
        raise error


def test_choosing_is_not_begun_without_room():
    room_for(1000, resident_bytes() + 10 * MB)
    with pytest.raises(MemoryError):
        room_for(1_000_000, resident_bytes() + 10 * MB)


def test_a_run_with_little_publishes_the_same_bytes(logs, monkeypatch):  # noqa: F811
    go(logs, registry=str(logs / "one"))
    monkeypatch.setattr(budget, "ALWAYS_BYTES", 0)
    little = resident_bytes() + 400 * MB
    monkeypatch.setattr(budget, "THREAD_BYTES", 3 * little)
    go(logs, registry=str(logs / "two"), max_memory=f"{little}B")
    assert digests(logs / "one") == digests(logs / "two") != {}


@pytest.mark.parametrize(
    ("limit", "told"),
    [
        ("550MB", "is less than any run takes"),
        ("100MB", "is less than any run takes"),
        ("0", "is a size"),
        ("much", "is a size"),
    ],
)
def test_a_run_that_needs_more_ends_with_2(tmp_path, limit, told):
    write_lines(tmp_path / "logs" / "day.jsonl", workplace())
    words = f"--input {tmp_path}/logs/*.jsonl --source native --registry {tmp_path}/registry --window all"
    command = [
        sys.executable,
        "run_pipeline.py",
        *words.split(),
        "--participation",
        "none",
        "--max-memory",
        limit,
    ]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert ended.returncode == 2, ended.stderr
    assert told in ended.stderr
    assert not list((tmp_path / "registry").glob("manifests/*.json"))
    assert not list((tmp_path / "registry" / ".private" / "staging").glob("*"))
