"""Write a release as Parquet in the Hugging Face layout: `<kind>/<split>-0000i-of-0000N.parquet`.

Nothing but the content decides the bytes: rows stand in the order of their digests, and the number of shards follows
from the size of the table.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from transforms.records import SPLITS, split_of
from transforms.release import Release

SHARD_BYTES: Final = 256 << 20
"""In-memory size of a shard; on disk it is well within the 100–500 MB that the Hub likes."""

KINDS: Final = ("sequences", "actions")


@cache
def features() -> Any:
    """The `datasets` features of a record."""
    from datasets import Features, List, Value

    return Features(
        {
            "actions": List(Value("string")),
            "length": Value("int16"),
            "people": Value("int32"),
            "occurrences": Value("int64"),
        }
    )


def write_release(release: Release, folder: Path) -> list[Path]:
    """Write the release's files below a folder and return their paths, in order; a part without rows has no file.

    Linear in the bytes of the records.
    """
    splits = pa.array([split_of(digest) for digest in release.digests], pa.string())
    single = pa.compute.equal(release.table.column("length"), 1)
    written = []
    for kind in KINDS:
        of_kind = single if kind == "actions" else pa.compute.invert(single)
        for split in SPLITS:
            rows = release.table.filter(pa.compute.and_(of_kind, pa.compute.equal(splits, split)))
            if rows.num_rows:
                written += _write_shards(rows, folder / kind, split)
    return written


def actions_in(folder: Path) -> set[str]:
    """Every action of the records below a folder."""
    columns = (
        pq.read_table(path, columns=["actions"]).column("actions") for path in folder.rglob("*.parquet")
    )
    return {action for column in columns for action in pc.list_flatten(column).unique().to_pylist()}


def _write_shards(rows: pa.Table, folder: Path, split: str) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    # get_total_buffer_size counts slices by their parents; nbytes counts what the rows use.
    shards = -(-rows.nbytes // SHARD_BYTES)
    per_shard = -(-rows.num_rows // shards)
    table = rows.cast(features().arrow_schema).combine_chunks()
    paths = []
    for index in range(shards):
        path = folder / f"{split}-{index:05d}-of-{shards:05d}.parquet"
        pq.write_table(table.slice(index * per_shard, per_shard), path, **writer_options())
        paths.append(path)
    return paths


def writer_options() -> dict[str, Any]:
    """How a shard is written: pages that begin where content says so (the Hub then moves only the ones that changed), and
    an index of them."""
    from datasets.config import DEFAULT_CDC_OPTIONS

    return {
        "compression": "zstd",
        "row_group_size": 1 << 20,
        "write_page_index": True,
        "use_content_defined_chunking": DEFAULT_CDC_OPTIONS,
    }
