"""The moments at which a run is killed, and the row of the table that comes of each."""

from __future__ import annotations

import random
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from benchmarks.kill_table.running import Running, killed_after, killed_at
from benchmarks.kill_table.state import differs, examine
from benchmarks.kill_table.world import NIGHTS, World, copy, run_here, run_undisturbed
from etl.progress import STAGES

KILLED: Final = -9
SHORT: Final = ("random", "publication", "change")
"""Kinds of rows whose next run is within this process."""

PUBLICATION_S: Final = 0.06
"""How long after the gates' line a run is done, with some to spare."""


@dataclass(frozen=True)
class Row:
    """One moment: how the run ended, what was left, what the next run did; `problems`: what may never be."""

    kind: str
    moment: str
    outcome: str
    after: str
    second: str
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Moment:
    """`kill` gets a started run and ends it; `more`: what its environment has besides; `third`: also run a night later."""

    kind: str
    label: str
    kill: Callable[[Running], None]
    more: dict[str, str]
    third: bool = False


def moments(
    world: World, *, seed: int, spread: int, publication: int, last_changes: int, folder: Path
) -> Iterator[Moment]:
    """Every stage's first line, random moments over the run and around publication, before each change to the registry."""
    for stage in ("start", *STAGES, "end"):
        yield Moment("stage", f"at the line of `{stage}`", partial(killed_at, stage=stage, delay_s=0.0), {})
    draw = random.Random(seed)
    for seconds in sorted(draw.uniform(0.1, world.seconds) for _ in range(spread)):
        yield Moment("random", f"after {seconds:.2f} s", partial(killed_after, seconds=seconds), {})
    for delay in sorted(draw.uniform(0, PUBLICATION_S) for _ in range(publication)):
        label = f"{1000 * delay:.0f} ms after the line of `gates`"
        yield Moment("publication", label, partial(killed_at, stage="gates", delay_s=delay), {})
    made = list(enumerate(changes(world, folder), 1))
    for number, change in made[-last_changes:]:
        more = {"KILL_AT": str(number)}
        yield Moment("change", f"{number}: before `{change}`", _by_itself, more, third=number % 4 == 0)


def _by_itself(running: Running) -> None:
    running.watch()


def changes(world: World, folder: Path) -> list[str]:
    """What an undisturbed run changes in the registry outside of staging, in order."""
    registry, listing = copy(world.template, folder / "listed"), folder / "changes"
    listing.unlink(missing_ok=True)
    code, _ = run_undisturbed(
        world.base, registry, NIGHTS[1], KILL_BELOW=str(registry), KILL_LIST=str(listing)
    )
    if code != 0:
        raise RuntimeError(f"the run whose changes are listed ended with {code}")
    return [_plain(line) for line in listing.read_text().splitlines()]


def _plain(change: str) -> str:
    """Without what differs from run to run, and without the module that the change is made through."""
    named = re.sub(r"\d{8}T\d{6}Z-[0-9a-f]{8}", "RUN", change.removeprefix("os."))
    return re.sub(r"\.[0-9a-f]+\.partial", ".partial", named)


def row_of(world: World, moment: Moment, folder: Path) -> Row:
    """Kill a run of the second night at a moment, look, run again, and once more for the night after."""
    registry, temporary = copy(world.template, folder / "registry"), folder / "tmp"
    shutil.rmtree(temporary, ignore_errors=True)
    running = Running(
        world, registry, NIGHTS[1], temporary, more={"KILL_BELOW": str(registry), **moment.more}
    )
    moment.kill(running)
    code = running.ended()
    outcome = f"killed in `{running.stage}`" if code == KILLED else f"ended with {code} before"
    return looked_at(
        world, registry, temporary, moment.kind, moment.label, outcome, third=moment.third, may_end=(KILLED, 0),
        code=code,
    )  # fmt: skip


def looked_at(
    world: World,
    registry: Path,
    temporary: Path,
    kind: str,
    moment: str,
    outcome: str,
    *,
    code: int,
    may_end: tuple[int, ...],
    third: bool = False,
    mend: Callable[[], None] | None = None,
) -> Row:
    """What a disturbed run of the second night left, and what the next one makes of it.

    Args:
        code, may_end: how the run ended, and how it may.
        third: whether the third night is run as well.
        mend: what is done before the next run.
    """
    left = examine(world, registry, temporary)
    problems = [*left.problems]
    if code not in may_end:
        problems.append(f"ended with {code}")
    if NIGHTS[0] not in left.live or not set(left.live) <= set(NIGHTS[:2]):
        problems.append(f"live: {', '.join(left.live)}")
    published = "published" if NIGHTS[1] in left.live else "not published"
    if mend is not None:
        mend()
    run = run_here if kind in SHORT else run_undisturbed
    again, state = run(world.base, registry, NIGHTS[1])
    second = [f"exit {again}, {state}"]
    nights: tuple[str, ...] = NIGHTS[:2]
    if third:
        code_of_third, state_of_third = run(world.base, registry, NIGHTS[2])
        second.append(f"the night after: exit {code_of_third}, {state_of_third}")
        problems += [f"the night after ended with {code_of_third}"] if code_of_third else []
        nights = NIGHTS
    wrong = differs(world, registry, nights)
    problems += [f"the next run ended with {again}"] if again else []
    problems += [f"not as undisturbed: {name}" for name in wrong]
    end = examine(world, registry, temporary)
    problems += [f"after the next run: {problem}" for problem in end.problems]
    problems += [f"after the next run there is still {what}" for what in end.remains]
    second.append("the same bytes" if not wrong else f"{len(wrong)} other files")
    left_behind = ", ".join(left.remains) or "nothing to put right"
    return Row(kind, moment, outcome, f"{published}; {left_behind}", "; ".join(second), tuple(problems))
