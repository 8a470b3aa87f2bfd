"""What a sealed object holds, for tests that look for something in all that a registry keeps."""

from __future__ import annotations

import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from etl.vault import MAGIC, open_parquet


def opened(path: Path) -> bytes:
    """A file's bytes; of a sealed object in a registry, those of the table in it as plain Parquet."""
    content = path.read_bytes()
    if not content.startswith(MAGIC):
        return content
    place = path.as_posix()
    name = place[place.index(".private/") :]
    sink = pa.BufferOutputStream()
    pq.write_table(open_parquet(content, bytes.fromhex(os.environ["DESIREPATH_POOL_KEY"]), name=name), sink)
    return sink.getvalue().to_pybytes()
