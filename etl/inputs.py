"""The files of a run and how they are split, so that one large file feeds many workers."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from etl.compression import EXTENSIONS, Compression, compression_of
from etl.errors import ConfigError, InputError, NothingMatchedError
from etl.find import find_local
from etl.read_head import Head, read_head
from etl.read_parquet import row_group_bytes
from etl.read_stream import is_remote
from transforms.mapping import Format, Mapping


@dataclass(frozen=True)
class InputFile:
    """One file. `index`: the rank of its full name among the run's inputs, in code-point order."""

    index: int
    path: str
    size_bytes: int
    compression: Compression | None
    format: Format


@dataclass(frozen=True)
class Split:
    """A part of a file: the records whose first byte lies in [start, end), or its row groups start … end − 1.

    Attributes:
        end: None: to the end of a stream of unknown length.
        is_whole: read as one stream from its first byte; else `start` and `end` are bytes of the file as it lies.
        newline: the byte that ends a line.
        names: the columns of a delimited file, in order.
        body: where the first record can start, behind a byte-order mark and a header (in the stream as UTF-8).
    """

    file: InputFile
    start: int
    end: int | None
    is_whole: bool = True
    newline: int = 10
    names: tuple[str, ...] = ()
    body: int = 0


def find_inputs(
    patterns: Sequence[str],
    mapping: Mapping,
    *,
    date: str | None,
    before: Sequence[str] = (),
    before_is_enough: bool = False,
    on_passed_over: Callable[[int], None] | None = None,
) -> list[InputFile]:
    """Find the files, each once, by any of its names' first in order.

    Args:
        patterns: files, folders and globs, local or of any Beam file system; `{date}` stands for the run's date.
        date: YYYY-MM-DD, or None. before: dates that `{date}` stands for as well, where there are files.
        before_is_enough: whether there may be none of the date itself.
        on_passed_over: told how many files of a folder were not read because their names are not those of such logs.

    Raises:
        InputError: nothing matched, or something cannot be read. ConfigError: `{date}` without a date.
    """
    found: dict[str, int] = {}
    for pattern in patterns:
        if "{date}" in pattern and date is None:
            raise ConfigError(
                f"the input pattern {pattern} holds {{date}}: give --date, or a pattern without it."
            )
        dated = pattern.replace("{date}", date or "")
        matched = _match(dated, mapping, on_passed_over)
        earlier = before if "{date}" in pattern else ()
        more: dict[str, int] = {}
        for other in earlier:
            more |= _match(pattern.replace("{date}", other), mapping, on_passed_over)
        found.update(more)
        if not matched and not (more and before_is_enough):
            raise NothingMatchedError(
                f"no file matches {dated}: check --input (quoted, so that the shell leaves it alone) and the date."
            )
        found.update(matched)
    once: dict[str, str] = {}
    for path in sorted(found):
        once.setdefault(path if is_remote(path) else os.path.realpath(path), path)
    return [
        InputFile(index, path, found[path], _compression(path, mapping), _format(path, mapping))
        for index, path in enumerate(once.values())
    ]


def _match(pattern: str, mapping: Mapping, on_passed_over: Callable[[int], None] | None) -> dict[str, int]:
    return _match_remote(pattern) if is_remote(pattern) else _match_local(pattern, mapping, on_passed_over)


def plan_splits(files: Sequence[InputFile], mapping: Mapping, *, split_bytes: int) -> list[Split]:
    """Look into each file's head and cut the large ones: at any byte where records are lines, else at row groups, else not.

    Raises:
        InputError: a file is not what its name or the mapping says, or lacks a mapped column.
    """
    return [split for file in files for split in _plan(file, mapping, split_bytes)]


def _plan(file: InputFile, mapping: Mapping, split_bytes: int) -> list[Split]:
    if file.format == "parquet":
        return _plan_parquet(file, mapping, split_bytes)
    head = read_head(file.path, file.compression, file.format, mapping)
    lines = file.format == "jsonl" or (
        file.format != "json" and (mapping.quote is None or mapping.multiline is False)
    )
    if file.compression is None and mapping.encoding == "utf-8" and lines:
        size = max(file.size_bytes, head.body)
        starts = list(range(head.body, size, max(split_bytes, 1))) or [head.body]
        ends = [*starts[1:], size]
        return [
            _split(file, head, start, end, is_whole=False) for start, end in zip(starts, ends, strict=True)
        ]
    return [_split(file, head, head.body, None, is_whole=True)]


