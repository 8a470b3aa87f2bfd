from __future__ import annotations

import bz2
import gzip
import json
import lzma
import os
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

import etl.reading
from etl.compression import BrokenStreamError, Compression, decompress
from etl.inputs import find_inputs, plan_splits
from etl.reading import read_raw
from tests.transforms.decoding import Row, mapping_of, seen
from transforms.decode import reasons
from transforms.decode.rows import record_ids
from transforms.mapping import Mapping
from transforms.schemas import POSITION, RECORD_ID

JSONL = mapping_of("u", "t")
LINES = [
    json.dumps({"u": f"user{i % 7}", "t": f"2026-11-22T10:{i % 60:02d}:00Z", "n": "é" * (i % 9)})
    for i in range(3000)
]
TEXT = "".join(line + "\n" for line in LINES).encode()

COMPRESSORS: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zst": zstandard.ZstdCompressor(write_checksum=True).compress,
}


def read(
    path: Path, mapping: Mapping = JSONL, *, split_bytes: int = 1 << 30, **more: Any
) -> tuple[list[Row], list[tuple[int, str]]]:
    splits = plan_splits(find_inputs([str(path)], mapping, date=None), mapping, split_bytes=split_bytes)
    decoded = [part for split in splits for part in read_raw(split, mapping, record_key=None, **more)]
    return seen(decoded)


def write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


@pytest.fixture
def expected(tmp_path: Path) -> list[Row]:
    rows: list[Row] = []
    position = 0
    for line in LINES:
        record = json.loads(line)
        rows.append((position, record["u"], record["t"]))
        position += len(line.encode()) + 1
    return rows


@pytest.mark.parametrize("block_bytes", [100, 5_000, 16 << 20])
@pytest.mark.parametrize("split_bytes", [7_777, 50_000, 1 << 30])
def test_splits_and_blocks_change_nothing(
    tmp_path: Path, expected: list[Row], block_bytes: int, split_bytes: int
) -> None:
    path = write(tmp_path / "a.jsonl", TEXT)
    assert read(path, split_bytes=split_bytes, block_bytes=block_bytes) == (expected, [])


RECORDS = st.lists(st.integers(0, 120).map(lambda long: {"u": "x" * long}) | st.just(None), max_size=12)
"""None: an empty line. Some are longer than what is read at a time behind a split's end, and some than a record may be."""


@settings(deadline=None, max_examples=150)
@given(RECORDS, st.booleans(), st.integers(1, 300), st.integers(1, 400), st.sampled_from([1, 16, 50]))
def test_any_blocks_and_splits_bring_the_same_records(
    tmp_path_factory: pytest.TempPathFactory,
    records: list[dict[str, str] | None],
    ended: bool,
    block_bytes: int,
    split_bytes: int,
    overhang: int,
) -> None:
    lines = [b"" if record is None else json.dumps(record).encode() for record in records]
    data = b"\n".join(lines) + b"\n" * (ended and bool(lines))
    starts = [sum(len(before) + 1 for before in lines[:at]) for at in range(len(lines))]
    expected = [
        (start, record["u"], None)
        for start, record, line in zip(starts, records, lines, strict=True)
        if record is not None and len(line) <= 100
    ]
    too_long = [
        (start, reasons.RECORD_TOO_LONG) for start, line in zip(starts, lines, strict=True) if len(line) > 100
    ]
    path = tmp_path_factory.getbasetemp() / "any.jsonl"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(etl.reading, "_OVERHANG_BYTES", overhang)
        got = read(write(path, data), split_bytes=split_bytes, block_bytes=block_bytes, max_record_bytes=100)
    assert got == (expected, too_long)


def test_a_record_longer_than_the_overhang_is_read_whole(tmp_path: Path) -> None:
    """It starts before the split's end, and ends far behind what is read of the next one at first."""
    long = "x" * (5 * etl.reading._OVERHANG_BYTES)
    data = b"".join(json.dumps({"u": name, "t": "1"}).encode() + b"\n" for name in ("a", long, "b"))
    for more in ({}, {"block_bytes": 1}, {"split_bytes": 30}, {"split_bytes": 30, "block_bytes": 1}):
        rows, rejects = read(write(tmp_path / "a.jsonl", data.removesuffix(b"\n")), **more)
        assert ([row[1] for row in rows], rejects) == (["a", long, "b"], [])


