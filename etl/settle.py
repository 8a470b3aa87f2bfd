"""The end of a run: publish or quarantine; and what is kept for stewards."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from etl.canonical import dump
from etl.config import RunConfig
from etl.errors import QuarantinedError
from etl.layout import DEAD_LETTERS, RUNS, data_of, manifest_of, report_of
from etl.registry import Registry
from etl.staging import Staging
from etl.store import is_url
from expectations.gates import Check, verdict

PUBLISHED: Final = "published"


@dataclass(frozen=True)
class Result:
    """How a run ended: the public manifest, the state in words, and where things are."""

    manifest: dict[str, Any]
    state: str
    where: dict[str, Path | str]


def settle(
    config: RunConfig,
    registry: Registry,
    staging: Staging,
    manifest: dict[str, Any],
    checks: list[Check],
    report: str,
    *,
    before_publication: Callable[[], None],
) -> Result:
    """Publish, or say why not. Needs the registry's lock.

    Args:
        before_publication: writes what goes with the version, and means nothing without its manifest.
    """
    version = manifest["version"]
    if verdict(checks) == "quarantined":
        failed = [check.sentence for check in checks if check.severity == "critical" and not check.success]
        folder = registry.quarantine(staging, manifest, report)
        raise QuarantinedError(
            f"version {version} failed {len(failed)} critical checks and was not published: {'; '.join(failed)} "
            f"It is kept for stewards in {folder}",
            manifest["gates"],
        )
    if config.dry_run:
        return Result(manifest, "dry run: nothing was published", {})
    before_publication()
    registry.publish(staging, manifest, report)
    return Result(manifest, PUBLISHED, where_of(registry, manifest))


def keep_dead_letters(registry: Registry, staging: Staging) -> None:
    """Keep the run's dead letters, also when the run fails afterwards."""
    registry.store.replace(_dead_letters(staging), staging.dead_letters.read_bytes())


def keep_run(registry: Registry, staging: Staging, facts: dict[str, Any]) -> None:
    """Keep what stewards may need of a run: exact figures, and which file is which number. Called again, it adds."""
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    registry.store.replace(record_of(staging), dump({**facts, "written": now}))


def forget_run(registry: Registry, staging: Staging) -> None:
    """Remove both: what they say may be about somebody who does not take part any more."""
    for name in (_dead_letters(staging), record_of(staging)):
        registry.store.remove(name)


def _dead_letters(staging: Staging) -> str:
    return f"{DEAD_LETTERS}/{staging.root.name}.parquet"


def record_of(staging: Staging) -> str:
    """The name of the run's record: its id, as its log lines have it."""
    return f"{RUNS}/{staging.root.name}.json"


def where_of(registry: Registry, manifest: dict[str, Any]) -> dict[str, Path | str]:
    """Where what a version has is, for a person."""
    version = manifest["version"]
    where: dict[str, Path | str] = {
        "report": registry.where(report_of(version)),
        "manifest": registry.where(manifest_of(version)),
    }
    if manifest["files"]:
        load = f'load_dataset("{registry.root}", "{version}")'
        if is_url(registry.root):  # a remote registry is pulled before it is loaded
            load = f"desirepath pull {version} FOLDER --registry {registry.where()}"
        where = {"version": registry.where(data_of(version)), **where, "load": load}
    return where
