"""After the month: the versions together are what is pulled, and everything that says of itself that it is whole is."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pyarrow.parquet as pq

from benchmarks.month.calendar import Month
from benchmarks.month.play import Played, call, digests
from etl.registry import Registry


def pulled(month: Month, played: Played, destination: Path, night: int) -> tuple[int, list[str]]:
    """Pull everything as of a night: how many rows came, and what is not as the manifests of those versions say."""
    registry = played.registry
    call("pull", "--as-of", str(month.date(night)), str(destination), "--registry", str(registry))
    versions = [
        v for v in Registry(registry).live() if v.manifest["window"]["last"] <= str(month.date(night))
    ]
    listed = {file["path"]: file for version in versions for file in version.files}
    problems, rows = [], 0
    found = {str(path.relative_to(destination)): path for path in sorted(destination.rglob("*.parquet"))}
    problems += [f"{name} was pulled, or was not" for name in sorted(found.keys() ^ listed.keys())]
    for name in sorted(found.keys() & listed.keys()):
        content = found[name].read_bytes()
        if hashlib.sha256(content).hexdigest() != listed[name]["sha256"]:
            problems.append(f"{name} has other content")
        rows += pq.ParquetFile(found[name]).metadata.num_rows
    if rows != sum(file["rows"] for file in listed.values()):
        problems.append("the rows pulled are not those of the versions")
    return rows, problems


def told_of_itself(played: Played) -> list[str]:
    """The last lines of `verify` and `audit`; both end with 0."""
    registry = str(played.registry)
    return [call(command, "--registry", registry).strip().splitlines()[-1] for command in ("verify", "audit")]


def unchanged(played: Played, before: dict[str, str]) -> list[str]:
    """What was published then and is not the same now."""
    now = digests(played.registry)
    return sorted(name for name, digest in before.items() if now.get(name) != digest)
