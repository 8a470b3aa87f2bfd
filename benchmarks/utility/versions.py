"""Publish a log at some k, as a nightly run would, into a registry of its own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from etl.config import K_FLOOR, load_config
from etl.console import Console
from etl.run import run
from examples.next_action.rows import Rows, joined, read_version

_KEY = "5a" * 32
"""Nothing that is measured depends on it."""


@dataclass(frozen=True)
class Version:
    """What a run published: all its rows, the share of the transitions, and how many records there are."""

    rows: Rows | None
    transitions: float
    records: int


def publish(log: Path, source: str, *, k: int, folder: Path) -> Version:
    """Run the job with its defaults on all nights, and read the version back as a researcher does.

    Args:
        log: folder of JSONL files.
        source: `native`, or the path of a mapping.
        k: below 10 it is allowed as the flag does.
        folder: for the registry, and for the caches of reading it.
    """
    registry = folder / f"registry-{k}"
    key = folder / "key"
    if not key.exists():
        key.touch(mode=0o600)
        key.write_text(_KEY)
    values = {
        "input": (str(log),),
        "source": source,
        "registry": registry,
        "window": "all",
        "participation": "none",
        "k": k,
        "allow_low_k": k < K_FLOOR,
        "key_file": key,
        "simulated": source == "native",
        "log_format": "text",
    }
    manifest = run(load_config(None, values), [], Console("text", "utility")).manifest
    splits = read_version(registry, manifest["version"], cache=folder / "cache") if manifest["files"] else {}
    return Version(
        joined(list(splits.values())) if splits else None,
        float(manifest["share"]["transitions"]),
        int(manifest["released"]["records"]),
    )
