"""Read many small files as one text: what a file costs beside its bytes is paid once for hundreds of them.

Positions in the joined text tell the files apart again, so that every event, reject and count is what reading one file after
the other gives. Only files that are lines of plain UTF-8 text, whole and ended by a line end, are joined; whatever else
there is goes the usual way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from etl.errors import InputError
from etl.inputs import Split
from etl.read_stream import is_remote, open_binary
from transforms.mapping import Mapping

SMALL_BYTES: Final = 64 << 10
"""A larger file costs more for its bytes than beside them."""
TOGETHER_BYTES: Final = 4 << 20
TOGETHER_FILES: Final = 512


@dataclass(frozen=True)
class Joined:
    """Files as one text. `split`: of that text, for a decoder. `files`: their ranks. `begins`: where each begins in it.
    `shifts`: what is taken from a position in it to get the one in the file."""

    text: bytes
    split: Split
    files: npt.NDArray[np.int32]
    begins: npt.NDArray[np.int64]
    shifts: npt.NDArray[np.int64]

    def of(self, positions: pa.ChunkedArray) -> tuple[npt.NDArray[np.int32], pa.Array]:
        """For positions in the text: the files' ranks, and the positions in them."""
        found = np.asarray(positions, np.int64)
        at = np.searchsorted(self.begins, found, side="right") - 1
        return self.files[at], pa.array(found - self.shifts[at])

    def rejects(self, rejects: pa.Table) -> list[tuple[int, pa.RecordBatch]]:
        """REJECTS of the text as (file, REJECTS) of each of its files."""
        if not rejects.num_rows:
            return []
        files, positions = self.of(rejects.column("position"))
        table = rejects.set_column(0, rejects.schema.field("position"), positions)
        return [
            (int(file), batch)
            for file in np.unique(files)
            for batch in table.filter(pa.array(files == file)).combine_chunks().to_batches()
        ]

    def events(self, events: pa.Table) -> pa.Table:
        """EVENTS of the text, each with its file and its position there."""
        files, positions = self.of(events.column("position"))
        events = _with(events, "file", pa.array(files))
        return _with(events, "position", positions)


def is_small(split: Split, mapping: Mapping) -> bool:
    """Whether a split is a whole small file of lines, and every record says itself who it is of."""
    return (
        not split.is_whole
        and split.file.format in ("jsonl", "csv", "tsv")
        and split.start == split.body
        and split.end == split.file.size_bytes <= SMALL_BYTES
        and split.start < split.end
        and not is_remote(split.file.path)
        and mapping.person.path is None
    )


def alike(one: Split, other: Split) -> bool:
    """Whether the lines of two splits are read alike."""
    return (one.file.format, one.newline, one.names) == (other.file.format, other.newline, other.names)


def join(splits: Sequence[Split]) -> tuple[Joined | None, list[Split]]:
    """The files that can be read as one text (None: none), and those that must be read by themselves after all."""
    pieces: list[bytes] = []
    joined: list[Split] = []
    apart: list[Split] = []
    for split in splits:
        piece = _content(split)
        if piece is None or not alike(split, splits[0]):
            apart.append(split)
        else:
            pieces.append(piece)
            joined.append(split)
    if not joined:
        return None, apart
    begins = np.cumsum([0, *map(len, pieces[:-1])])
    text, first = b"".join(pieces), joined[0]
    whole = replace(first, start=0, end=len(text), body=0, file=replace(first.file, size_bytes=len(text)))
    bodies = np.array([split.body for split in joined], np.int64)
    files = np.array([split.file.index for split in joined], np.int32)
    return Joined(text, whole, files, begins, begins - bodies), apart


def _content(split: Split) -> bytes | None:
    """The lines of a file, if it is as large as it was found, and its last line is ended."""
    try:
        with open_binary(split.file.path) as handle:
            content = handle.read(split.file.size_bytes + 1)
    except (OSError, InputError):
        return None  # read by itself, it says why
    if len(content) != split.file.size_bytes or content[-1] != split.newline:
        return None
    return content[split.body :]


def _with(table: pa.Table, name: str, column: pa.Array) -> pa.Table:
    at = table.schema.get_field_index(name)
    return table.set_column(at, table.schema.field(name), column.cast(table.schema.field(name).type))
