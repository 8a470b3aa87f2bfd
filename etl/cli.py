"""The command line: `desirepath`. Errors are one paragraph with an exit code (DESIGN §7), never a traceback."""

from __future__ import annotations

import os
import signal
import sys
import traceback

import typer
from typer.exceptions import TyperException

from etl.commands import inspect_registry, run, simulate
from etl.errors import DesirepathError

BUG, INTERRUPTED, USAGE = 70, 130, 2

app = typer.Typer(
    name="desirepath",
    help="Raw workplace activity logs in, k-anonymous datasets of action sequences out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
run.register(app)
inspect_registry.register(app)
simulate.register(app)


nightly = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
run.register_alone(nightly)


def main(arguments: list[str] | None = None) -> int:
    """`desirepath COMMAND …`; returns the exit code."""
    return _main(app, "desirepath", sys.argv[1:] if arguments is None else arguments)


def main_nightly(arguments: list[str] | None = None) -> int:
    """`run_pipeline.py …`, the nightly job alone; returns the exit code."""
    return _main(nightly, "run_pipeline.py", sys.argv[1:] if arguments is None else arguments)


def _main(commands: typer.Typer, prog: str, arguments: list[str]) -> int:
    signal.signal(
        signal.SIGTERM, _interrupt
    )  # a scheduler's way to interrupt; the default would leave staging behind
    try:
        result = commands(args=arguments, prog_name=prog, standalone_mode=False)
        return result if isinstance(result, int) else 0
    except TyperException as error:  # a flag or an argument is off; without a command it shows the help
        error.show()  # type: ignore[attr-defined]  # every one that parsing raises has it
        return USAGE
    except (typer.Abort, KeyboardInterrupt):
        _say("interrupted; what was staged is removed, nothing was published")
        return INTERRUPTED
    except DesirepathError as error:
        _say(str(error))
        return error.exit_code
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except Exception as error:  # noqa: BLE001  (the last resort: whatever it is, its text may hold a value)
        _say(_bug(error))
        return BUG


def _interrupt(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _say(message: str) -> None:
    sys.stderr.write(f"desirepath: {message}\n")


def _bug(error: BaseException) -> str:
    """A bug, told without its message: an exception's text may quote a row."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [f"{os.path.basename(frame.filename)}:{frame.lineno}" for frame in frames]
    return (
        f"a bug: {type(error).__name__} at {' < '.join(reversed(ours[-4:]))}. Its text is not shown because it could quote "
        "a record; nothing was published. Please report these places"
    )
