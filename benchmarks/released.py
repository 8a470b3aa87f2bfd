"""Run the real pipeline on a log, and keep what its release and its emissions look like: what the attacks work on."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from etl.config import load_config
from etl.inputs import find_inputs
from etl.plan import plan_job
from etl.run import run_pipeline
from etl.sealed import read_sealed
from etl.source import load_mapping
from etl.staging import Staging
from risk.evidence import Emitted, Published
from transforms.records import record_digest

KEY = bytes(32)
"""People stand in the order of their pseudonyms; a fixed key makes the controls that depend on that order repeatable."""


def release_log(inputs: Sequence[str], source: str, **flags: Any) -> tuple[Published, Emitted]:
    """Release a log as one window and read back its evidence; nothing is published, nothing stays on the disk.

    Args:
        source: `native`, or the path of a mapping.
        flags: of the configuration: k, participation, …
    """
    values = {"input": tuple(inputs), "source": source, "window": "all", "participation": "none", **flags}
    with tempfile.TemporaryDirectory() as folder:
        config = load_config(None, {**values, "registry": f"{folder}/registry"})
        mapping = load_mapping(config.source, config.input, None)
        staging = Staging(Path(folder) / "staging")
        staging.create()
        job = plan_job(config, mapping, find_inputs(config.input, mapping, date=None), KEY, staging)
        run_pipeline(job, [])
        outcome = orjson.loads(staging.outcome.read_bytes())
        published = read_published([staging.data / name for name in outcome["files"]])
        buckets = [read_sealed(staging.emissions(bucket), job.sealing_key) for bucket in staging.buckets()]
        return published, read_emitted(published, buckets)


def read_published(paths: Sequence[Path]) -> Published:
    """The written files, in order."""
    tables = [pq.read_table(path) for path in paths]
    whole = pa.concat_tables(tables).combine_chunks()
    sizes = [table.num_rows for table in tables]
    return Published(
        whole.column("actions").combine_chunks(),
        np.repeat(np.arange(len(sizes), dtype=np.int32), sizes),
        np.concatenate([np.arange(size, dtype=np.int64) for size in sizes]),
        whole.column("people").to_numpy().astype(np.int64),
        whole.column("occurrences").to_numpy(),
    )


def read_emitted(published: Published, buckets: Sequence[pa.Table]) -> Emitted:
    """The released occurrences of all buckets (EMISSIONS)."""
    known = pa.array([record_digest(actions) for actions in published.actions.to_pylist()], pa.binary(32))
    parts, people, sessions = [], 0, 0
    for table in buckets:
        column = table.column("record").combine_chunks()
        record = pc.index_in(column.dictionary, value_set=known).take(column.indices).fill_null(-1).to_numpy()
        encoded = table.column("person").combine_chunks().dictionary_encode()
        person = encoded.indices.to_numpy() + people
        session = table.column("session").to_numpy() + sessions
        start = table.column("start").to_numpy()
        stop = start + table.column("length").to_numpy()
        people += len(encoded.dictionary)
        sessions = int(session.max(initial=sessions)) + 1
        order = np.lexsort((start, session, person))
        kept = order[record[order] >= 0]
        parts.append([column[kept].astype(np.int64) for column in (record, person, session, start, stop)])
    return Emitted(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))
