"""A simulated workplace of two nights: the first published here, the second as it comes out here, to compare with."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from benchmarks.kill_table.world import secrets_of
from etl.simulate import Simulation, simulate

KEYS: Final = {"DESIREPATH_KEY": "5a" * 32, "DESIREPATH_POOL_KEY": "6b" * 32}
NIGHTS: Final = ("2026-11-02", "2026-11-03")
PUBLIC: Final = ("data", "manifests", "reports")


@dataclass(frozen=True)
class Pieces:
    """How the work is cut: bytes of a split, and buckets of people."""

    split_mb: float
    buckets: int


@dataclass(frozen=True)
class World:
    """`template`: a registry with the first night, and with what waits of it. `expected`: what the second adds to the public
    files. `seconds`: what that took here. `accounts`: who is in the log; `secrets`: also
    what fewer than k people have in it."""

    base: Path
    bin: Path
    events: int
    people: int
    pieces: Pieces
    template: Path
    expected: dict[str, bytes]
    seconds: float
    accounts: tuple[bytes, ...]
    secrets: tuple[bytes, ...]

    @property
    def expected_data(self) -> int:
        """How many of the files are data."""
        return sum(name.startswith("data/") for name in self.expected)


def build(base: Path, bin_folder: Path, *, events: int, people: int, pieces: Pieces) -> World:
    """Simulate, publish both nights with the local runner, and keep the first as the template."""
    simulation = Simulation(
        events=events, people=people, units=8, nights=len(NIGHTS), start=date.fromisoformat(NIGHTS[0]), seed=7, files=1,
        delivery="nightly", late_share=0.02, night_shift_share=0.05,
    )  # fmt: skip
    simulate(simulation, base / "logs")
    reference, template = base / "reference", base / "template"
    for night in NIGHTS:
        before = public_bytes(reference)
        began = time.monotonic()
        here = command(base, bin_folder, reference, night, pieces, [])
        subprocess.run(here, env=environment(base), check=True, cwd=base, stdout=subprocess.DEVNULL)
        seconds = time.monotonic() - began
        if night == NIGHTS[0]:
            shutil.copytree(reference, template)
    added = {name: content for name, content in public_bytes(reference).items() if name not in before}
    return World(
        base,
        bin_folder,
        events,
        people,
        pieces,
        template,
        added,
        seconds,
        _accounts(base / "logs"),
        secrets_of(base / "logs", k=10),
    )


def _accounts(logs: Path) -> tuple[bytes, ...]:
    found = set()
    for path in logs.glob("*.jsonl"):
        for line in path.read_bytes().splitlines():
            with suppress(json.JSONDecodeError):
                found.add(str(json.loads(line)["user_id"]).encode())
    return tuple(sorted(account for account in found if len(account) > 5))


def tells(folder: Path, secrets: tuple[bytes, ...]) -> list[str]:
    """The files below a folder that hold an account or a rare text of the log."""
    found = []
    for path in sorted(folder.rglob("*")):
        content = path.read_bytes() if path.is_file() else b""
        is_library = content.startswith(b"PK")  # each task manager has all of Flink's
        if not is_library and any(secret in content for secret in secrets):
            found.append(str(path.relative_to(folder)))
    return found


def command(
    base: Path, bin_folder: Path, registry: Path, night: str, pieces: Pieces, beam_flags: list[str]
) -> list[str]:
    """The nightly job, as a scheduler calls it, with the installed wheel."""
    return [
        str(bin_folder / "desirepath"), "run", "--input", str(base / "logs" / "delivered-{date}-*.jsonl"),
        "--source", "native", "--registry", str(registry), "--date", night, "--simulated", "--log-format", "json",
        "--participation", str(base / "logs" / "participation.csv"), "--split-mb", str(pieces.split_mb),
        "--buckets", str(pieces.buckets), *beam_flags,
    ]  # fmt: skip


def environment(base: Path) -> dict[str, str]:
    """Of a run: the keys, and no path to the checkout."""
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "TMPDIR")}
    return {**kept, **KEYS, "HOME": str(base)}


def public_bytes(registry: Path) -> dict[str, bytes]:
    """What a registry publishes, but what is derived from it anew with every version."""
    return {
        str(path.relative_to(registry)): path.read_bytes()
        for folder in PUBLIC
        for path in sorted((registry / folder).rglob("*"))
        if path.is_file()
    }