@pytest.mark.parametrize("end", list(COMPRESSORS))
def test_compressed_files(tmp_path: Path, expected: list[Row], end: str) -> None:
    compress = COMPRESSORS[end]
    assert read(write(tmp_path / f"a.jsonl{end}", compress(TEXT)), block_bytes=1000) == (expected, [])
    members = compress(TEXT[:5000]) + compress(b"") + compress(TEXT[5000:])
    assert read(write(tmp_path / f"b.jsonl{end}", members)) == (expected, [])
    assert read(write(tmp_path / f"c.jsonl{end}", b"")) == (
        [],
        [(0, reasons.STREAM_TRUNCATED)] if end else [],
    )


@pytest.mark.parametrize("end", list(COMPRESSORS))
@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_truncated_files_keep_what_is_complete(
    tmp_path: Path, expected: list[Row], end: str, share: float
) -> None:
    whole = COMPRESSORS[end](TEXT)
    path = write(tmp_path / f"a.jsonl{end}", whole[: int(len(whole) * share)])
    rows, rejects = read(path, block_bytes=3000)
    assert rows == expected[: len(rows)]
    assert rejects == [
        (expected[len(rows)][0] if len(rows) < len(expected) else len(TEXT), reasons.STREAM_TRUNCATED)
    ]
    if end == ".gz":
        assert len(rows) >= len(expected) * (share - 0.1)


@pytest.mark.parametrize("end", list(COMPRESSORS))
def test_corrupt_files_keep_what_came_before(tmp_path: Path, expected: list[Row], end: str) -> None:
    first = COMPRESSORS[end](TEXT)
    second = bytearray(COMPRESSORS[end](TEXT))
    second[len(second) // 2 :] = b"\xa5" * (len(second) - len(second) // 2)
    rows, rejects = read(write(tmp_path / f"a.jsonl{end}", first + bytes(second)))
    assert rows[: len(expected)] == expected
    assert rejects[-1][1] in (reasons.STREAM_CORRUPT, reasons.STREAM_TRUNCATED)
    garbage = read(write(tmp_path / f"b.jsonl{end}", first + b"garbage behind it"))
    assert garbage == (expected, [(len(TEXT), reasons.STREAM_CORRUPT)])
    padded = read(write(tmp_path / f"c.jsonl{end}", first + b"\0" * 512))
    assert padded == (expected, [])


def test_a_wrong_checksum_is_corrupt(tmp_path: Path, expected: list[Row]) -> None:
    whole = bytearray(gzip.compress(TEXT))
    whole[-6] ^= 1
    rows, rejects = read(write(tmp_path / "a.jsonl.gz", bytes(whole)))
    assert rejects == [
        (expected[len(rows)][0] if len(rows) < len(expected) else len(TEXT), reasons.STREAM_CORRUPT)
    ]
    assert len(rows) > len(expected) * 0.8


def test_the_partial_last_line_is_the_one_reject(tmp_path: Path) -> None:
    packed = zstandard.ZstdCompressor().compressobj()
    data = packed.compress(b'{"u":"a"}\n{"u":"b"}\n{"u":') + packed.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)
    rows, rejects = read(write(tmp_path / "a.zst", data))
    assert [row[1] for row in rows] == ["a", "b"]
    assert rejects == [(20, reasons.STREAM_TRUNCATED)]


@settings(deadline=None)
@given(st.binary(max_size=3000), st.lists(st.integers(1, 500), max_size=5))
def test_decompression_does_not_depend_on_the_chunks(data: bytes, sizes: list[int]) -> None:
    for end, kind in ((".gz", "gzip"), (".bz2", "bz2"), (".xz", "xz"), (".zst", "zstd")):
        packed = COMPRESSORS[end](data)
        chunks, rest = [], packed
        for size in sizes:
            chunks.append(rest[:size])
            rest = rest[size:]
        compression: Compression = kind  # type: ignore[assignment]
        assert b"".join(decompress(iter([*chunks, rest]), compression)) == data
        with pytest.raises(BrokenStreamError):
            list(decompress(iter([packed[:-1]]), compression))


