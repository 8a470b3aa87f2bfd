"""What a sealed object holds, for tests that look for something in all that a registry keeps.

What waits in the pool is not opened: it may hold what too few people share, which is why it is sealed.
"""

from __future__ import annotations

import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from etl.vault import MAGIC, open_parquet


def opened(path: Path) -> bytes:
    """A file's bytes; of a sealed object in a registry but the pool, those of the table in it as plain Parquet."""
    content, place = path.read_bytes(), path.as_posix()
    if not content.startswith(MAGIC) or "/.private/pool/" in place:
        return content
    name = place[place.index(".private/") :]
    sink = pa.BufferOutputStream()
    pq.write_table(open_parquet(content, bytes.fromhex(os.environ["DESIREPATH_POOL_KEY"]), name=name), sink)
    return sink.getvalue().to_pybytes()
