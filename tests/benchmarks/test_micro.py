"""The micro-benchmarks still measure what is there: each runs once on its smallest log, untimed."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_each_runs():
    pytest.importorskip("pytest_benchmark", reason="pytest-benchmark is not installed")
    (recipe,) = re.findall(
        r"^\t@\$\(BIN\)/python (-m pytest benchmarks/micro .*)\$\(ARGS\)$", makefile(), re.M
    )
    arguments = shlex.split(recipe)
    smallest = "020 or 01"
    done = subprocess.run(
        [sys.executable, *arguments, "--benchmark-disable", "-q", "-k", smallest],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    written = sum(
        path.read_text("utf-8").count("\ndef bench_") for path in (ROOT / "benchmarks/micro").glob("*.py")
    )
    assert f"{written} passed" in done.stdout


def makefile():
    return (ROOT / "Makefile").read_text("utf-8")
