"""Small files read as one text: the same events, rejects and counts as one file after the other gives."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pytest

from etl import read_together
from etl.errors import QuarantinedError
from etl.inputs import find_inputs, plan_splits
from etl.read_together import is_small, join
from etl.reading import decode_text, read_raw
from tests.etl.workplace import KEY, go
from transforms.mapping import NATIVE, Mapping
from transforms.schemas import POSITION

CSV = Mapping.model_validate(
    {
        "format": "csv",
        "person": "who",
        "time": {"column": "at", "format": "iso8601"},
        "action": [[{"column": "what", "as": "verbatim"}]],
        "dedupe": "record",
        "multiline": False,
    }
)
LINE = '{"user_id": "u%d", "ts": "2026-11-20T08:00:00Z", "event_type": "click", "app": "A"}'


def splits_of(folder, mapping):
    return plan_splits(find_inputs([str(folder)], mapping, date=None), mapping, split_bytes=1 << 26)


def apart(splits, mapping):
    """(file, position, what) of every record, and (file, position, reason) of every reject."""
    rows, rejects = set(), set()
    for split in splits:
        for decoded in read_raw(split, mapping, record_key=b"k" * 32):
            rows |= {(split.file.index, *map(str, row.values())) for row in decoded.rows.to_pylist()}
            rejects |= {(split.file.index, *row.values()) for row in decoded.rejects.to_pylist()}
    return rows, rejects


def together(splits, mapping):
    joined, rest = join(splits)
    decoded = decode_text(joined.text, joined.split, mapping, record_key=b"k" * 32, max_record_bytes=1 << 20)
    files, positions = joined.of(decoded.rows.column(POSITION))
    table = decoded.rows.set_column(
        decoded.rows.schema.get_field_index(POSITION), POSITION, pa.array(np.asarray(positions))
    )
    rows = {(int(f), *map(str, row.values())) for f, row in zip(files, table.to_pylist(), strict=True)}
    rejects = {
        (f, *row.values()) for f, batch in joined.rejects(decoded.rejects) for row in batch.to_pylist()
    }
    return rows, rejects, rest


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_lines_of_json_are_told_apart_again(tmp_path, newline):
    for at in range(20):
        lines = [LINE % at, "", "{broken", LINE % (at + 1)][: at % 5]
        (tmp_path / f"{at:02}.jsonl").write_bytes("".join(line + newline for line in lines).encode())
    splits = [split for split in splits_of(tmp_path, NATIVE) if is_small(split, NATIVE)]
    assert len(splits) == 16  # the empty ones have nothing to read
    rows, rejects, rest = together(splits, NATIVE)
    assert not rest
    assert (rows, rejects) == apart(splits, NATIVE)
    assert rejects


def test_every_file_has_its_own_header(tmp_path):
    for at in range(5):
        (tmp_path / f"{at}.csv").write_text(f"who,at,what\nu{at},2026-11-20T08:00:0{at}Z,save\nx\n")
    splits = splits_of(tmp_path, CSV)
    assert all(is_small(split, CSV) for split in splits)
    rows, rejects, _ = together(splits, CSV)
    assert (rows, rejects) == apart(splits, CSV)
    assert len(rows) == 5


def test_a_file_that_is_not_whole_is_read_by_itself(tmp_path):
    (tmp_path / "a.jsonl").write_text(LINE % 1 + "\n")
    (tmp_path / "b.jsonl").write_text(LINE % 2)  # its last line may go on
    (tmp_path / "c.jsonl").write_text(LINE % 3 + "\n")
    splits = splits_of(tmp_path, NATIVE)
    (tmp_path / "c.jsonl").write_text(LINE % 3 + "\n" + LINE % 4 + "\n")  # grown meanwhile
    joined, rest = join(splits)
    assert joined is not None
    assert list(joined.files) == [0]
    assert [split.file.index for split in rest] == [1, 2]


def test_large_files_and_accounts_in_paths_are_read_by_themselves(tmp_path, monkeypatch):
    (tmp_path / "a.jsonl").write_text(LINE % 1 + "\n")
    split = splits_of(tmp_path, NATIVE)[0]
    assert is_small(split, NATIVE)
    by_path = NATIVE.model_copy(update={"person": NATIVE.person.model_copy(update={"path": "(?P<person>.)"})})
    assert not is_small(split, by_path)
    monkeypatch.setattr(read_together, "SMALL_BYTES", 10)
    assert not is_small(split, NATIVE)


def night_of(folder, monkeypatch, *, small, name):
    monkeypatch.setenv("DESIREPATH_KEY", KEY)
    monkeypatch.setattr(read_together, "SMALL_BYTES", small)
    (folder / "logs").mkdir(parents=True)
    times = [
        "16T09:00:00",
        "16T09:01:00",
        "17T01:00:00",
        "28T09:00:00",
    ]  # the last one of a clock that is ahead
    for part in range(2):
        rows = [
            {"user_id": f"u{at}", "ts": f"2026-11-{time}Z", "event_type": "click", "app": "A"}
            for at in range(part, 24, 2)
            for time in times
        ]
        text = "".join(json.dumps(row) + "\n" for row in rows)
        (folder / "logs" / f"{name}-{part}.jsonl").write_text(text)
    given = {"k": 10, "min_active": 2, "participation": "none", "max_reject_ratio": 0.9}
    return go(folder, date="2026-11-16", window=None, **given)


def test_small_files_named_after_a_night_must_be_of_it(tmp_path, monkeypatch):
    for small in (0, 1 << 16):
        with pytest.raises(QuarantinedError, match="named after the night are of its hours"):
            night_of(tmp_path / str(small), monkeypatch, small=small, name="2026-11-16")


def test_every_record_of_small_files_is_counted_as_one_of_a_large_file_is(tmp_path, monkeypatch):
    apart, joined = (
        night_of(tmp_path / str(small), monkeypatch, small=small, name="a").manifest["rows"]
        for small in (0, 1 << 16)
    )
    assert joined == apart
    assert joined["read"] > joined["kept"]
