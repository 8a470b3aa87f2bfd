"""A push in a process of its own, stopped in the middle by a signal."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from tests.hub.registries import REPO, push
from tests.hub.stand_in import Fault


@pytest.mark.parametrize(
    ("how", "code", "where"),
    [
        (signal.SIGINT, 130, "/commit/"),
        (signal.SIGTERM, 130, "/store/"),
        (signal.SIGKILL, -signal.SIGKILL, "/commit/"),
        (signal.SIGKILL, -signal.SIGKILL, "/store/"),
    ],
)
def test_a_push_that_is_stopped_goes_on_the_next_time(how, code, where, world, endpoint, small_registry):
    assert push(small_registry, endpoint) == 0
    expected = world.files(REPO)
    at = max(n for n, (_, path) in enumerate(world.requests, 1) if where in path)
    world.repos.clear()
    world.store.clear()
    world.requests.clear()
    world.fault = Fault(at, "hold", on=False)
    code_of_push = "import sys; from etl.cli import main; sys.exit(main(sys.argv[1:]))"
    command = ["push", "--registry", str(small_registry.root), "--repo", REPO, "--endpoint", endpoint]
    process = subprocess.Popen(
        [sys.executable, "-c", code_of_push, *command],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert world.holding.wait(60)
        process.send_signal(how)
        if how is not signal.SIGKILL and where == "/store/":
            world.let_go.set()  # an upload in a thread is waited for
        _, said = process.communicate(timeout=60)
    finally:
        world.let_go.set()
        process.kill()
    assert process.returncode == code
    assert how is signal.SIGKILL or "goes on where this one stopped" in said
    assert world.repos[REPO].tags == {}
    world.fault = None
    assert push(small_registry, endpoint) == 0
    assert world.files(REPO) == expected
