"""Generations of the pool: which one holds, what a kill leaves of others, and that another key's is refused."""

from __future__ import annotations

import pyarrow as pa
import pytest

from etl.errors import ConfigError, StorageError
from etl.registry import Registry
from etl.waiting import current_generation, read_pool, sweep_pool, write_pool
from transforms.schemas import POOL

KEY = b"p" * 32


@pytest.fixture
def registry(tmp_path):
    made = Registry(tmp_path / "registry")
    made.create()
    return made


def pool(rows: int) -> pa.Table:
    columns = {
        "account": pa.array([bytes([row]) * 16 for row in range(rows)], pa.binary(16)),
        "unit": pa.nulls(rows, pa.string()).dictionary_encode(),
        "time_us": pa.array(range(rows), pa.int64()),
        "path": pa.array(["click x"] * rows, pa.string()).dictionary_encode(),
        "fragment": pa.array(range(rows), pa.int64()),
    }
    return pa.table(columns, schema=POOL)


def test_the_largest_that_a_manifest_or_an_entry_names_holds():
    assert current_generation([], []) == 0
    assert current_generation([{"pool": {"generation": 3}}, {}, {"pool": None}], [{"event": "x"}]) == 3
    assert current_generation([{"pool": {"generation": 3}}], [{"generation": 7}, {"generation": None}]) == 7


def test_what_was_written_comes_back(registry, monkeypatch):
    monkeypatch.setattr("etl.waiting.PART_ROWS", 4)
    write_pool(registry, 5, pool(10), key=KEY, fingerprint="one")
    assert len(registry.store.names(".private/pool")) == 4
    assert read_pool(registry, 5, key=KEY, fingerprint="one").to_pylist() == pool(10).to_pylist()
    write_pool(registry, 6, pool(0), key=KEY, fingerprint="one")
    assert read_pool(registry, 6, key=KEY, fingerprint="one").num_rows == 0
    assert read_pool(registry, 0, key=KEY, fingerprint="one").schema == POOL


def test_another_key_is_refused(registry):
    write_pool(registry, 1, pool(2), key=KEY, fingerprint="one")
    with pytest.raises(ConfigError, match="another key"):
        read_pool(registry, 1, key=KEY, fingerprint="two")
    with pytest.raises(ConfigError):
        read_pool(registry, 1, key=b"q" * 32, fingerprint="one")


def test_a_generation_that_is_not_whole_is_told(registry):
    with pytest.raises(StorageError, match="not whole"):
        read_pool(registry, 1, key=KEY, fingerprint="one")
    write_pool(registry, 1, pool(2), key=KEY, fingerprint="one")
    registry.store.remove(".private/pool/00000001/part-00000.parquet")
    with pytest.raises(StorageError, match="not whole"):
        read_pool(registry, 1, key=KEY, fingerprint="one")


def test_others_are_swept(registry):
    for number in (1, 2, 3):
        write_pool(registry, number, pool(1), key=KEY, fingerprint="one")
    sweep_pool(registry, 2)
    assert {name.split("/")[2] for name in registry.store.names(".private/pool")} == {"00000002"}
