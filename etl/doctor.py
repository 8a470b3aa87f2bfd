"""What can be known of an environment before a run: each finding is a plain sentence, and none holds a record's value."""

from __future__ import annotations

import os
import shutil
import sys
import time
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from etl.errors import DesirepathError, NothingMatchedError

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


def check_pool_key(file: Path | None, is_registry: bool) -> Iterator[Finding]:
    """The pool key, without making one. Whether it is the right one only what it has sealed can tell."""
    from etl.keys import POOL_KEY, default_file, load_pool_key

    if file is None and POOL_KEY.environment not in os.environ and not default_file(POOL_KEY).exists():
        level: Level = "FAIL" if is_registry else "WARN"
        yield Finding(
            level,
            f"No pool key is given, and there is none at {default_file(POOL_KEY)}: "
            + ("give it with --pool-key-file." if is_registry else "the first run makes one."),
        )
        return
    try:
        load_pool_key(file)
    except DesirepathError as error:
        yield Finding("FAIL", f"The pool key cannot be used: {str(error).rstrip('.')}.")
        return
    yield Finding("OK", "The pool key can be read.")


def check_key(key_file: Path | None, known_fingerprint: str | None) -> Iterator[Finding]:
    """The pseudonym key, without making one, against the fingerprint that the registry keeps."""
    from etl.keys import PSEUDONYM_KEY, default_file, load_key
    from transforms.pseudonym import key_fingerprint

    own = default_file(PSEUDONYM_KEY)
    if key_file is None and PSEUDONYM_KEY.environment not in os.environ and not own.exists():
        level: Level = "WARN" if known_fingerprint is None else "FAIL"
        yield Finding(
            level,
            f"No key is given, and there is none at {own}: "
            + (
                "the first run makes one."
                if level == "WARN"
                else "the registry has one; give it with --key-file."
            ),
        )
        return
    try:
        fingerprint = key_fingerprint(load_key(key_file))
    except DesirepathError as error:
        yield Finding("FAIL", f"The key cannot be used: {str(error).rstrip('.')}.")
        return
    if known_fingerprint is None:
        yield Finding("OK", f"The key can be read (fingerprint {fingerprint}); the registry has none yet.")
    elif known_fingerprint == fingerprint:
        yield Finding("OK", f"The key is the registry's (fingerprint {fingerprint}).")
    else:
        yield Finding(
            "FAIL",
            f"The key has fingerprint {fingerprint} and the registry's has {known_fingerprint}: a run would be refused.",
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


def check_input(patterns: Iterable[str], source: str, night: str) -> tuple[list[Finding], int]:
    """Whether the input of a night is there; returns its bytes as well."""
    from etl.inputs import find_inputs
    from etl.source import load_mapping

    patterns = tuple(patterns)
    try:
        files = find_inputs(patterns, load_mapping(source, patterns, night), date=night)
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
