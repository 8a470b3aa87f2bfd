"""The Hub's client counts what it sends: nothing twice, and with content-defined pages little for a little change."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks.hub_transfer import by_hash, compared, large, uploads, write
from transforms.records import record_digest

VOCABULARY = [f"action {at}" for at in range(300)]


@pytest.fixture(autouse=True)
def _logs_elsewhere(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))


def test_what_is_there_is_not_sent_again(tmp_path):
    first, other = large(5_000, 5_000, VOCABULARY, 1)
    paths = [
        write(table, tmp_path / f"{at}.parquet", content_defined=True)
        for at, table in enumerate((first, other))
    ]
    one, both = uploads(tmp_path / "store", paths[:1], paths)
    sizes = [path.stat().st_size for path in paths]
    assert (one.size_bytes, both.size_bytes) == (sizes[0], sum(sizes))
    assert one.share > 0.9
    assert both.sent_bytes == pytest.approx(sizes[1], rel=0.1)


def test_rows_stand_by_hash_and_once():
    table = pa.table({"actions": [["b"], ["a"], ["b"], ["c", "a"]], "occurrences": [1, 2, 3, 4]})
    rows = by_hash(table).column("actions").to_pylist()
    assert rows == sorted([["a"], ["b"], ["c", "a"]], key=record_digest)


def test_content_defined_pages_save_where_little_changes(tmp_path):
    before, after = large(400_000, 1, VOCABULARY, 1)
    assert before.num_rows > 300_000  # equal ones are one
    chunked, plain = compared([before], [after], tmp_path)
    assert chunked.sent_bytes < plain.sent_bytes


def test_the_two_ways_of_writing_hold_the_same_rows(tmp_path):
    rows, _ = large(2_000, 1, VOCABULARY, 1)
    ways = [write(rows, tmp_path / f"{flag}.parquet", content_defined=flag) for flag in (True, False)]
    assert pq.read_table(ways[0]).equals(pq.read_table(ways[1]))
