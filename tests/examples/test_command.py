"""The example as its README says it is run: on a registry that a run published, in a fresh process."""

from __future__ import annotations

import re
import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest

from tests.etl.workplace import KEY, go, write_log

ROOT = Path(__file__).resolve().parents[2]
COLOURS = ("red", "green", "blue", "white", "black", "yellow")
THINGS = ("chart", "table", "letter", "budget", "drawing", "invoice")
STEPS = ("open", "edit", "save")


def work(person):
    """One thing after the other, far enough apart to be sessions of their own; everybody leaves out a third."""
    for index, (colour, thing) in enumerate(product(COLOURS, THINGS)):
        for minute, step in enumerate(STEPS):
            if (person + index) % 3:
                hour, rest = divmod(40 * index + minute, 60)
                yield {
                    "user_id": f"account-{person}",
                    "ts": f"2026-11-22T{hour:02}:{rest:02}:00Z",
                    "event_type": "click",
                    "app": "Desk",
                    "target": f"{step} {colour} {thing}",
                }


@pytest.fixture(scope="module")
def registry(tmp_path_factory):
    folder = tmp_path_factory.mktemp("next-action")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DESIREPATH_KEY", KEY)
        write_log(
            folder,
            (record for person in range(40) for record in work(person)),
        )
        go(folder, participation="none")
    return folder / "registry"


def example(registry, *arguments):
    command = [sys.executable, "-m", "examples.next_action", str(registry), *arguments]
    cache = registry.parent / "cache"
    fresh = {"PATH": "/usr/bin", "HF_HOME": str(cache), "HF_HUB_OFFLINE": "1"}
    return subprocess.run(
        [*command, "--cache", str(cache)], capture_output=True, text=True, cwd=ROOT, env=fresh
    )


def test_end_to_end(registry):
    ended = example(registry, "2026-11-22", "--steps", "60")
    assert ended.returncode == 0, ended.stderr
    first, *lines = ended.stdout.splitlines()
    assert re.fullmatch(r"\d+ sequences for training, standing for [\d,]+; \d+ different actions", first)
    assert lines
    for line in lines:
        right, five, bits, perplexity = map(float, re.findall(r"\d+\.\d+", line))
        assert 0 <= right <= five <= 1
        assert 2**bits == pytest.approx(perplexity, rel=0.05)
    assert {line.split()[1] for line in lines} == {"n-gram", "neural"}


def test_a_version_that_is_not_there(registry):
    ended = example(registry, "2026-11-23")
    assert ended.returncode == 1
    assert "live with rows: 2026-11-22" in ended.stderr
    assert "Traceback" not in ended.stderr
