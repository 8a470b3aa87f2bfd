"""Which local files a pattern means: a file, a folder with all below it, or a glob. Nothing is passed over silently."""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterator
from fnmatch import translate

from etl.errors import InputError
from etl.read_stream import unreadable


def find_local(pattern: str) -> list[str]:
    """The absolute paths of the regular files that a pattern means, hidden ones only where it names them.

    `**` stands for any folders; a folder that the last part matches is read as a whole. A pattern that exists literally
    is not a glob.

    Raises:
        InputError: a folder on the way cannot be read, or a link leads nowhere.
    """
    pattern = os.path.expanduser(pattern.removeprefix("file://"))
    if os.path.lexists(pattern):
        return list(_below(os.path.abspath(pattern)))
    parts = os.path.abspath(pattern).split(os.sep)[1:]
    return list(_matches(os.sep, parts))


def _matches(folder: str, parts: list[str]) -> Iterator[str]:
    if not parts:
        yield from _below(folder)
        return
    part, rest = parts[0], parts[1:]
    if part == "**":
        for below in _folders(folder):
            yield from _matches(below, rest) if rest else _files(below)
    elif not re.search(r"[*?\[]", part):
        path = os.path.join(folder, part)
        if os.path.isdir(path) or (not rest and os.path.lexists(path)):
            yield from _matches(path, rest)
    else:
        fits = re.compile(translate(part)).match
        for name, is_folder in _listed(folder, hidden=part.startswith(".")):
            if fits(name) and (is_folder or not rest):
                yield from _matches(os.path.join(folder, name), rest)


def _below(path: str) -> Iterator[str]:
    if os.path.isdir(path):
        for folder in _folders(path):
            yield from _files(folder)
    else:
        yield from _file(path)


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
