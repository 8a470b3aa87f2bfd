"""A process that is deep in work ends in time all the same, and undoes what must be undone."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DEAF = """
import sys, pathlib, time
from etl import interruption
left = pathlib.Path(sys.argv[1])
interruption.listen(lambda code: sys.stderr.write(f"ended with {code}"))
with interruption.undone_by(left.unlink):
    left.write_text("x")
    while True:
        try:
            time.sleep(60)
        except KeyboardInterrupt:
            pass  # as compiled code that hears nothing
"""


def test_a_process_that_hears_nothing_ends_within_two_seconds(tmp_path):
    left = tmp_path / "left"
    with subprocess.Popen(
        [sys.executable, "-c", DEAF, str(left)], cwd=ROOT, stderr=subprocess.PIPE, text=True
    ) as process:
        while not left.exists():
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        began = time.monotonic()
        _, said = process.communicate(timeout=20)
        assert time.monotonic() - began < 3  # two seconds, and what a busy machine adds
    assert (process.returncode, said) == (130, "ended with 130")
    assert not left.exists()
