"""Lies in the written files: what they hold beside the rows, and files that are not what they should be."""

from __future__ import annotations

import struct
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from tests.verifier.honest import World, digest_of, make_world, rows_table, write_rows
from verifier import verify

FILE_KINDS = {
    "file_name",
    "unreadable_file",
    "empty_file",
    "schema",
    "null",
    "extra_metadata",
    "stray_dictionary_value",
    "stray_statistic",
    "stray_bytes",
}
NAME = "train-00000-of-00001.parquet"
FEATURES = (
    '{"info": {"features": {"actions": {"feature": {"dtype": "string", "_type": "Value"}, "_type": "List"}, '
    '"length": {"dtype": "int16", "_type": "Value"}}}}'
)


@pytest.fixture
def world() -> World:
    return make_world(4)


@pytest.fixture
def file(world, tmp_path) -> Path:
    """The honest file of sequences; the tests write another in its place."""
    world.write(tmp_path)
    return tmp_path / "sequences" / NAME


def violations(world: World, root: Path) -> dict[str, int]:
    paths = sorted(path for path in root.rglob("*") if path.is_file())
    return verify(paths, world.loaders(), world.policy, world.people(), world.before()).violations


def honest_rows(file: Path) -> pa.Table:
    return pq.ParquetFile(file).read()


def test_files_of_datasets_hold(world, file, tmp_path):
    table = honest_rows(file).replace_schema_metadata({"huggingface": FEATURES})
    pq.write_table(table, file, compression="zstd", write_page_index=True, use_content_defined_chunking=True)
    assert violations(world, tmp_path) == {}


@pytest.mark.parametrize("compression", ["none", "snappy", "gzip", "zstd", "brotli", "lz4"])
@pytest.mark.parametrize("page", ["1.0", "2.0"])
def test_every_way_to_write_holds(world, file, tmp_path, compression, page):
    table = honest_rows(file)
    pq.write_table(
        table, file, compression=compression, data_page_version=page, row_group_size=2, data_page_size=8
    )
    assert violations(world, tmp_path) == {}
    pq.write_table(
        table, file, compression=compression, use_dictionary=False, write_statistics=False, store_schema=False
    )
    assert violations(world, tmp_path) == {}


@pytest.mark.parametrize(
    "change",
    [
        lambda table: table.append_column("hour", pa.array([9] * table.num_rows)),
        lambda table: table.drop_columns("length"),
        lambda table: table.set_column(1, "length", table.column("length").cast(pa.int32())),
        lambda table: table.set_column(
            0, "actions", table.column("actions").cast(pa.large_list(pa.string()))
        ),
        lambda table: table.select(["length", "actions", "people", "occurrences"]),
        lambda table: pa.table([*table.columns, table.column(1)], names=[*table.column_names, "length"]),
    ],
)
def test_other_columns(world, file, tmp_path, change):
    pq.write_table(change(honest_rows(file)), file)
    assert violations(world, tmp_path) == {"schema": 1}


@pytest.mark.parametrize(
    "metadata",
    [{"author": "x"}, {"huggingface": FEATURES.replace("int16", "Ada Lovelace")}, {"huggingface": "Ada"}],
)
def test_extra_metadata(world, file, tmp_path, metadata):
    pq.write_table(honest_rows(file).replace_schema_metadata(metadata), file)
    # once in the footer, once inside ARROW:schema
    assert violations(world, tmp_path) == {"extra_metadata": 2}


def test_metadata_of_a_field(world, file, tmp_path):
    table = honest_rows(file)
    spoilt = [
        field.with_metadata({"note": "Ada"}) if field.name == "people" else field for field in table.schema
    ]
    pq.write_table(table.cast(pa.schema(spoilt)), file)
    assert "extra_metadata" in violations(world, tmp_path)


def test_a_name_in_created_by(world, file, tmp_path):
    spoilt = file.read_bytes().replace(b"parquet-cpp-arrow", b"parquet-by-Ada-Lo")
    file.write_bytes(spoilt)
    assert violations(world, tmp_path) == {"extra_metadata": 1}


def test_stray_dictionary_value(world, file, tmp_path):
    table = honest_rows(file)
    actions = table.column("actions").combine_chunks()
    encoded = actions.flatten().dictionary_encode()
    values = pa.concat_arrays([encoded.dictionary, pa.array(["secret of Ada"])])
    held_back = pa.DictionaryArray.from_arrays(encoded.indices, values)
    spoilt = table.set_column(0, "actions", pa.ListArray.from_arrays(actions.offsets, held_back))
    pq.write_table(spoilt, file, store_schema=False, write_statistics=False)
    assert b"secret of Ada" in file.read_bytes()
    assert honest_rows(file).equals(table)
    assert violations(world, tmp_path) == {"stray_dictionary_value": 1}


