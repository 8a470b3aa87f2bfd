"""Say what became of events whose times a run does not believe, or holds back."""

from __future__ import annotations

from typing import Any

from etl.config import RunConfig
from etl.console import Console
from etl.errors import NoEventError
from transforms.believed import BEHIND
from transforms.decode import reasons


def tell_clocks(
    config: RunConfig, statistics: dict[str, Any], outcome: dict[str, Any], console: Console
) -> None:
    """Tell the operator of rejected clocks and of nights that are left for runs of their own.

    Raises:
        NoEventError: nothing is left: all is of nights that are not over.
    """
    last = statistics["nights"][1] if statistics["nights"] else None
    future = statistics["rejected"].get(reasons.TIME_IN_FUTURE, 0) + outcome[reasons.TIME_IN_FUTURE]
    if future:
        console.note(
            "some records are of a time that this run cannot know (time_in_future): a clock was ahead; their places are "
            "among the dead letters"
            + (". If they are right, give --latest DATE" if config.window == "all" else "")
        )
    early = outcome[reasons.TIME_OUT_OF_RANGE]
    if early:
        console.note(
            "some records are of long before the others (time_out_of_range): a clock was wrong; if they are right, give "
            "--earliest DATE"
        )
    if not outcome[BEHIND]:
        return
    if outcome["fresh"] == 0:
        raise NoEventError(
            f"all events are of nights after {last}, and these are not over: run them when they are, or give --unfinished. "
            "Nothing was published"
        )
    console.note(
        f"the version ends with {last}, the last night that is over and that {config.k} people agree on: what is later "
        "(outside_window) is in no version; run these nights with --date, given all their files"
    )
