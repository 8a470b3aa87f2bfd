"""Refuse a night whose files did not arrive whole, or changed while they were read, unless a steward accepts it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from etl.config import RunConfig
from etl.errors import DamagedInputError
from etl.input_stamps import InputStamps
from etl.inputs import InputFile

_MOST_NAMED: Final = 3


def check_whole(
    config: RunConfig, files: Sequence[InputFile], stamps: InputStamps, statistics: dict[str, Any]
) -> None:
    """Count what changed among the damaged files, and refuse any unless `--accept-damaged` is set.

    Args:
        statistics: what the reader left; `damaged_files` becomes all numbers of such files, in order.

    Raises:
        DamagedInputError: half a night is not published as a whole one.
    """
    changed = set(stamps.changed())
    damaged = sorted(changed.union(statistics["damaged_files"]))
    statistics["damaged_files"] = damaged
    # Files that cannot be read at all say so themselves.
    if not damaged or config.accept_damaged or statistics["unreadable"]:
        return
    path_of = {file.index: file.path for file in files}
    named = [
        f"{path_of[index]} ({'changed while it was read' if index in changed else 'ends in its middle, or is damaged'})"
        for index in damaged[:_MOST_NAMED]
    ]
    more = [f"{len(damaged) - _MOST_NAMED:,} more"] if len(damaged) > _MOST_NAMED else []
    raise DamagedInputError(
        f"{len(damaged):,} of {len(files):,} input files did not come whole: {', '.join(named + more)}. Nothing was "
        "published, and nothing is kept that would refuse them later: let whatever writes them finish, have them delivered "
        "again, and run again. --accept-damaged publishes what could be read; what comes after that joins as late"
    )
