"""What is sealed says nothing, opens under its own key and name only, and comes back as it was."""

from __future__ import annotations

import os

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from etl.errors import ConfigError, StorageError
from etl.vault import key_id, open_parquet, seal_parquet

KEY, OTHER = b"k" * 32, b"o" * 32
NAME = "pool/00000007/part-00000.parquet"
CANARY = "quokkacanary"
SCHEMA = pa.schema(
    [
        pa.field("account", pa.binary(16), nullable=False),
        pa.field("time_us", pa.int64()),
        pa.field("text", pa.string()),
        pa.field(CANARY, pa.dictionary(pa.int32(), pa.string())),
        pa.field("fragment", pa.int32(), nullable=False),
        pa.field("late", pa.bool_(), nullable=False),
    ]
)


def waiting(rows: int = 5) -> pa.Table:
    """Rows with nulls, and the canary in a name, in plain strings, in digests and in a dictionary."""
    return pa.table(
        [
            pa.array([CANARY.encode() + b"%04d" % (i % 10_000) for i in range(rows)], pa.binary(16)),
            pa.array([None if i % 3 == 0 else 1_795_000_000_000_000 + i for i in range(rows)], pa.int64()),
            pa.array([None if i % 4 == 1 else f"{CANARY} {i}" for i in range(rows)]),
            pa.array([None if i % 5 == 2 else f"{CANARY} {i % 7}" for i in range(rows)]).dictionary_encode(),
            pa.array(range(rows), pa.int32()),
            pa.array([i % 2 == 0 for i in range(rows)]),
        ],
        schema=SCHEMA,
    )


@pytest.mark.parametrize("rows", [0, 1, 5, 3000])
def test_a_table_comes_back_as_it_was(rows):
    table = waiting(rows)
    back = open_parquet(seal_parquet(table, KEY, name=NAME), KEY, name=NAME)
    assert back.schema.equals(SCHEMA)
    assert back.equals(table)


def test_the_same_table_is_never_the_same_bytes():
    one, other = (seal_parquet(waiting(), KEY, name=NAME) for _ in range(2))
    assert one != other


def test_nothing_of_a_value_or_a_column_can_be_read():
    sealed = seal_parquet(waiting(3000), KEY, name=NAME)
    assert sealed[-4:] == b"PARE"
    for plain in (CANARY, NAME, "time_us", "fragment", KEY.hex(), "org.apache.arrow", "ARROW:schema"):
        assert plain.encode() not in sealed
    assert KEY not in sealed
    assert key_id(KEY).encode() in sealed
    with pytest.raises((OSError, pa.ArrowException)):
        pq.read_schema(pa.BufferReader(sealed))


def test_a_value_that_was_filtered_out_is_gone():
    table = pa.table({"path": pa.array(["gone", "here", None, "here"]).dictionary_encode()})
    chunked = pa.concat_tables([table, pa.table({"path": pa.array(["more", "gone"]).dictionary_encode()})])
    left = chunked.filter(pc.fill_null(pc.not_equal(chunked["path"].cast(pa.string()), "gone"), True))
    back = open_parquet(seal_parquet(left, KEY, name=NAME), KEY, name=NAME)
    assert back["path"].to_pylist() == ["here", None, "here", "more"]
    assert {value for chunk in back["path"].chunks for value in chunk.dictionary.to_pylist()} == {
        "here",
        "more",
    }


def test_another_key_is_told_from_damage_before_anything_is_decrypted():
    sealed = seal_parquet(waiting(), KEY, name=NAME)
    with pytest.raises(ConfigError, match="another pool key") as refused:
        open_parquet(sealed, OTHER, name=NAME)
    assert key_id(KEY) in str(refused.value)
    assert key_id(OTHER) in str(refused.value)


def test_a_file_opens_in_its_own_place_only():
    sealed = seal_parquet(waiting(), KEY, name=NAME)
    with pytest.raises(StorageError, match="cannot be opened"):
        open_parquet(sealed, KEY, name=NAME.replace("7", "8"))


def test_every_changed_byte_is_noticed_or_changes_nothing():
    table = waiting()
    sealed = seal_parquet(table, KEY, name=NAME)
    unnoticed = 0
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        try:
            assert open_parquet(bytes(changed), KEY, name=NAME).equals(table)
            unnoticed += 1
        except (StorageError, ConfigError):
            pass
    assert unnoticed < 30  # the leading magic number, and the name of a key server that there is not


@pytest.mark.parametrize("content", [b"", b"PARE", os.urandom(400), os.urandom(400) + b"PARE"])
def test_what_is_no_sealed_table_is_damage(content):
    with pytest.raises(StorageError):
        open_parquet(content, KEY, name=NAME)


def test_a_file_cut_short_is_damage():
    sealed = seal_parquet(waiting(), KEY, name=NAME)
    for length in (3, 100, len(sealed) // 2, len(sealed) - 1):
        with pytest.raises(StorageError):
            open_parquet(sealed[:length], KEY, name=NAME)


def test_a_plain_file_in_the_place_of_a_sealed_one_is_not_believed():
    sink = pa.BufferOutputStream()
    pq.write_table(waiting(), sink)
    plain = sink.getvalue().to_pybytes()
    for content in (plain, plain[:-4] + b"PARE"):
        with pytest.raises(StorageError):
            open_parquet(content, KEY, name=NAME)


def test_the_id_says_nothing_of_the_key():
    assert key_id(KEY) != key_id(OTHER)
    assert len(bytes.fromhex(key_id(KEY))) == 8
    assert key_id(KEY) not in KEY.hex()
