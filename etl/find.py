"""Which local files a pattern means: a file, a folder with the data files below it, or a glob."""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Callable, Iterator
from fnmatch import translate
from typing import NamedTuple

from etl.errors import InputError
from etl.read_stream import unreadable


class Found(NamedTuple):
    """Absolute paths of files to read, and how many files of a folder are none by their names."""

    paths: list[str]
    passed_over: int


def find_local(pattern: str, wanted: Callable[[str], bool]) -> Found:
    """The absolute paths of the regular files that a pattern means, hidden ones only where it names them.

    `**` stands for any folders. A folder that the last part matches is walked: of its files those are read whose names
    are `wanted`. A file that the pattern itself matches is always read. A pattern that exists literally is no glob.

    Raises:
        InputError: a folder on the way cannot be read, or a link leads nowhere.
    """
    pattern = os.path.expanduser(pattern.removeprefix("file://"))
    if os.path.lexists(pattern):
        parts: list[str] = []
        start = os.path.abspath(pattern)
    else:
        start, parts = os.sep, os.path.abspath(pattern).split(os.sep)[1:]
    paths, passed_over = [], 0
    for path, named in _matches(start, parts):
        if named or wanted(path):
            paths.append(path)
        else:
            passed_over += 1
    return Found(paths, passed_over)


def _matches(folder: str, parts: list[str]) -> Iterator[tuple[str, bool]]:
    """Files, and whether the pattern named them rather than their folder."""
    if not parts:
        yield from _below(folder)
        return
    part, rest = parts[0], parts[1:]
    if part == "**":
        for below in _folders(folder):
            yield from _matches(below, rest) if rest else ((path, True) for path in _files(below))
    elif not re.search(r"[*?\[]", part):
        path = os.path.join(folder, part)
        if os.path.isdir(path) or (not rest and os.path.lexists(path)):
            yield from _matches(path, rest)
    else:
        fits = re.compile(translate(part)).match
        for name, is_folder in _listed(folder, hidden=part.startswith(".")):
            if fits(name) and (is_folder or not rest):
                yield from _matches(os.path.join(folder, name), rest)


def _below(path: str) -> Iterator[tuple[str, bool]]:
    if os.path.isdir(path):
        for folder in _folders(path):
            yield from ((file, False) for file in _files(folder))
    else:
        yield from ((file, True) for file in _file(path))


def _folders(folder: str, above: frozenset[str] = frozenset()) -> Iterator[str]:
    """A folder and all below it, links followed; a link back up is not."""
    real = os.path.realpath(folder)
    if real in above:
        return
    yield folder
    for name, is_folder in _listed(folder):
        if is_folder:
            yield from _folders(os.path.join(folder, name), above | {real})


def _files(folder: str) -> Iterator[str]:
    for name, is_folder in _listed(folder):
        if not is_folder:
            yield from _file(os.path.join(folder, name))


def _file(path: str) -> Iterator[str]:
    try:
        regular = stat.S_ISREG(os.stat(path).st_mode)
    except FileNotFoundError:
        raise InputError(
            f"{path} is a link that leads nowhere: mend or remove it, or take it out of --input."
        ) from None
    except OSError as error:
        raise InputError(unreadable(path, error)) from error
    if regular and not os.access(path, os.R_OK):
        raise InputError(unreadable(path, PermissionError(errno.EACCES, "")))
    if regular:
        yield path


def _listed(folder: str, *, hidden: bool = False) -> list[tuple[str, bool]]:
    try:
        with os.scandir(folder) as entries:
            found = [(entry.name, entry.is_dir()) for entry in entries]
    except OSError as error:
        raise InputError(unreadable(folder, error)) from error
    return sorted((name, is_folder) for name, is_folder in found if hidden or not name.startswith("."))
