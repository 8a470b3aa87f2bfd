"""A small workplace on disk, a registry with its first night, and how its other nights come out undisturbed."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections import defaultdict
from contextlib import redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final
from unittest import mock

from etl.cli import main_nightly
from etl.ending import INTERRUPTED
from etl.simulate import Simulation, simulate

ROOT: Final = Path(__file__).resolve().parents[2]
HOOK: Final = Path(__file__).parent / "hook"
KEY: Final = "5a" * 32
POOL_KEY: Final = "6b" * 32
NIGHTS: Final = ("2026-11-02", "2026-11-03", "2026-11-04")
SMALL: Final = Simulation(
    events=9_000, people=70, units=6, nights=3, start=date(2026, 11, 2), seed=3, files=1, delivery="nightly",
    late_share=0.05, night_shift_share=0.1,
)  # fmt: skip
PUBLIC: Final = ("data", "manifests", "reports")


@dataclass(frozen=True)
class World:
    """`template`: a registry with the first night. `expected`: what each later night adds to the public files.

    `secrets`: who is in the log, and what fewer than k people have in it.
    """

    base: Path
    template: Path
    expected: dict[str, dict[str, bytes]]
    secrets: tuple[bytes, ...]
    seconds: float


def command(base: Path, registry: Path, night: str) -> list[str]:
    """The nightly job on the log below a folder, as a scheduler calls it."""
    return [
        sys.executable, str(ROOT / "run_pipeline.py"), "--input", str(base / "logs" / "delivered-{date}-*.jsonl"),
        "--source", "native", "--registry", str(registry), "--date", night, "--simulated", "--log-format", "json",
        "--participation", str(base / "logs" / "participation.csv"),
    ]  # fmt: skip


def environment(temporary: Path, **more: str) -> dict[str, str]:
    """Of a run: the key, a folder for temporary files of its own, and the hook in its path."""
    temporary.mkdir(parents=True, exist_ok=True)
    temporary.chmod(0o777)
    path = os.pathsep.join((str(HOOK), str(ROOT)))
    keys = {"DESIREPATH_KEY": KEY, "DESIREPATH_POOL_KEY": POOL_KEY}
    return {**os.environ, **keys, "TMPDIR": str(temporary), "PYTHONPATH": path, **more}


def run_undisturbed(base: Path, registry: Path, night: str, **more: str) -> tuple[int, str]:
    """A run to its end: its exit code, and the state that its log ends with."""
    done = subprocess.run(
        command(base, registry, night),
        env=environment(base / "tmp", **more),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    return done.returncode, _last_state(done.stderr)


def run_here(base: Path, registry: Path, night: str) -> tuple[int, str]:
    """The same within this process, without the seconds that Python takes to start."""
    (base / "tmp").mkdir(exist_ok=True)
    said = io.StringIO()
    with (
        mock.patch.dict(os.environ, environment(base / "tmp")),
        redirect_stderr(said),
        redirect_stdout(io.StringIO()),
    ):
        code = main_nightly(command(base, registry, night)[2:])
    if code == INTERRUPTED:  # whoever stops the harness while it runs the job means the harness
        raise KeyboardInterrupt
    return code, _last_state(said.getvalue())


def _last_state(log: str) -> str:
    lines = [line for line in log.splitlines() if line.startswith("{")]
    return str(json.loads(lines[-1]).get("state", "")) if lines else ""


def public_bytes(registry: Path) -> dict[str, bytes]:
    """What a registry publishes, but what is derived from it anew with every version."""
    return {
        str(path.relative_to(registry)): path.read_bytes()
        for folder in PUBLIC
        for path in sorted((registry / folder).rglob("*"))
        if path.is_file()
    }


def copy(registry: Path, to: Path) -> Path:
    """A registry anew at another place."""
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(registry, to)
    return to


def build(base: Path, *, nights: int = len(NIGHTS)) -> World:
    """Simulate, publish the first night as the template, then the others."""
    secrets = simulate_small(base)
    template, reference = base / "template", base / "reference"
    expected: dict[str, dict[str, bytes]] = {}
    seconds = 0.0
    for night in NIGHTS[:nights]:
        before = public_bytes(reference)
        began = time.monotonic()
        code, state = run_undisturbed(base, reference, night)
        seconds = time.monotonic() - began
        if (code, state) != (0, "published"):
            raise RuntimeError(f"the undisturbed run of {night} ended with {code}, {state}")
        expected[night] = {name: c for name, c in public_bytes(reference).items() if name not in before}
        if night == NIGHTS[0]:
            copy(reference, template)
    return World(base, template, expected, secrets, seconds)


def simulate_small(base: Path, *, nights: int = SMALL.nights) -> tuple[bytes, ...]:
    """Write the log of the small workplace; who is in it, and what fewer than k people have in it."""
    events = SMALL.events * nights // SMALL.nights
    simulate(replace(SMALL, nights=nights, events=events), base / "logs")
    return secrets_of(base / "logs", k=10)


def secrets_of(logs: Path, *, k: int) -> tuple[bytes, ...]:
    """Accounts, and texts of fewer than k accounts that are more than words: those may stand on a page by themselves."""
    users: defaultdict[str, set[str]] = defaultdict(set)
    for path in logs.glob("*.jsonl"):
        for line in path.read_text("utf-8").splitlines():
            with suppress(json.JSONDecodeError):
                record = json.loads(line)
                for name in ("user_id", "target", "text"):
                    users[record.get(name) or ""].add(record["user_id"])
    common = " ".join(text for text, who in users.items() if len(who) >= k)
    rare = {text for text, who in users.items() if len(who) < k and len(text) > 7 and text not in common}
    wordy = {text for text in rare if re.fullmatch(r"[A-Za-z/ ]*", text)}
    return tuple(text.encode() for text in sorted((rare - wordy).union(*users.values())))
