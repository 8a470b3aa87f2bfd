"""The private record of a run: what was read, with which code, settings and machine, and whether the counts add up.

It stays in `.private/runs/`. The key is never in it, nor what an address or a runner's flag may hold of credentials.
"""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from etl import __version__
from etl.budget import cores
from etl.config import RunConfig
from etl.console import Console
from etl.input_digests import InputDigests

LIBRARIES: Final = (
    "apache-beam",
    "pyarrow",
    "numpy",
    "numba",
    "pandas",
    "great-expectations",
    "datasets",
    "cryptography",
)
_GIT_SECONDS: Final = 5


def open_record(
    config: RunConfig, inputs: InputDigests, beam_flags: list[str], console: Console
) -> dict[str, Any]:
    """Begin the record of a run; `close_record` adds the digests of its inputs."""
    console.reads(inputs)
    return {
        "run": console.run_id,
        "inputs": inputs.files,
        "code": {"version": __version__, **git_revision()},
        "configuration": configuration(config),
        "beam_flags": sorted({flag.partition("=")[0] for flag in beam_flags if flag.startswith("--")}),
        "machine": machine(),
    }


def close_record(facts: dict[str, Any], console: Console, *, state: str | None = None) -> dict[str, Any]:
    """The record with what is known by now: digests of the inputs, timings, and whether the counts add up.

    Args:
        facts: of `open_record`, with `exact`, the exact manifest, where the run got that far.
        state: how the run ended; then it waits for digests, as nothing else has to wait any more. None: it has not.
    """
    closed = facts | {"seconds": console.stage_seconds()} | ({} if state is None else {"state": state})
    if console.inputs is not None:
        if state is not None:
            console.inputs.wait()
        closed["inputs"] = console.inputs.records()
        closed["inputs_commitment"] = console.inputs.commitment()
    if "exact" in facts:
        closed["reconciliation"] = reconcile(facts["exact"])
    return closed


def reconcile(exact: dict[str, Any]) -> dict[str, Any]:
    """Whether every row and every action of the exact manifest is accounted for.

    >>> rows = {"read": 5, "kept": 3, "rejected": {"x": 1}, "dropped": {"y": 1}}
    >>> exact = {"rows": rows, "actions": 3, "released": {"events": 2}, "withheld": {"actions": {"z": 1}}}
    >>> [part["holds"] for part in reconcile(exact).values()]
    [True, True]
    """
    rows = exact["rows"]
    rejected, dropped = sum(rows["rejected"].values()), sum(rows["dropped"].values())
    released, withheld = exact["released"]["events"], sum(exact["withheld"]["actions"].values())
    return {
        "rows": {
            "read": rows["read"],
            "kept": rows["kept"],
            "rejected": rejected,
            "dropped": dropped,
            "holds": rows["read"] == rows["kept"] + rejected + dropped,
        },
        "actions": {
            "admitted": exact["actions"],
            "released": released,
            "withheld": withheld,
            "holds": exact["actions"] == released + withheld,
        },
    }


def configuration(config: RunConfig) -> dict[str, Any]:
    """The settings that were in force; the key is none of them, only where it lies."""
    return {
        name: [without_credentials(item) for item in value]
        if isinstance(value, list)
        else without_credentials(value)
        for name, value in config.model_dump(mode="json").items()
    }


def without_credentials(value: Any) -> Any:
    """An address without the user and password that may stand in it; anything else as it is.

    >>> without_credentials("s3://me:secret@host/logs?token=x"), without_credentials("/logs/me@host")
    ('s3://host/logs', '/logs/me@host')
    """
    if not isinstance(value, str) or "://" not in value:
        return value
    return re.sub(r"://[^/?#]*@", "://", value).partition("?")[0]


def machine() -> dict[str, Any]:
    """What the run ran on; not what it is called."""
    try:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError, AttributeError):
        memory = None
    return {
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "platform": f"{sys.platform} {platform.machine()}",
        "cores": cores(),
        "memory_bytes": memory,
        "libraries": {name: _version(name) for name in LIBRARIES},
    }


def git_revision() -> dict[str, Any]:
    """`git_revision` and whether files differ from it, where the code runs from a checkout; else nothing."""
    root = Path(__file__).resolve().parents[1]
    if not (root / ".git").exists():
        return {}
    try:
        revision = _git(root, "rev-parse", "HEAD")
        changed = bool(_git(root, "status", "--porcelain", "--untracked-files=no"))
    except (OSError, subprocess.SubprocessError):
        return {}
    return {"git_revision": revision, "git_changed": changed}


def _git(root: Path, *arguments: str) -> str:
    command = ["git", "--no-optional-locks", "-C", str(root), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_GIT_SECONDS, check=True)
    return done.stdout.strip()


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