def test_a_huge_line_costs_itself_and_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    with path.open("wb") as file:
        file.write(b'{"u":"a"}\n{"u":"')
        for _ in range(50):
            file.write(b"x" * (1 << 20))
        file.write(b'"}\n{"u":"b"}\n')
    for split_bytes in (1 << 30, 7 << 20):
        rows, rejects = read(path, split_bytes=split_bytes, block_bytes=1 << 20)
        assert [row[1] for row in rows] == ["a", "b"]
        assert rejects == [(10, reasons.RECORD_TOO_LONG)]
    tracemalloc.start()
    read(path, block_bytes=1 << 20)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 16 << 20


def test_marks_line_ends_and_missing_last_ends(tmp_path: Path) -> None:
    for name, data, positions in (
        ("lf", b'{"u":"a"}\n\n{"u":"b"}', [0, 11]),
        ("crlf", b'{"u":"a"}\r\n\r\n{"u":"b"}\r\n', [0, 13]),
        ("cr", b'{"u":"a"}\r\r{"u":"b"}\r', [0, 11]),
        ("mark", b'\xef\xbb\xbf{"u":"a"}\n{"u":"b"}', [3, 13]),
    ):
        for split_bytes in (1, 4, 1 << 20):
            rows, rejects = read(write(tmp_path / name, data), split_bytes=split_bytes)
            assert ([row[0] for row in rows], rejects) == (positions, []), name
            assert [row[1] for row in rows] == ["a", "b"]
    assert read(write(tmp_path / "empty", b"")) == ([], [])


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-16", "utf-16-le", "utf-32", "shift_jis"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    word = "テスト" if encoding == "shift_jis" else "Käse"
    text = f'{{"u":"{word}","t":"1"}}\n{{"u":"b","t":"2"}}\n'
    rows, rejects = read(
        write(tmp_path / "a", text.encode(encoding)), mapping_of("u", "t", encoding=encoding)
    )
    assert [row[1:] for row in rows] == [(word, "1"), ("b", "2")]
    assert rejects == []


def test_bad_bytes_cost_their_record(tmp_path: Path) -> None:
    data = '{"u":"a"}\n'.encode("shift_jis") + b'{"u":"\x82"}\n' + b'{"u":"c"}\n'
    rows, rejects = read(write(tmp_path / "a", data), mapping_of("u", "t", encoding="shift_jis"))
    assert [row[1] for row in rows] == ["a", "c"]
    assert [reason for _, reason in rejects] == [reasons.UTF8_INVALID]
    data = '{"u":"a"}\n{"u":"'.encode("utf-16-le") + b"\x00\xdc" + '"}\n{"u":"c"}\n'.encode("utf-16-le")
    rows, rejects = read(write(tmp_path / "b", data), mapping_of("u", "t", encoding="utf-16-le"))
    assert ([row[1] for row in rows], [reason for _, reason in rejects]) == (
        ["a", "c"],
        [reasons.UTF8_INVALID],
    )


def test_delimited_files(tmp_path: Path) -> None:
    body = "".join(f"u{i},2026,x{i}\n" for i in range(500))
    for multiline in (True, False):
        mapping = mapping_of("u", "t", format="csv", multiline=multiline)
        for name, head in (("a", "u,t,x\n"), ("b", '\ufeffu,"t",x\r\n')):
            path = write(tmp_path / f"{name}.csv", (head + body).encode())
            for split_bytes in (7, 999, 1 << 20):
                rows, rejects = read(path, mapping, split_bytes=split_bytes, block_bytes=256)
                assert rejects == []
                assert [row[1] for row in rows] == [f"u{i}" for i in range(500)]
                assert rows[0][0] == len(head.encode())
    named = mapping_of("u", "t", format="csv", header=False, names=["u", "t", "x"])
    assert len(read(write(tmp_path / "c.csv.gz", gzip.compress(body.encode())), named)[0]) == 500
    assert read(write(tmp_path / "d.csv", b"u,t\n"), mapping_of("u", "t", format="csv")) == ([], [])
    truncated = gzip.compress(("u,t,x\n" + body).encode())[:-300]
    rows, rejects = read(write(tmp_path / "e.csv.gz", truncated), mapping_of("u", "t", format="csv"))
    assert 0 < len(rows) < 500
    assert [reason for _, reason in rejects] == [reasons.STREAM_TRUNCATED]


