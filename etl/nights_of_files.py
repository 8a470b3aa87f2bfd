"""Which night a file says it is of, and which files of nights before may hold more of a window."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

from etl.versions import Version


def claims_night(path: str, night: str | None) -> bool:
    """Whether a file is named after a night: its path holds the date.

    >>> claims_night("/logs/2026-11-16/a.jsonl", "2026-11-16"), claims_night("/logs/20261116.csv", "2026-11-16")
    (True, True)
    >>> claims_night("/logs/2026-11-17.jsonl", "2026-11-16"), claims_night("/logs/1202611160.csv", "2026-11-16")
    (False, False)
    """
    if night is None:
        return False
    return re.search(rf"(?<![0-9]){night.replace('-', '[-_/.]?')}(?![0-9])", path) is not None


def nights_to_read(
    night: date, versions: Sequence[Version], *, late_days: int, files_before: int | None
) -> list[date]:
    """The nights before, latest first, whose files a run for `night` reads as well.

    A night that was published as part of a span (a first load of history) was not read from the files that are named after
    it: what came to these since is late, and must be found.

    Args:
        files_before: of so many nights before in any case; None: of none but these.
    """
    before = {night - timedelta(days=days) for days in range(1, (files_before or 0) + 1)}
    for version in versions:
        window = version.manifest["window"]
        if window.get("kind") == "span" and version.is_live:
            first, last = (date.fromisoformat(window[end]) for end in ("first", "last"))
            late = (night - timedelta(days=days) for days in range(1, late_days + 1))
            before |= {one for one in late if first <= one <= last}
    return sorted(before, reverse=True)


def night_claimed(night: date | None, patterns: Sequence[str], paths: Sequence[str]) -> str | None:
    """The night that files claim by their names; None: no file is chosen for its name, so that none claims anything.

    Who gives the files of all nights loses nothing of what stands in another night's.

    Args:
        night: of the run; None: it is of several. patterns: as given. paths: of the files.
    """
    if night is None:
        return None
    beside = [str(night + timedelta(days=days)) for days in (-1, 1)]
    by_name = any("{date}" in pattern for pattern in patterns)
    if not by_name and any(claims_night(path, other) for path in paths for other in beside):
        return None
    return str(night)
