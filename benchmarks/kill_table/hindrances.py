"""What hinders a run without killing it: signals, a full disk, a registry that cannot be written, another run."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final

from benchmarks.kill_table.kills import Row, looked_at
from benchmarks.kill_table.running import Running
from benchmarks.kill_table.world import NIGHTS, World, copy

INTERRUPTED, STORAGE, LOCKED = 130, 74, 75
ROOM_KB: Final = (8, 64, 128, 192)
"""Free space of the full disks: a run of the small workplace needs more than the last."""

_POWERS: Final = "-dac_override,-dac_read_search"


def interrupts(world: World, folder: Path) -> Iterator[Row]:
    """SIGINT and SIGTERM in several stages: 130, nothing in staging."""
    for number in (signal.SIGINT, signal.SIGTERM):
        for stage in ("read", "solve", "gates"):
            registry, temporary = copy(world.template, folder / "registry"), folder / "tmp"
            running = Running(world, registry, NIGHTS[1], temporary)
            running.at(stage, partial(running.tell, number))
            running.watch()
            running.wait_for_stage()
            code = running.ended()
            row = looked_at(
                world, registry, temporary, "interrupt", f"{number.name} at the line of `{stage}`", f"exit {code}",
                code=code, may_end=(INTERRUPTED, 0) if stage == "gates" else (INTERRUPTED,),
            )  # fmt: skip
            yield _without_staging(row)


def _without_staging(row: Row) -> Row:
    """An interrupted or refused run clears its staging itself."""
    if "staging" not in row.after:
        return row
    return Row(row.kind, row.moment, row.outcome, row.after, row.second, (*row.problems, "staging is left"))


def hindered(world: World, folder: Path) -> Iterator[Row]:
    """What the system refuses, where this user may arrange it; else the row says that it was not tried."""
    for name, rows in (
        ("disk full", disk_full),
        ("registry read-only", read_only),
        ("permission denied", permission_denied),
    ):
        try:
            yield from map(_without_staging, rows(world, folder))
        except (PermissionError, subprocess.CalledProcessError, FileNotFoundError):
            yield Row(
                "hindered", name, "not tried: mounting or changing the user is not permitted", "", "", ()
            )
    yield from two_at_once(world, folder)


def disk_full(world: World, folder: Path) -> Iterator[Row]:
    """The registry on a disk with little room, at several amounts of it."""
    for room_kb in ROOM_KB:
        with _disk(folder / "disk") as disk:
            registry = copy(world.template, disk / "registry")
            _resize(disk, shutil.disk_usage(disk).used // 1024 + room_kb)
            code, stage, temporary = _ended(world, registry, folder)
            yield looked_at(
                world, registry, temporary, "hindered", f"disk full: {room_kb} KiB of room",
                f"exit {code} in `{stage}`", code=code, may_end=(STORAGE,), mend=partial(_resize, disk, 1 << 16),
            )  # fmt: skip


def read_only(world: World, folder: Path) -> Iterator[Row]:
    """The registry mounted so that nothing can be written."""
    registry = copy(world.template, folder / "registry")
    _call("mount", "--bind", str(registry), str(registry))
    try:
        _call("mount", "-o", "remount,ro,bind", str(registry))
        code, stage, temporary = _ended(world, registry, folder)
        yield looked_at(
            world, registry, temporary, "hindered", "registry read-only", f"exit {code} in `{stage}`", code=code,
            may_end=(STORAGE,), mend=partial(_call, "mount", "-o", "remount,rw,bind", str(registry)),
        )  # fmt: skip
    finally:
        _call("umount", str(registry))


def permission_denied(world: World, folder: Path) -> Iterator[Row]:
    """A registry in which nothing may be written; and one of which only data and manifests are like that."""
    # the superuser is asked for no permission, unless that is taken away
    obedient = () if os.geteuid() else ("setpriv", f"--bounding-set={_POWERS}", f"--inh-caps={_POWERS}")
    for label in ("registry", "data, manifests"):
        registry = copy(world.template, folder / "registry")
        roots = [registry] if label == "registry" else [registry / name for name in label.split(", ")]
        folders = [path for root in roots for path in (root, *root.rglob("*")) if path.is_dir()]
        modes = {path: path.stat().st_mode & 0o777 for path in folders}
        for path in folders:
            path.chmod(0o555)
        code, stage, temporary = _ended(world, registry, folder, prefix=obedient)
        yield looked_at(
            world, registry, temporary, "hindered", f"permission denied: {label}", f"exit {code} in `{stage}`",
            code=code, may_end=(STORAGE,), mend=partial(_chmod, modes),
        )  # fmt: skip


def _chmod(modes: dict[Path, int]) -> None:
    for path, mode in modes.items():
        path.chmod(mode)


def two_at_once(world: World, folder: Path) -> Iterator[Row]:
    """A second run while the first works: it ends at once, and harms nothing."""
    registry, temporary = copy(world.template, folder / "registry"), folder / "tmp"
    first = Running(world, registry, NIGHTS[1], temporary)
    codes: list[int] = []

    def start_second() -> None:
        second = Running(world, registry, NIGHTS[1], temporary)
        second.watch()
        codes.append(second.ended())

    first.at("read", start_second)
    first.watch()
    first.wait_for_stage()
    codes.insert(0, first.ended())
    problems = [] if codes == [0, LOCKED] else [f"ended with {codes}"]
    row = looked_at(
        world, registry, temporary, "hindered", "two runs at once", f"exit {codes[0]} and exit {codes[-1]}",
        code=codes[0], may_end=(0,),
    )  # fmt: skip
    yield Row(row.kind, row.moment, row.outcome, row.after, row.second, (*row.problems, *problems))


def _ended(
    world: World, registry: Path, folder: Path, *, prefix: tuple[str, ...] = ()
) -> tuple[int, str, Path]:
    temporary = folder / "tmp"
    shutil.rmtree(temporary, ignore_errors=True)
    running = Running(world, registry, NIGHTS[1], temporary, prefix=prefix)
    running.watch()
    return running.ended(), running.stage, temporary


@contextmanager
def _disk(folder: Path) -> Iterator[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    _call("mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(folder))
    try:
        yield folder
    finally:
        _call("umount", str(folder))


def _resize(disk: Path, kilobytes: int) -> None:
    _call("mount", "-o", f"remount,size={kilobytes}k", str(disk))


def _call(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