def test_json_documents(tmp_path: Path) -> None:
    records = [{"u": f"u{i}", "t": i} for i in range(500)]
    mapping = mapping_of("u", "t", format="json")
    for data in (json.dumps(records), json.dumps(records, indent=2), "\n".join(map(json.dumps, records))):
        rows, rejects = read(
            write(tmp_path / "a.json", b"\xef\xbb\xbf" + data.encode()), mapping, block_bytes=300
        )
        assert [row[1:] for row in rows] == [(f"u{i}", str(i)) for i in range(500)]
        assert rejects == []
    truncated = gzip.compress(json.dumps(records).encode())[:-100]
    rows, rejects = read(write(tmp_path / "a.json.gz", truncated), mapping)
    assert 0 < len(rows) < 500
    assert [reason for _, reason in rejects] == [reasons.STREAM_TRUNCATED]


def test_record_ids(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", TEXT)
    (split,) = plan_splits(find_inputs([str(path)], JSONL, date=None), JSONL, split_bytes=1 << 30)
    parts = list(read_raw(split, JSONL, record_key=b"key", block_bytes=999))
    ids = [digest for part in parts for digest in part.rows[RECORD_ID].to_pylist()]
    assert ids == record_ids([line.encode() for line in LINES], b"key")


def test_parquet(tmp_path: Path) -> None:
    table = pa.table(
        {"x": list(range(1000)), "u": [f"u{i}" for i in range(1000)], "o": [{"t": i} for i in range(1000)]}
    )
    mapping = mapping_of("u", "o.t", format="parquet")
    path = tmp_path / "a.parquet"
    pq.write_table(table, path, row_group_size=300)
    for split_bytes in (1, 1 << 30):
        rows, rejects = read(path, mapping, split_bytes=split_bytes)
        assert rows == [(i, f"u{i}", str(i)) for i in range(1000)]
        assert rejects == []
    pq.write_table(table[:0], path)
    assert read(path, mapping) == ([], [])


def test_a_damaged_row_group_costs_its_rows(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    table = pa.table({"u": [f"u{i}" for i in range(300)], "t": ["1"] * 300})
    pq.write_table(table, path, row_group_size=100, use_dictionary=False, compression="snappy")
    column = pq.ParquetFile(path).metadata.row_group(1).column(0)
    data = bytearray(path.read_bytes())
    for at in range(column.data_page_offset, column.data_page_offset + column.total_compressed_size):
        data[at] ^= 0xFF
    rows, rejects = read(write(path, bytes(data)), mapping_of("u", "t", format="parquet"))
    assert [row[0] for row in rows] == [*range(100), *range(200, 300)]
    assert rejects == [(i, reasons.STREAM_CORRUPT) for i in range(100, 200)]


REAL = Path(os.environ.get("DESIREPATH_REAL_DATA", Path(__file__).parents[3] / "shared" / "data"))
real = pytest.mark.skipif(not REAL.is_dir(), reason=f"no real logs beside the project ({REAL.name})")


@pytest.mark.real
@real
@pytest.mark.parametrize(
    ("files", "form", "columns", "records"),
    [
        ("git_activity/tldr*", "tsv", ("user_id", "author_ts", "action", "file_kind"), 119_268),
        ("git_activity/laravel*", "tsv", ("user_id", "author_ts", "action", "file_kind"), 85_162),
        ("web_visits/*.csv.gz", "csv", ("panelist_id", "timestamp", "url"), 49_612),
        ("desktop_recording/*", "jsonl", ("action", "time_stamp"), 13_401),
        ("analyst_interactions/*/UserInteractions", "json", ("InteractionType", "time"), 21_117),
        ("web_interactions/events-00*", "jsonl", ("user", "timeStamp", "type"), None),
    ],
)
def test_real_logs_are_read_whole(
    files: str, form: str, columns: tuple[str, ...], records: int | None
) -> None:
    mapping = mapping_of(*columns, format=form)
    count = 0
    for split in plan_splits(
        find_inputs([f"{REAL}/{files}"], mapping, date=None), mapping, split_bytes=1 << 20
    ):
        for part in read_raw(split, mapping, record_key=None):
            assert part.rejects.num_rows == 0
            assert part.rows[columns[0]].null_count == part.rows[columns[1]].null_count == 0
            assert part.rows.column_names == [*mapping.columns, POSITION]
            count += part.rows.num_rows
    assert count == records or (records is None and count > 100_000)
