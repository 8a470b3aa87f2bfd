"""What can be known of an environment before a run: each finding is a plain sentence, and none holds a record's value."""

from __future__ import annotations

import os
import shutil
import sys
import time
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from etl.errors import DesirepathError, NothingMatchedError

if TYPE_CHECKING:
    from etl.keys import Kind

Level = Literal["OK", "WARN", "FAIL"]
_LATER_SECONDS = 300


@dataclass(frozen=True)
class Finding:
    """One sentence: OK, WARN (a run will work, and somebody should look) or FAIL (a run will fail)."""

    level: Level
    sentence: str


def check_python(version: tuple[int, int, int] = sys.version_info[:3]) -> Iterator[Finding]:
    """The interpreter and the libraries, against the minimums of the project."""
    from packaging.requirements import Requirement
    from packaging.specifiers import SpecifierSet

    python, needed = _requirements()
    said = ".".join(map(str, version[:3]))
    if SpecifierSet(python).contains(said):
        yield Finding("OK", f"Python {said}.")
    else:
        yield Finding("FAIL", f"Python {said} will not do: {python} is needed.")
    wrong = []
    for text in needed:
        requirement = Requirement(text)
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
            continue
        try:
            found = metadata.version(requirement.name)
        except metadata.PackageNotFoundError:
            found = ""
        if not found or not requirement.specifier.contains(found, prereleases=True):
            wrong.append(f"{requirement} (found: {found or 'nothing'})")
    if wrong:
        yield Finding(
            "FAIL", f"Libraries are missing or too old: {'; '.join(wrong)}. Install requirements.lock again."
        )
    else:
        yield Finding("OK", "Every library is there, in a version that will do.")


def _requirements() -> tuple[str, list[str]]:
    """What the checkout says, or else what was installed."""
    project = Path(__file__).resolve().parents[1] / "pyproject.toml"
    if project.is_file():
        said = tomllib.loads(project.read_text("utf-8"))["project"]
        return str(said["requires-python"]), list(said["dependencies"])
    installed = metadata.metadata("desirepath")
    return str(installed["Requires-Python"]), metadata.requires("desirepath") or []


def check_clock(zone: str, now: float | None = None, times: Iterable[float] = ()) -> Iterator[Finding]:
    """The time zone of the nights, and the clock against times that cannot be later than now.

    Args:
        times: when files were written, seconds since 1970.
    """
    now = time.time() if now is None else now
    try:
        local = datetime.fromtimestamp(now, ZoneInfo(zone))
        yield Finding("OK", f"The nights are those of {zone}: it is {local:%Y-%m-%d %H:%M} there.")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield Finding(
            "FAIL",
            "The night time zone is not known here: give an IANA name, and install tzdata if it is one.",
        )
    if any(written > now + _LATER_SECONDS for written in times):
        yield Finding(
            "WARN",
            f"The clock says {datetime.fromtimestamp(now, UTC):%Y-%m-%d %H:%M} UTC, and there are files from later than "
            "that: set the clock, or the last night may not be over.",
        )
    else:
        yield Finding("OK", f"The clock says {datetime.fromtimestamp(now, UTC):%Y-%m-%d %H:%M} UTC.")


def check_key(file: Path | None, known: str | None) -> Iterator[Finding]:
    """The pseudonym key, without making one, against the fingerprint that the registry keeps."""
    from etl.keys import PSEUDONYM_KEY, load_key
    from transforms.pseudonym import key_fingerprint

    yield from _key(PSEUDONYM_KEY, lambda: key_fingerprint(load_key(file)), file, known)


def check_pool_key(file: Path | None, known: str | None) -> Iterator[Finding]:
    """The pool key, without making one, against the id that the registry keeps."""
    from etl.keys import POOL_KEY, load_pool_key
    from etl.vault import key_id

    yield from _key(POOL_KEY, lambda: key_id(load_pool_key(file)), file, known)


