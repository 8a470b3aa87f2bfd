"""`kill -9` at random moments of a process that publishes and withdraws: all is whole, and the next one finishes."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import time
from pathlib import Path

from etl.layout import manifest_of
from etl.registry import Registry
from tests.store.registries import assert_readable, assert_whole, publish

NIGHTS = [f"2026-11-{day}" for day in range(20, 26)]
MOMENTS = 40


def work(root: Path) -> None:
    """What nightly runs do to a registry: each night is published, each second one withdrawn; begun anew it goes on."""
    registry = Registry(root)
    registry.create()
    with registry.locked():
        registry.repair()
        for number, night in enumerate(NIGHTS):
            if not registry.store.exists(manifest_of(night)):
                publish(registry, night)
            if number % 2:
                registry.withdraw(night, "as planned", "steward")


def test_kill_nine(tmp_path):
    fork = multiprocessing.get_context("fork")
    began = time.monotonic()
    work(tmp_path / "undisturbed")
    whole_s = time.monotonic() - began
    draws, finished = random.Random(7), 0
    for moment in range(MOMENTS):
        root = tmp_path / f"r{moment}"
        process = fork.Process(target=work, args=(root,))
        process.start()
        time.sleep(draws.uniform(0, whole_s))
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        finished += process.exitcode == 0
        registry = Registry(root)
        if (root / "README.md").exists():
            assert_readable(registry)
        work(root)
        registry.repair()
        assert_whole(registry)
        assert [v.name for v in registry.versions()] == NIGHTS
        assert [v.name for v in registry.live()] == NIGHTS[::2]
        assert list(root.rglob(".*.partial")) == []
    assert MOMENTS - finished >= 10  # so many were hit at work, also on a machine that got faster meanwhile
