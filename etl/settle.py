"""The end of a run: publish, find that it is there already, refuse, or quarantine; and what is kept for stewards."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from etl.config import RunConfig
from etl.errors import AlreadyPublishedError, QuarantinedError
from etl.layout import DEAD_LETTERS, RUNS, data_of, manifest_of, report_of
from etl.registry import Registry, dump
from etl.staging import Staging
from etl.store import is_url
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
            f"It is kept for stewards in {folder}"
        )
    versions = registry.versions()
    for old in versions:
        before = old.manifest
        same = before["files"] == manifest["files"] and before["policy"] == manifest["policy"]
        if old.is_live and old.name == version and same:
            return Result(before, "already published with the same content", _where(registry, before))
    touching = [old for old in versions if _touch(old.manifest["window"], manifest["window"])]
    if touching:
        names = ", ".join(old.name if old.is_live else f"{old.name} (withdrawn)" for old in touching)
        raise AlreadyPublishedError(
            f"the window {manifest['window']['first']}..{manifest['window']['last']} touches what is published with "
            f"other content, or was withdrawn: {names}. A published version never changes, and no event is released twice, "
            "also when the version that it was in is withdrawn: choose other nights, or another registry"
        )
    if config.dry_run:
        return Result(manifest, "dry run: nothing was published", {})
    registry.publish(staging, manifest, report)
    return Result(manifest, "published", _where(registry, manifest))


def keep_dead_letters(registry: Registry, staging: Staging) -> None:
    """Keep the run's dead letters, also when the run fails afterwards."""
    registry.store.replace(_dead_letters(staging), staging.dead_letters.read_bytes())


def keep_run(registry: Registry, staging: Staging, facts: dict[str, Any]) -> None:
    """Keep what stewards may need of a run: exact figures, and which file is which number. Called again, it adds."""
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    registry.store.replace(_record(staging), dump({**facts, "written": now}))


def forget_run(registry: Registry, staging: Staging) -> None:
    """Remove both: what they say may be about somebody who does not take part any more."""
    for name in (_dead_letters(staging), _record(staging)):
        registry.store.remove(name)


def _dead_letters(staging: Staging) -> str:
    return f"{DEAD_LETTERS}/{staging.root.name}.parquet"


def _record(staging: Staging) -> str:
    return f"{RUNS}/{staging.root.name}.json"


def _where(registry: Registry, manifest: dict[str, Any]) -> dict[str, Path | str]:
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


def _touch(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two windows share an instant, whatever the time zones of their nights."""
    (first, end), (other_first, other_end) = _instants(one), _instants(other)
    return first < other_end and other_first < end


def _instants(window: dict[str, Any]) -> tuple[int, int]:
    return bounds_us(
        (date.fromisoformat(window["first"]), date.fromisoformat(window["last"])), window["timezone"]
    )
