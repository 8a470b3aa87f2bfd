"""T3: a file that says anything beside the contract's columns fails the verifier, and the release gate by its own eyes too.

Every single fault is in tests/verifier/test_parquet_lies.py and tests/expectations/test_release_gate.py; here the written
files of a whole run are spoilt, and nothing is published.
"""

from __future__ import annotations

import json
from collections.abc import Callable

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import etl.finish
from etl.errors import QuarantinedError
from tests.privacy.runs import MONDAY, click, go, write_log


def column(name: str, values: Callable[[int], pa.Array]) -> Callable[[pa.Table], pa.Table]:
    return lambda table: table.append_column(name, values(table.num_rows))


def wider(table: pa.Table) -> pa.Table:
    return table.set_column(2, "people", table.column("people").cast(pa.int64()))


def described(table: pa.Table) -> pa.Table:
    return table.replace_schema_metadata({**(table.schema.metadata or {}), b"source": b"night shift"})


def annotated(table: pa.Table) -> pa.Table:
    at = table.schema.get_field_index("people")
    return table.cast(table.schema.set(at, table.schema.field(at).with_metadata({"unit": "night shift"})))


FAULTS: dict[str, tuple[Callable[[pa.Table], pa.Table], str]] = {
    "a column of people": (column("person", lambda n: pa.array([b"x"] * n)), "schema"),
    "a column of nulls": (column("hour", lambda n: pa.nulls(n, pa.int8())), "schema"),
    "another type": (wider, "schema"),
    "other metadata": (described, "extra_metadata"),
    "other metadata of a column": (annotated, "extra_metadata"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_files_beside_the_contract_are_never_published(tmp_path, monkeypatch, fault):
    spoil, violation = FAULTS[fault]
    honest = etl.finish.write_release

    def spoilt(release, folder):
        paths = honest(release, folder)
        for path in paths:
            pq.write_table(
                spoil(pq.ParquetFile(path).read()), path, compression="zstd", write_page_index=True
            )
        return paths

    monkeypatch.setattr(etl.finish, "write_release", spoilt)
    rows = [
        click(f"u{i}", MONDAY + i + 60 * step, name) for i in range(12) for step, name in enumerate("xyz")
    ]
    write_log(tmp_path / "logs" / "day.jsonl", rows)
    with pytest.raises(QuarantinedError):
        go(tmp_path)
    assert not (tmp_path / "registry" / "data").exists()
    kept = json.loads(next((tmp_path / "registry").glob(".private/quarantine/*/manifest.json")).read_bytes())
    assert violation in kept["verification"]["violations"]
    failed = {check["name"] for check in kept["gates"] if not check["success"]}
    assert {"violations", "schema_faults"} <= failed