@pytest.mark.parametrize("column", ["actions", "occurrences"])
@pytest.mark.parametrize("part", ["footer", "page index", "page header 1.0", "page header 2.0"])
def test_stray_statistic(world, file, tmp_path, column, part):
    """The greatest value, wherever it stands as a statistic, is made one that no row has."""
    table = honest_rows(file)
    # The writer puts a page's statistics into the page index or, without one, into the page's header.
    pq.write_table(
        table,
        file,
        write_page_index=part == "page index",
        data_page_version=part[-3:] if "header" in part else "1.0",
        store_schema=False,
        compression="zstd",
    )
    values = pc.list_flatten(table.column(column)) if column == "actions" else table.column(column)
    greatest = pc.max(values).as_py()
    old = greatest.encode() if column == "actions" else struct.pack("<q", greatest)
    new = b"#" * len(old) if column == "actions" else struct.pack("<q", greatest + 1)
    data = file.read_bytes()
    footer = len(data) - 8 - int.from_bytes(data[-8:-4], "little")
    index = data.rindex(old, 0, footer)
    if part == "footer":
        file.write_bytes(data[:footer] + data[footer:].replace(old, new))
    else:
        file.write_bytes(data[:index] + new + data[index + len(old) :])
    assert file.read_bytes() != data
    assert honest_rows(file).equals(table)
    assert set(violations(world, tmp_path)) == {"stray_statistic"}


@pytest.mark.parametrize("where", ["before the footer", "before its length"])
def test_stray_bytes(world, file, tmp_path, where):
    data = file.read_bytes()
    footer = len(data) - 8 - int.from_bytes(data[-8:-4], "little")
    if where == "before the footer":
        file.write_bytes(data[:footer] + b"Ada" + data[footer:])
    else:
        size = len(data) - 8 - footer + 3
        file.write_bytes(data[:-8] + b"Ada" + size.to_bytes(4, "little") + b"PAR1")
    assert violations(world, tmp_path) == {"stray_bytes": 1}


def test_nulls(world, file, tmp_path):
    table = honest_rows(file)
    people = [None, *table.column("people").to_pylist()[1:]]
    pq.write_table(table.set_column(2, "people", pa.array(people, pa.int32())), file)
    assert violations(world, tmp_path) == {"null": 1}
    actions = table.column("actions").to_pylist()
    actions[0][0] = None
    pq.write_table(table.set_column(0, "actions", pa.array(actions)), file)
    assert violations(world, tmp_path) == {"null": 1}


@pytest.mark.parametrize(
    "name",
    ["train.parquet", "night-00000-of-00001.parquet", "train-00000-of-00002.parquet", "train-0-of-1.parquet"],
)
def test_file_names(world, file, tmp_path, name):
    file.rename(file.with_name(name))
    assert violations(world, tmp_path) == {"file_name": 1}


def test_another_folder(world, file, tmp_path):
    file.parent.rename(tmp_path / "drafts")
    assert violations(world, tmp_path) == {"file_name": 1}


def test_shards(world, file, tmp_path):
    rows = world.rows["sequences", "train"]
    file.unlink()
    for index, part in enumerate((rows[:2], rows[2:])):
        write_rows(part, file.with_name(f"train-{index:05d}-of-00002.parquet"))
    assert violations(world, tmp_path) == {}
    write_rows(rows[2:], file.with_name("train-00000-of-00002.parquet"))
    write_rows(rows[:2], file.with_name("train-00001-of-00002.parquet"))
    assert violations(world, tmp_path) == {"row_order": 1}


def test_an_empty_file(world, file, tmp_path):
    pq.write_table(honest_rows(file).slice(0, 0), file.with_name("test-00000-of-00001.parquet"))
    assert violations(world, tmp_path) == {"empty_file": 1}


@pytest.mark.parametrize("size", [0, 3, 11, 50, 400, -1, -5])
def test_a_truncated_file(world, file, tmp_path, size):
    file.write_bytes(file.read_bytes()[:size])
    assert violations(world, tmp_path) == {"unreadable_file": 1}


def test_any_changed_byte_is_found_or_harmless(world, file, tmp_path):
    """Damage is a finding and never an exception."""
    data, records = file.read_bytes(), len(world.rows["sequences", "train"])
    for at in range(0, len(data), 7):
        file.write_bytes(data[:at] + bytes([data[at] ^ 0x55]) + data[at + 1 :])
        found = violations(world, tmp_path)
        assert found or len(honest_rows(file)) == records
    file.write_bytes(data)


def test_a_missing_file_raises(world, tmp_path):
    with pytest.raises(FileNotFoundError):
        verify([tmp_path / "sequences" / NAME], world.loaders(), world.policy, world.people(), world.before())


def test_order_is_that_of_the_digests(world):
    rows = world.rows["sequences", "train"]
    assert rows_table(rows).column("actions").to_pylist() == sorted(
        (row.actions for row in rows), key=digest_of
    )
