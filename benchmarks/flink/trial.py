"""One run of the second night on the cluster, disturbed or not; and what the registry holds after it."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from benchmarks.flink.cluster import Cluster
from benchmarks.flink.jobs import FlinkJob, look, newest
from benchmarks.flink.world import NIGHTS, World, command, environment, public_bytes

PATIENCE_S: Final = 600
_POLL_S: Final = 0.02


@dataclass(frozen=True)
class Disturbance:
    """`name`: what is done, when. `at`: something that lies in the staging folder by then; nothing: the job is at work for
    `seconds`. `act` is given the job as it stood, and the process of the run."""

    name: str
    at: str | None
    seconds: float
    act: Callable[[FlinkJob, subprocess.Popen[str]], None]


@dataclass(frozen=True)
class Row:
    """What became of one run; `problems`: what may never be."""

    name: str
    exit_code: int
    seconds: float
    restarts: int
    flink_state: str
    wrong: str
    published: bool
    then: str
    readers: dict[int, int]
    problems: tuple[str, ...] = field(default=())


def try_once(
    world: World,
    cluster: Cluster,
    name: str,
    *,
    flags: list[str] | None = None,
    disturbance: Disturbance | None = None,
) -> Row:
    """Run the second night in a fresh copy of the registry, and look; where it was not published, run it again."""
    registry = world.base / "registry"
    shutil.rmtree(registry, ignore_errors=True)
    shutil.copytree(world.template, registry)
    before, last = public_bytes(registry), newest(cluster)
    began = time.monotonic()
    process = _start(world, registry, flags or cluster.flags)
    try:
        problems = [] if disturbance is None else _disturb(cluster, registry, last, process, disturbance)
        _, said = process.communicate(timeout=PATIENCE_S)
    finally:
        process.kill()
        process.wait()
    seconds = time.monotonic() - began
    cluster.mend()
    job_id = newest(cluster)
    job = look(cluster, job_id, in_detail=True) if job_id not in (None, last) and job_id is not None else None
    added = {path: content for path, content in public_bytes(registry).items() if path not in before}
    published = bool(added)
    if process.returncode == 0 and not published:
        problems.append("exit 0, and nothing was published")
    if process.returncode != 0 and published:
        problems.append(f"exit {process.returncode}, and something was published")
    then = "—"
    if not published:
        then = _again(world, cluster, registry)
        added = {path: content for path, content in public_bytes(registry).items() if path not in before}
    problems += _wrong_with(world, registry, added)
    step = None if job is None else job.step("ReadEvents")
    return Row(
        name,
        process.returncode,
        seconds,
        job.restarts if job else 0,
        job.state if job else "none",
        _last_line(said) if process.returncode else (job.wrong if job else ""),
        published,
        then,
        step.by_worker if step else {},
        tuple(problems),
    )


def _start(world: World, registry: Path, flags: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command(world.base, world.bin, registry, NIGHTS[1], world.pieces, flags),
        env=environment(world.base),
        cwd=world.base,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def _disturb(
    cluster: Cluster,
    registry: Path,
    last: str | None,
    process: subprocess.Popen[str],
    disturbance: Disturbance,
) -> list[str]:
    """Wait for the moment and act; the moment that never came is a problem of this harness."""
    since: float | None = None
    while process.poll() is None:
        if disturbance.at is not None:
            has_come = any((registry / ".private" / "staging").glob(f"*/{disturbance.at}"))
        else:
            since = since or (time.monotonic() if newest(cluster) != last else None)
            has_come = since is not None and time.monotonic() - since >= disturbance.seconds
        job_id = newest(cluster) if has_come else None
        if job_id is not None:
            disturbance.act(look(cluster, job_id, in_detail=True), process)
            return []
        time.sleep(_POLL_S)
    return ["the moment did not come"]


def _again(world: World, cluster: Cluster, registry: Path) -> str:
    """The next run of the same night, undisturbed, on the cluster."""
    done = subprocess.run(
        command(world.base, world.bin, registry, NIGHTS[1], world.pieces, cluster.flags),
        env=environment(world.base),
        cwd=world.base,
        capture_output=True,
        timeout=PATIENCE_S,
    )
    return f"the next run: exit {done.returncode}"


def _wrong_with(world: World, registry: Path, added: dict[str, bytes]) -> list[str]:
    """What of a registry is not as it should be, once the night is published."""
    names = sorted(world.expected.keys() | added.keys())
    found = [f"{name} differs" for name in names if added.get(name) != world.expected.get(name)]
    for arguments in (["verify"], ["audit"], ["versions"]):
        done = subprocess.run(
            [str(world.bin / "desirepath"), *arguments, "--registry", str(registry)],
            env=environment(world.base),
            cwd=world.base,
            capture_output=True,
        )
        found += [f"desirepath {arguments[0]} ends with {done.returncode}"] * bool(done.returncode)
    staging = [path.name for path in (registry / ".private" / "staging").glob("*")]
    return found + [f"left in staging: {len(staging)}"] * bool(staging)


def _last_line(said: str) -> str:
    lines = [line for line in said.splitlines() if line.startswith("{")]
    return str(json.loads(lines[-1]).get("message", ""))[:160] if lines else said.strip()[-160:]