def _split(file: InputFile, head: Head, start: int, end: int | None, *, is_whole: bool) -> Split:
    return Split(file, start, end, is_whole, head.newline, head.names, head.body)


def _plan_parquet(file: InputFile, mapping: Mapping, split_bytes: int) -> list[Split]:
    splits: list[Split] = []
    start = filled = 0
    sizes = row_group_bytes(file, mapping)
    for index, size in enumerate(sizes):
        filled += size
        if filled >= split_bytes or index == len(sizes) - 1:
            splits.append(Split(file, start, index + 1))
            start, filled = index + 1, 0
    return splits or [Split(file, 0, 0)]


_EXTENSIONS_OF: Final[dict[Format, frozenset[str]]] = {
    "jsonl": frozenset({".jsonl", ".ndjson", ".json", ".log", ".txt"}),
    "json": frozenset({".json"}),
    "csv": frozenset({".csv", ".tsv", ".log", ".txt"}),
    "tsv": frozenset({".tsv", ".csv", ".log", ".txt"}),
    "parquet": frozenset({".parquet"}),
}
"""What the files of a folder must be called to be read as logs of a format."""


def _plain_name(path: str) -> str:
    """The name in lower case, without what says that it is compressed."""
    name = path.lower()
    for end in EXTENSIONS:
        name = name.removesuffix(end)
    return name


def _format(path: str, mapping: Mapping) -> Format:
    """Parquet says so in its name. Other text is what the mapping says; its name counts where the mapping says Parquet."""
    name = _plain_name(path)
    known: dict[str, Format] = {
        ".parquet": "parquet",
        ".jsonl": "jsonl",
        ".ndjson": "jsonl",
        ".json": "json",
        ".csv": "csv",
        ".tsv": "tsv",
    }
    said = known.get(os.path.splitext(name)[1])
    return said if said is not None and "parquet" in (said, mapping.format) else mapping.format


def _compression(path: str, mapping: Mapping) -> Compression | None:
    compression = compression_of(path)
    if compression is not None and _format(path, mapping) == "parquet":
        raise InputError(
            f"{path} is a compressed Parquet file: unpack it (Parquet compresses inside), or take it out of --input."
        )
    return compression


def _match_local(
    pattern: str, mapping: Mapping, on_passed_over: Callable[[int], None] | None
) -> dict[str, int]:
    extensions = _EXTENSIONS_OF[mapping.format] | {".parquet"}
    found = find_local(pattern, lambda path: os.path.splitext(_plain_name(path))[1] in extensions)
    if found.passed_over and not found.paths:
        raise InputError(
            f"no file below {pattern} has the name of a {mapping.format} log ({', '.join(sorted(extensions))}, "
            "compressed or not): give a glob that names the files, for instance 'folder/*.dat'."
        )
    if found.passed_over and on_passed_over is not None:
        on_passed_over(found.passed_over)
    return {path: os.stat(path).st_size for path in found.paths}


def _match_remote(pattern: str) -> dict[str, int]:
    from apache_beam.io.filesystem import BeamIOError
    from apache_beam.io.filesystems import FileSystems

    found: dict[str, int] = {}
    try:
        for spec in (pattern, pattern.rstrip("/") + "/**"):
            for result in FileSystems.match([spec]):
                for metadata in result.metadata_list:
                    name = metadata.path.rsplit("/", 1)[-1]
                    if name and not name.startswith("."):
                        found[metadata.path] = metadata.size_in_bytes
            if found:
                break
    except (BeamIOError, ValueError, ImportError) as error:
        raise InputError(
            f"{pattern} cannot be looked up ({type(error).__name__}): check the address, the credentials, and that the "
            "file system's Beam extra is installed."
        ) from error
    return found
