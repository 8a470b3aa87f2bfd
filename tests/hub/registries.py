"""Small registries to push, and one push as it is run."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

from etl.cli import main
from etl.parquet import write_release
from etl.registry import Registry
from tests.etl.test_registry import manifest, released

REPO = "acme/paths"


def new_registry(root: Path, versions: dict[str, int]) -> Registry:
    """A registry with these versions and so many sequences in each."""
    registry = Registry(root)
    registry.create()
    for version, records in versions.items():
        add_version(registry, version, records)
    return registry


def add_version(registry: Registry, version: str, records: int = 40, **fields: Any) -> None:
    staging = registry.staging(f"run-{version}")
    paths = write_release(
        released(*([f"{version} {i}", "b"] for i in range(records)), [version]), staging.data
    )
    files = [
        {
            "path": f"data/{version}/{path.relative_to(staging.data)}",
            "sha256": sha256(path.read_bytes()).hexdigest(),
            "rows": 1,
        }
        for path in paths
    ]
    told = manifest(version, files)
    told["policy"]["participation"] = "registry"
    registry.publish(staging, told | fields, "<html>")
    staging.remove()


def withdraw(registry: Registry, version: str) -> None:
    with registry.locked():
        registry.withdraw(version, "asked for", "steward")


def push(registry: Registry, endpoint: str, *flags: str) -> int:
    return main(["push", "--registry", str(registry.root), "--repo", REPO, "--endpoint", endpoint, *flags])
