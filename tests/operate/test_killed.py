"""Killed and interrupted runs of the real command: the registry can be read after each, and the next run finishes the work.

Few moments, for speed; `make kill-table` has them all (docs/kill-table.md).
"""

from __future__ import annotations

import signal
from functools import partial
from pathlib import Path

import pytest

from benchmarks.kill_table.running import Running, killed_at
from benchmarks.kill_table.state import examine, tells
from benchmarks.kill_table.world import NIGHTS, World, public_bytes, run_here, simulate_small

NIGHT = NIGHTS[0]

pytestmark = pytest.mark.timeout(900)  # on a busy machine each start of Python takes its time


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    base = tmp_path_factory.mktemp("killed")
    secrets = simulate_small(base, nights=1)
    assert run_here(base, base / "undisturbed", NIGHT) == (0, "published")
    return World(base, base / "none", {NIGHT: public_bytes(base / "undisturbed")}, secrets, 0.0)


def test_killed_three_times_and_interrupted_it_ends_as_if_undisturbed(world, tmp_path):
    registry, temporary = tmp_path / "registry", tmp_path / "tmp"

    def start(**more: str) -> Running:
        return Running(world, registry, NIGHT, temporary, more={"KILL_BELOW": str(registry), **more})

    def left() -> tuple[str, ...]:
        state = examine(world, registry, temporary)
        assert state.problems == ()
        assert state.live == ()
        return state.remains

    running = start()
    killed_at(running, "cut", 0.0)
    assert running.ended() == -signal.SIGKILL
    assert any(what.startswith("staging") for what in left())

    running = start(KILL_BEFORE=f"os.link manifests/{NIGHT}.json")
    running.watch()
    assert running.ended() == -signal.SIGKILL
    assert f"data of {NIGHT} that nothing names" in left()

    running = start(KILL_BEFORE=f"os.rename data/{NIGHT}")
    running.watch()
    assert running.ended() == -signal.SIGKILL
    assert f"data of {NIGHT} that nothing names" not in left()

    running = start()
    running.at("solve", partial(running.tell, signal.SIGTERM))
    running.watch()
    assert running.ended() == 130
    assert not any(what.startswith("staging") for what in left())

    assert run_here(world.base, registry, NIGHT) == (0, "published")
    assert public_bytes(registry) == world.expected[NIGHT]
    end = examine(world, registry, temporary)
    assert (end.live, end.remains, end.problems) == ((NIGHT,), (), ())


def test_what_tells_of_somebody_is_found(world, tmp_path):
    """The search that the table rests on finds an account in a file, in a name, and inside compressed Parquet."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    secret = next(s.decode() for s in world.secrets if b"." in s)
    (tmp_path / "a.bin").write_bytes(b"\0" + secret.encode() + b"\0")
    (tmp_path / secret).touch()
    pq.write_table(pa.table({"who": [secret] * 9}), tmp_path / "b.parquet", compression="zstd")
    with pa.ipc.new_stream(str(tmp_path / "c.arrow"), pa.schema([("who", pa.string())])) as stream:
        stream.write_table(pa.table({"who": [secret]}))
    (tmp_path / "d.txt").write_text("nothing of anybody")
    assert tells(world, tmp_path, Path("/nonexistent")) == sorted(["a.bin", "b.parquet", "c.arrow", secret])
