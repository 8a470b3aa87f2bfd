"""A window that is taken: the same content again is nothing to do, anything else is refused (docs/decisions/0014)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import orjson

from etl.config import RunConfig
from etl.errors import AlreadyPublishedError
from etl.execute import run_pipeline
from etl.history import touching
from etl.input_check import check_input
from etl.job import Job
from etl.manifest import policy_of
from etl.registry import Registry
from etl.settle import Result, record_of, where_of
from etl.state import KNOWN_BY, SHAPED_BY, read_content
from etl.versions import Version
from transforms.ledger import known_by, shaped_by

_LATER_THAN_SOME: Final = frozenset({"max_session_hours"})
"""Settings that versions of before have not: what they were published under is not known to differ."""

_IN_FORCE: Final = "min_outside_unit"
"""The policy as published says the j in force: 0 where nobody's unit was known."""


def published_already(
    config: RunConfig,
    job: Job,
    registry: Registry,
    versions: Sequence[Version],
    beam_flags: list[str],
    keep: Callable[[dict[str, Any]], None],
    whole: Callable[[dict[str, Any]], None],
) -> Result | None:
    """None: the window is free. Else how it ends.

    Args:
        keep: keeps dead letters and the record of the run, with these statistics.
        whole: refuses the statistics of files that did not come whole.

    Raises:
        AlreadyPublishedError: the window touches nights that are published with other content, or were withdrawn.
    """
    if not versions:
        return None
    window = planned_window(config)
    if window is not None:
        taken = touching(versions, window)
        if not taken:
            return None
        if _same_window(taken, window) is None:
            raise _refused(config, window, taken, _overlap(taken))
    from etl.pipeline import build_reading

    run_pipeline(job, beam_flags, build_reading)
    statistics = orjson.loads(job.staging.statistics.read_bytes())
    keep(statistics)
    whole(statistics)
    check_input(config, statistics, registry, record_of(job.staging), late=statistics["candidates"])
    window = window or measured_window(config, statistics)
    taken = touching(versions, window)
    if not taken:
        return None
    same = _same_window(taken, window)
    content = _alike(content_of(job))
    if same is None:
        raise _refused(config, window, taken, _overlap(taken))
    if _alike(read_content(registry, same.name)) != content:
        raise _refused(
            config,
            window,
            taken,
            "with other content (other records, another mapping or names file, somebody who does not take part any more)",
        )
    if other := _other_settings(same.manifest["policy"], policy_of(config, config.min_outside_unit)):
        raise _refused(config, window, taken, f"under another policy ({', '.join(other)})")
    return Result(same.manifest, "already published with the same content", where_of(registry, same.manifest))


def content_of(job: Job) -> dict[str, Any]:
    """What is remembered of a window's content: the keyed sum over its events, and how they are read."""
    content: dict[str, Any] = orjson.loads(job.staging.content.read_bytes())
    mapping, key = job.events.mapping, job.draw.ledger_key
    read_as = {KNOWN_BY: known_by(mapping, key=key), SHAPED_BY: shaped_by(mapping, key=key)}
    return content | {"drop_repeats": job.anonymity.drop_repeats} | read_as


def planned_window(config: RunConfig) -> dict[str, Any] | None:
    """First and last night and their time zone, where the configuration says them; None: all time."""
    if config.nights is None:
        return None
    first, last = config.nights
    return {"first": str(first), "last": str(last), "timezone": config.night_timezone}


def measured_window(config: RunConfig, statistics: dict[str, Any]) -> dict[str, Any]:
    """The same, as the clocks of enough people say (`etl.span`)."""
    first, last = statistics["nights"]
    return {"first": first, "last": last, "timezone": config.night_timezone}


def _alike(content: dict[str, Any] | None) -> dict[str, Any] | None:
    """What makes two contents the same: however their events are recognised."""
    return content and {name: value for name, value in content.items() if name not in (KNOWN_BY, SHAPED_BY)}


def _same_window(taken: Sequence[Version], window: dict[str, Any]) -> Version | None:
    """The one live version of this very window, if that is all that it touches."""
    only = taken[0]
    same = all(only.manifest["window"][name] == value for name, value in window.items())
    return only if len(taken) == 1 and only.is_live and same else None


def _refused(
    config: RunConfig, window: dict[str, Any], taken: Sequence[Version], how: str
) -> AlreadyPublishedError:
    names = ", ".join(old.name if old.is_live else f"{old.name} (withdrawn)" for old in taken)
    first, last = window["first"], window["last"]
    which = f"the night {first}" if first == last else f"the window {first}..{last}"
    return AlreadyPublishedError(
        f"{which} is taken {how}: {names}. A published version never changes, and no event is released twice, also when "
        f"the version that it was in is withdrawn. {_late_events(config, taken)}; for anything else choose "
        "other nights, or another registry"
    )


def _late_events(config: RunConfig, taken: Sequence[Version]) -> str:
    """What becomes of events that came late, as this command is given."""
    if not config.late_days:
        return "Events that came late join no other night (--late-days 0)"
    nights = (
        "the next night's run" if config.late_days == 1 else f"the runs of the next {config.late_days} nights"
    )
    if not any("{date}" in pattern for pattern in config.input):
        return f"Events that came late join {nights} by themselves, if the input still holds them"
    if all(old.manifest["window"].get("kind") == "span" for old in taken):
        return f"Events that came late join {nights} by themselves: they read this night's files again"
    return f"Events that came late join {nights}, if these are given their files (--files-before 1 or more)"


def _overlap(taken: Sequence[Version]) -> str:
    """How a window is taken that is not that of one live version."""
    if all(not old.is_live for old in taken):
        return "by what was withdrawn"
    return "by versions of another window or time zone"


def _other_settings(published: dict[str, Any], asked: dict[str, Any]) -> list[str]:
    """The names of the settings that differ; none: it is the same policy."""
    other = [
        name
        for name in sorted(asked.keys() | published.keys())
        if name not in (_IN_FORCE, *(_LATER_THAN_SOME - published.keys()))
        and (name not in asked or name not in published or asked[name] != published[name])
    ]
    return other if published[_IN_FORCE] in (asked[_IN_FORCE], 0) else [*other, _IN_FORCE]
