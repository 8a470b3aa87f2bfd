"""Write to standard output and standard error: the one place, so that no text of anybody's steers a terminal.

Messages, file names, reasons, names of versions: all of it is shown as `etl.visible` spells it.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from etl.visible import json_line, visible, visible_json

if TYPE_CHECKING:
    from rich.table import Table

_FILE_WIDTH = 1_000
"""Where nobody looks at a terminal no cell is broken."""


def say(text: str, *, err: bool = False, nl: bool = True) -> None:
    """Write text on standard output, or on standard error."""
    _write(visible(text, lines=True) + ("\n" if nl else ""), err=err)


def say_json(text: str, *, nl: bool = True) -> None:
    """Write JSON on standard output; a program reads the same from it."""
    _write(visible_json(text) + ("\n" if nl else ""), err=False)


def log_line(fields: dict[str, Any]) -> None:
    """Write a line of a JSON log on standard error."""
    _write(json_line(fields) + "\n", err=True)


def cell(text: object) -> str:
    """Text as it may stand in a table of rich: visible, and no markup."""
    from rich.markup import escape

    return escape(visible(str(text)))


def print_table(table: Table | str, *, width: int = _FILE_WIDTH) -> None:
    """Print a table whose texts are `cell`s. `width`: where standard output is no terminal."""
    from rich.console import Console

    Console(width=None if sys.stdout.isatty() else width).print(table)


def _write(text: str, *, err: bool) -> None:
    stream = sys.stderr if err else sys.stdout
    # A terminal of another encoding than UTF-8 shows what it lacks as escapes, too.
    encoding = getattr(stream, "encoding", None) or "utf-8"
    stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
    stream.flush()
