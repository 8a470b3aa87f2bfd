"""The command line: `desirepath`. Errors are one paragraph with an exit code (DESIGN §7), never a traceback."""

from __future__ import annotations

import gc
import io
import os
import signal
import sys
import traceback
from typing import Annotated

import typer
from typer.exceptions import TyperException

from etl import __version__, interruption, logs
from etl.command_words import refuse_unreadable
from etl.commands import (
    backfill,
    doctor,
    privacy,
    push,
    research,
    run,
    simulate,
    steward,
)
from etl.console import now
from etl.ending import BUG, INTERRUPTED
from etl.errors import DesirepathError
from etl.terminal import log_line, say

USAGE = 2
_INTERRUPTED = "interrupted; what was staged is removed, and the next run completes or removes a publication that had begun"
_TOO_LITTLE = (
    "this needs more memory than the machine has: see that the input or the registry is the one that you mean"
)
_WITHOUT_FILES = {
    4: "an input file cannot be used, or none was found; run with --log-format text to see which",
    74: "reading or writing failed; run with --log-format text to see where",
}

app = typer.Typer(
    name="desirepath",
    help="Raw workplace activity logs in, k-anonymous datasets of action sequences out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        say(f"desirepath {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version and exit."),
    ] = False,
) -> None:
    pass


run.register(app)
backfill.register(app)
doctor.register(app)
research.register(app)
push.register(app)
steward.register(app)
privacy.register(app)
simulate.register(app)


nightly = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
run.register_alone(nightly)


def main(arguments: list[str] | None = None) -> int:
    """`desirepath COMMAND …`; returns the exit code."""
    return _alone(app, "desirepath") if arguments is None else _main(app, "desirepath", arguments)


def main_nightly(arguments: list[str] | None = None) -> int:
    """`run_pipeline.py …`, the nightly job alone; returns the exit code."""
    name = "run_pipeline.py"
    return _alone(nightly, name) if arguments is None else _main(nightly, name, arguments)


def _alone(commands: typer.Typer, prog: str) -> int:
    """As a process's one task: what libraries build up is not searched for cycles again and again, nor at the end."""
    gc.set_threshold(200_000, 30, 30)
    # Threads whose kernels let go of the interpreter want it back for an instant, ten times as often as is usual.
    sys.setswitchinterval(0.0005)
    # The system's allocator takes a tenth to a sixth less memory than the one that Arrow brings (decision 18).
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    interruption.listen(lambda code: _end(code, _INTERRUPTED))
    code = _main(commands, prog, sys.argv[1:])
    interruption.usual_end()
    gc.freeze()
    if logs.interrupted.is_set():  # threads that have a file in their hands are not waited for
        sys.stdout.flush()
        os._exit(code)
    return code


def _main(commands: typer.Typer, prog: str, arguments: list[str]) -> int:
    logs.interrupted.clear()
    logs.use_json(False)
    logs.use_run(None)
    for number in (signal.SIGINT, signal.SIGTERM):  # SIGTERM is how a scheduler interrupts
        signal.signal(number, _interrupt)
    try:
        refuse_unreadable(arguments)
        result = commands(args=arguments, prog_name=prog, standalone_mode=False)
        return result if isinstance(result, int) else 0
    except TyperException as error:  # a flag or an argument is off; without a command it shows the help
        shown = io.StringIO()  # what it says may quote what was given
        error.show(file=shown)  # type: ignore[attr-defined]  # every one that parsing raises has it
        say(shown.getvalue(), err=True, nl=False)
        return USAGE
    except (typer.Abort, KeyboardInterrupt):
        interruption.usual_end()
        return _end(INTERRUPTED, _INTERRUPTED)
    except DesirepathError as error:
        interruption.usual_end()
        return _end(error.exit_code, str(error), may_name_files=error.may_name_files)
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except MemoryError:
        return _end(USAGE, _TOO_LITTLE)
    except Exception as error:  # noqa: BLE001  (the last resort: whatever it is, its text may hold a value)
        if logs.interrupted.is_set():  # a runner wraps what a step raises
            return _end(INTERRUPTED, _INTERRUPTED)
        return _end(BUG, _bug(error))


def _interrupt(_signal: int, _frame: object) -> None:
    logs.interrupted.set()
    raise KeyboardInterrupt


def _end(code: int, message: str, *, may_name_files: bool = False) -> int:
    """Say how the run ended: a paragraph, or in a JSON log one line, which never names an input file."""
    if logs.is_json():
        run = {} if logs.run_id() is None else {"run": logs.run_id()}
        line: dict[str, object] = {"time": now(), **run, "event": "end", "state": "failed", "exit": code}
        line["message"] = _WITHOUT_FILES.get(code, message) if may_name_files else message
        log_line(line)
    else:
        say(f"desirepath: {message}", err=True)
    return code


def _bug(error: BaseException) -> str:
    """A bug, told without its message: an exception's text may quote a row."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [f"{os.path.basename(frame.filename)}:{frame.lineno}" for frame in frames]
    return (
        f"a bug: {type(error).__name__} at {' < '.join(reversed(ours[-4:]))}. Its text is not shown because it could quote "
        "a record; nothing was published. Please report these places"
    )
