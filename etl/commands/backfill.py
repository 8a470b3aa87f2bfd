"""`desirepath backfill`: the nights of a span in order, each as `desirepath run --date` would, and only what is missing."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Annotated, Any, Final, NamedTuple, get_type_hints

import typer

from etl.commands.run import PASS_ON, prepare, resolve, resolve_or_tell, run, run_once
from etl.terminal import cell, log_line, print_table, say

SkipEmpty = Annotated[
    bool,
    typer.Option(
        "--skip-empty",
        help="Pass over a night without input or admitted event, and go on. Default: stop there.",
    ),
]
_MOST_NIGHTS: Final = 4000


class Line(NamedTuple):
    """What became of one night."""

    night: date
    state: str
    seconds: float = 0.0
    manifest: dict[str, Any] | None = None


def backfill(context: typer.Context, skip_empty: bool = False, **_: Any) -> int:
    """Release the nights of --window FIRST..LAST one by one, oldest first, each with the flags of `desirepath run`.

    A night that is published or withdrawn is passed over, so the same command goes on where another one stopped.

    It stops at the first night that fails, with that night's exit code.
    """
    from etl.errors import NoEventError, NothingMatchedError

    prepare(context)
    from etl.clock import last_night_over
    from etl.errors import AlreadyPublishedError

    nights, registry, zone = _nights(context)
    taken, over = _taken(registry), last_night_over(zone)
    lines: list[Line] = []
    empty = (NothingMatchedError, NoEventError) if skip_empty else ()
    try:
        for night in nights:
            config = resolve_or_tell(context, date=str(night), window=None)
            if night in taken:
                if taken[night].blocks(over):
                    raise AlreadyPublishedError(taken[night].blocked)
                _add(lines, Line(night, taken[night].said), config.log_format)
                continue
            began = time.monotonic()
            try:
                result = run_once(config, context.args, passes_over=empty)
            except empty:
                _add(
                    lines,
                    Line(night, "nothing to read: passed over", time.monotonic() - began),
                    config.log_format,
                )
                continue
            line = Line(night, result.state, time.monotonic() - began, result.manifest)
            _add(lines, line, config.log_format)
    except BaseException as error:
        goes_on = "the same command goes on from here"
        if isinstance(error, NothingMatchedError | NoEventError):
            goes_on += "; --skip-empty passes over it"
        lines.append(Line(nights[len(lines)], f"failed: {goes_on}"))
        raise
    finally:
        _print(lines)
    return 0


def register(app: typer.Typer) -> None:
    """Add this command to the command line, with the flags of `run`."""
    app.command("backfill", context_settings=PASS_ON)(_with_flags_of(run, backfill))


def _with_flags_of(other: Callable[..., int], function: Callable[..., int]) -> Callable[..., int]:
    """The function, with the other one's parameters after the context."""

    def command(context: typer.Context, **flags: Any) -> int:
        return function(context, **flags)

    hints = get_type_hints(other, include_extras=True)
    own = inspect.Parameter(
        "skip_empty", inspect.Parameter.POSITIONAL_OR_KEYWORD, default=False, annotation=SkipEmpty
    )
    given = [
        parameter.replace(annotation=hints[name])
        for name, parameter in inspect.signature(other).parameters.items()
        if name != "date"
    ]
    command.__doc__ = function.__doc__
    command.__annotations__ = hints | {"skip_empty": SkipEmpty}
    command.__signature__ = inspect.Signature([*given, own])  # type: ignore[attr-defined]  # typer reads it
    return command


class Taken(NamedTuple):
    """A version that holds a night. `last`: its own last night. `simulated`: whether its nights are nobody's."""

    said: str
    version: str
    last: date
    simulated: bool

    def blocks(self, over: date) -> bool:
        """Whether it reaches so far beyond the last night that is `over` that a wrong clock must have named it."""
        return self.last > over + timedelta(days=1) and not self.simulated

    @property
    def blocked(self) -> str:
        """What to do."""
        return (
            f"version {self.version} holds all nights until {self.last}, which are not over: a wrong clock "
            "named it, and none of these nights can be published in this registry, withdrawn or not. Begin another registry "
            "for the nights to come (docs/operating.md, A version of the far future)"
        )


def _nights(context: typer.Context) -> tuple[list[date], str, str]:
    """The nights of the window, the registry, the nights' zone; what is wrong with the settings is told before any runs."""
    from etl.errors import ConfigError

    window = context.params["window"]
    try:
        first, last = (date.fromisoformat(part) for part in str(window).split(".."))
    except ValueError:
        raise ConfigError("backfill needs --window FIRST..LAST: two dates, YYYY-MM-DD") from None
    if not 0 <= (last - first).days < _MOST_NIGHTS:
        raise ConfigError(
            f"--window FIRST..LAST: the first night stands first, and they are at most {_MOST_NIGHTS:,} nights"
        )
    config = resolve(context, date=str(first), window=None)
    nights = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return nights, config.registry, config.night_timezone


def _taken(root: str) -> dict[date, Taken]:
    """The nights that versions cover, live or withdrawn, and which is which."""
    from etl.registry import Registry

    taken = {}
    for version in Registry(root).versions():
        night, last = (date.fromisoformat(version.manifest["window"][end]) for end in ("first", "last"))
        end, simulated = last, bool(version.manifest.get("simulated"))
        said = "there already, in version" if version.is_live else "withdrawn, with version"
        while night <= last:
            taken[night] = Taken(f"{said} {version.name}", version.name, end, simulated)
            night += timedelta(days=1)
    return taken


def _add(lines: list[Line], line: Line, log_format: str) -> None:
    """Note a night and say so: as a sentence, or in a JSON log, which has the run's own lines, where it was passed over."""
    lines.append(line)
    if log_format == "json":
        if line.manifest is None:
            from etl.console import now

            told = {"time": now(), "event": "night", "night": str(line.night), "state": line.state}
            log_line(told)
    else:
        say(f"desirepath: night {line.night}: {line.state}", err=True)


def _print(lines: list[Line]) -> None:
    from rich.table import Table

    table = Table("night", "state", "seconds", "people", "records", "transitions", box=None, pad_edge=False)
    for line in lines:
        figures = ["", "", ""]
        if line.manifest is not None:
            released, share = line.manifest["released"], line.manifest["share"]
            figures = [
                str(line.manifest["people"]),
                f"{released['records']:,}",
                f"{share['transitions']:.1%}",
            ]
        table.add_row(
            str(line.night), cell(line.state), f"{line.seconds:.1f}" if line.seconds else "", *figures
        )
    print_table(table, width=120)
