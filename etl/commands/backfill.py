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
    nights, registry = _nights(context)
    taken = _taken(registry)
    lines: list[Line] = []
    empty = (NothingMatchedError, NoEventError) if skip_empty else ()
    try:
        for night in nights:
            config = resolve_or_tell(context, date=str(night), window=None)
            if night in taken:
                _add(lines, Line(night, taken[night]), config.log_format)
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


def _nights(context: typer.Context) -> tuple[list[date], str]:
    """The nights of the window, and the registry; what is wrong with the settings is told before the first one runs."""
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
    registry = resolve(context, date=str(first), window=None).registry
    return [first + timedelta(days=n) for n in range((last - first).days + 1)], registry


def _taken(root: str) -> dict[date, str]:
    """The nights that versions cover, live or withdrawn, and which is which."""
    from etl.registry import Registry

    taken = {}
    for version in Registry(root).versions():
        night, last = (date.fromisoformat(version.manifest["window"][end]) for end in ("first", "last"))
        said = "there already, in version" if version.is_live else "withdrawn, with version"
        while night <= last:
            taken[night] = f"{said} {version.name}"
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
