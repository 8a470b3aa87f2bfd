"""Time, processor time and memory of a command are those of its whole tree of processes."""

from __future__ import annotations

import os
import sys
import time

import pytest

from benchmarks.speed.measure import measure

MB = 10**6
HOLD = "import time; held = bytearray(150_000_000); time.sleep(0.5)"
BURN = "import time\nwhile time.process_time() < 0.5: pass"


def python(code, tmp_path):
    return measure([sys.executable, "-S", "-c", code], cwd=tmp_path, cores=1)


def children(code, count, *, wait=True):
    """A program that runs another so often at once."""
    one = f"subprocess.Popen([sys.executable, '-S', '-c', {code!r}])"
    start = f"import subprocess, sys; all = [{one} for _ in range({count})]"
    return start + ("; [one.wait() for one in all]" if wait else "; import time; time.sleep(0.3)")


def test_time_and_exit_code(tmp_path):
    took = python("import time, sys; time.sleep(0.3); sys.exit(7)", tmp_path)
    assert took.code == 7
    assert 0.3 <= took.seconds < 3
    assert took.cpu_seconds < 0.3


@pytest.mark.parametrize(("count", "least"), [(1, 150), (2, 300)])
def test_memory_is_summed_over_processes(tmp_path, count, least):
    took = python(children(HOLD, count), tmp_path)
    assert least * MB <= took.peak_bytes < (least + 100) * MB


def test_memory_that_is_given_back_before_anybody_looks(tmp_path):
    code = "import time; held = bytearray(150_000_000); del held; time.sleep(0.3)"
    assert 150 * MB <= python(code, tmp_path).peak_bytes < 250 * MB


def test_memory_is_not_that_of_whoever_measures(tmp_path):
    held = bytearray(b"1") * (200 * MB)
    assert python("import time; time.sleep(0.2)", tmp_path).peak_bytes < 100 * MB < len(held)


def test_processor_time_of_children(tmp_path):
    assert 1.0 <= python(children(BURN, 2), tmp_path).cpu_seconds < 2
    # Not waited for by its parent, and so missing in what the kernel sums up.
    assert python(children(BURN, 1, wait=False), tmp_path).cpu_seconds >= 0.35


def test_what_is_left_running_has_ended_before_it_returns(tmp_path):
    code = f"import time; time.sleep(1); open({str(tmp_path / 'late')!r}, 'w')"
    began = time.monotonic()
    took = python(children(code, 1, wait=False), tmp_path)
    assert (tmp_path / "late").exists()
    assert time.monotonic() - began - took.seconds > 0.3


def test_a_core_is_all_that_is_given(tmp_path):
    code = f"import os; open({str(tmp_path / 'cores')!r}, 'w').write(str(len(os.sched_getaffinity(0))))"
    before = os.sched_getaffinity(0)
    assert python(code, tmp_path).code == 0
    assert (tmp_path / "cores").read_text() == "1"
    assert os.sched_getaffinity(0) == before
