"""What a contestant wrote, as a digest of its rows in order of content: equal digests, equal results."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq


@dataclass(frozen=True)
class Result:
    """How many rows, and their digest."""

    rows: int
    digest: str


def read_rows(out: Path, parquet: str = "") -> pa.Table:
    """The rows that a contestant wrote to a file, or to files below a folder (`parquet`: which, as a glob)."""
    if out.is_file():
        return pq.ParquetFile(out).read()
    files = sorted(path for path in out.glob(parquet or "*.parquet") if not path.name.startswith((".", "_")))
    return pa.concat_tables(pq.ParquetFile(path).read() for path in files) if files else pa.table({})


def result(out: Path, parquet: str = "") -> Result:
    """The digest of what lies there. Columns stand in order of name, so that neither their order nor a schema's tells."""
    table = read_rows(out, parquet)
    names = sorted(table.column_names)
    rows = sorted(zip(*(table.column(name).to_pylist() for name in names), strict=True))
    whole = hashlib.sha256(repr(names if rows else []).encode())
    for row in rows:
        whole.update(repr(row).encode())
    return Result(len(rows), whole.hexdigest()[:16])
