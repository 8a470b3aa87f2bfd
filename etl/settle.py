"""The end of a run: publish, find that it is there already, refuse, or quarantine; and what is kept for stewards."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from etl.config import RunConfig
from etl.errors import AlreadyPublishedError, QuarantinedError
from etl.registry import Registry, dump, write_atomically
from etl.staging import Staging
from etl.window import bounds_us
from expectations.gates import Check, verdict


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
) -> Result:
    """Publish, or say why not. Needs the registry's lock."""
    version = manifest["version"]
    if verdict(checks) == "quarantined":
        failed = [check.sentence for check in checks if check.severity == "critical" and not check.success]
        folder = registry.quarantine(staging, manifest, report)
        raise QuarantinedError(
            f"version {version} failed {len(failed)} critical checks and was not published: {'; '.join(failed)} "
            f"It is kept for stewards in {folder}",
            manifest["gates"],
        )
    before = registry.manifest(version)
    if before is not None and before["files"] == manifest["files"] and before["policy"] == manifest["policy"]:
        return Result(before, "already published with the same content", _where(registry, before))
    touching = [old["version"] for old in registry.manifests() if _touch(old["window"], manifest["window"])]
    if touching:
        raise AlreadyPublishedError(
            f"the window {manifest['window']['first']}..{manifest['window']['last']} touches what is published with "
            f"other content: {', '.join(touching)}. A published version never changes, and no event is released twice: "
            "choose other nights, or another registry"
        )
    if config.dry_run:
        return Result(manifest, "dry run: nothing was published", {})
    registry.publish(staging, manifest, report)
    return Result(manifest, "published", _where(registry, manifest))


def keep_dead_letters(registry: Registry, staging: Staging) -> None:
    """Keep the run's dead letters, also when the run fails afterwards."""
    write_atomically(_dead_letters(registry, staging), staging.dead_letters.read_bytes())


def keep_run(registry: Registry, staging: Staging, facts: dict[str, Any]) -> None:
    """Keep what stewards may need of a run: exact figures, and which file is which number. Called again, it adds."""
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    write_atomically(_record(registry, staging), dump({**facts, "written": now}))


def forget_run(registry: Registry, staging: Staging) -> None:
    """Remove both: what they say may be about somebody who does not take part any more."""
    for path in (_dead_letters(registry, staging), _record(registry, staging)):
        path.unlink(missing_ok=True)


def _dead_letters(registry: Registry, staging: Staging) -> Path:
    return registry.private / "dead-letters" / f"{staging.root.name}.parquet"


def _record(registry: Registry, staging: Staging) -> Path:
    return registry.private / "runs" / f"{staging.root.name}.json"


def _where(registry: Registry, manifest: dict[str, Any]) -> dict[str, Path | str]:
    version = manifest["version"]
    where: dict[str, Path | str] = {
        "report": registry.reports / f"{version}.html",
        "manifest": registry.manifests_folder / f"{version}.json",
    }
    if manifest["files"]:
        load = f'load_dataset("{registry.root}", "{version}")'
        where = {"version": registry.root / "data" / version, **where, "load": load}
    return where


def _touch(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two windows share an instant, whatever the time zones of their nights."""
    (first, end), (other_first, other_end) = _instants(one), _instants(other)
    return first < other_end and other_first < end


def _instants(window: dict[str, Any]) -> tuple[int, int]:
    return bounds_us(
        (date.fromisoformat(window["first"]), date.fromisoformat(window["last"])), window["timezone"]
    )