def _key(kind: Kind, identify: Callable[[], str], file: Path | None, known: str | None) -> Iterator[Finding]:
    from etl.keys import default_file

    own = default_file(kind)
    if file is None and kind.environment not in os.environ and not own.exists():
        missing = f"No {kind.title} is given, and there is none at {own}"
        if known is None:
            yield Finding("WARN", f"{missing}: the first run makes one.")
        else:
            yield Finding("FAIL", f"{missing}: the registry has one; give it with {kind.flag}.")
        return
    try:
        found = identify()
    except DesirepathError as error:
        yield Finding("FAIL", f"The {kind.title} cannot be used: {str(error).rstrip('.')}.")
        return
    if known is None:
        yield Finding("OK", f"The {kind.title} can be read (id {found}); the registry has none yet.")
    elif known == found:
        yield Finding("OK", f"The {kind.title} is the registry's (id {found}).")
    else:
        yield Finding(
            "FAIL",
            f"The {kind.title} has the id {found} and the registry's has {known}: a run would be refused.",
        )


def check_participation(participation: str) -> Iterator[Finding]:
    """Whether the participation file can be read, as a run reads it."""
    from etl.participation_file import parse_participation, read_content

    if participation == "none":
        yield Finding(
            "WARN", "Participation is none: everybody is admitted, and every page of a version says so."
        )
        return
    path = Path(participation)
    try:
        rows = parse_participation(read_content(path), path).num_rows
    except DesirepathError as error:
        yield Finding("FAIL", sentence(error))
        return
    yield Finding("OK", f"The participation file can be read and holds {rows:,} rows.")


def check_input(
    patterns: Iterable[str], source: str, night: str, content: Path | None = None
) -> tuple[list[Finding], int]:
    """Whether the mapping can be used and the input of a night is there; returns its bytes as well."""
    from etl.inputs import find_inputs
    from etl.source import load_mapping

    patterns = tuple(patterns)
    try:
        mapping = load_mapping(source, patterns, night, content=content)
        files = find_inputs(patterns, mapping, date=night)
    except NothingMatchedError as error:
        return [Finding("WARN", f"There is no input for the night {night}: {error}")], 0
    except DesirepathError as error:
        return [Finding("FAIL", sentence(error))], 0
    size = sum(file.size_bytes for file in files)
    unreadable = sum(not os.access(file.path, os.R_OK) for file in files if "://" not in file.path)
    if unreadable:
        return [
            Finding("FAIL", f"{unreadable:,} of {len(files):,} input files cannot be read by this user.")
        ], size
    return [Finding("OK", f"The night {night} has {len(files):,} input files, {_bytes(size)} in all.")], size


def check_space(folder: Path, input_bytes: int, free_bytes: int | None = None) -> Iterator[Finding]:
    """Whether the disk of the registry has room for a run over so much input."""
    there = next((path for path in (folder, *folder.parents) if path.exists()), Path("/"))
    free = shutil.disk_usage(there).free if free_bytes is None else free_bytes
    # Measured: what is staged is a fifth of its JSON lines; of lines that are compressed ten to one, twice the file.
    needed = 2 * input_bytes + (1 << 28)
    told = f"{_bytes(free)} are free where the registry is; a run over this input wants {_bytes(needed)}"
    yield Finding("OK" if free >= needed else "FAIL" if free < needed // 4 else "WARN", f"{told}.")


def check_metrics(path: Path | None) -> Iterator[Finding]:
    """Whether the metrics file can be replaced."""
    if path is None:
        return
    if os.access(path.parent, os.W_OK | os.X_OK):
        yield Finding("OK", f"The metrics file can be written in {path.parent}.")
    else:
        yield Finding("WARN", f"Nothing can be written in {path.parent}: there will be no metrics.")


def _bytes(size: int) -> str:
    for unit in ("bytes", "KiB", "MiB", "GiB"):
        if size < 1024 or unit == "GiB":
            return f"{size:,.0f} {unit}" if unit == "bytes" else f"{size:,.1f} {unit}"
        size /= 1024  # type: ignore[assignment]
    raise AssertionError


def sentence(error: Exception) -> str:
    """The message of an error as one line."""
    text = " ".join(line.strip() for line in str(error).splitlines())
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."
