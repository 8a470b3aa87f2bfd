"""Half a night is not published as a whole one, unless a steward says so; and the whole one is welcome afterwards."""

from __future__ import annotations

import gzip
import json
import zlib
from pathlib import Path
from typing import Any

import pytest

import etl.run
from etl.config import load_config
from etl.errors import DamagedInputError
from etl.input_stamps import InputStamps
from etl.inputs import InputFile
from etl.whole_input import check_whole
from tests.etl.test_windows import FIRST, HOUR, MINUTE, SECOND, habit, keys, night, pool
from tests.exact import exact_of
from tests.privacy.runs import DAY_US, MONDAY, watch_staging, write_log

__all__ = ["keys"]


def lines(rows: list[dict[str, Any]]) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def half_a_night(base: Path) -> bytes:
    """A delivery that stops in its middle; returns the whole of it."""
    rows = habit(range(12), MONDAY + 9 * HOUR, "open", "save") + habit(
        range(12), MONDAY + 11 * HOUR, "print", "close"
    )
    # Stored, so that what is cut off is just so many lines.
    whole = gzip.compress(lines(rows), 0)
    place = base / "logs" / "1.jsonl.gz"
    place.parent.mkdir(parents=True)
    place.write_bytes(whole[: len(whole) * 3 // 4])
    return whole


def remembered(base: Path) -> set[str]:
    """What a later night could trip over."""
    registry = base / "registry"
    places = ("data", "manifests", ".private/pool", ".private/state")
    return {str(path) for place in places for path in (registry / place).rglob("*") if path.is_file()}


def test_half_a_file_stops_the_night_and_the_whole_one_is_published(tmp_path):
    whole = half_a_night(tmp_path)
    with pytest.raises(DamagedInputError, match="1 of 1 input files did not come whole"):
        night(tmp_path, FIRST)
    assert DamagedInputError.exit_code == 4
    assert remembered(tmp_path) == set()
    (tmp_path / "logs" / "1.jsonl.gz").write_bytes(whole)
    manifest = night(tmp_path, FIRST)
    assert exact_of(tmp_path / "registry", FIRST)["rows"] == {
        "read": 48,
        "kept": 48,
        "rejected": {},
        "dropped": {},
    }
    assert "damage_accepted" not in manifest["input"]


def test_what_comes_after_an_accepted_half_joins_as_late_and_once(tmp_path, monkeypatch):
    seen = watch_staging(monkeypatch)
    whole = half_a_night(tmp_path)
    first = night(tmp_path, FIRST, accept_damaged=True)
    assert (first["input"]["damage_accepted"], first["input"]["damaged_files"]) == (True, 1)
    arrived = zlib.decompressobj(31).decompress(whole[: len(whole) * 3 // 4]).count(b"\n")
    assert 24 < arrived < 48
    assert exact_of(tmp_path / "registry", FIRST)["rows"]["rejected"] == {"stream_truncated": 1}
    waited = len(pool(tmp_path))
    report = (tmp_path / "registry" / "reports" / f"{FIRST}.html").read_text()
    assert "The input did not come whole" in report
    (tmp_path / "logs" / "1.jsonl.gz").write_bytes(whole)
    write_log(tmp_path / "logs" / "2.jsonl", habit(range(12), MONDAY + DAY_US + 9 * HOUR, "open", "save"))
    night(tmp_path, SECOND)
    assert exact_of(tmp_path / "registry", SECOND)["rows"]["dropped"] == {"seen_before": arrived}
    places = [
        [(row["account"], row["time_us"]) for table in staged.events for row in table.to_pylist()]
        for staged in seen
    ]
    assert [len(place) for place in places] == [arrived, waited + 24 + 48 - arrived]
    assert len(set(places[1])) == len(places[1])
    assert len({*places[0], *places[1]}) == 72


def test_a_file_that_grows_while_it_is_read_stops_the_night(tmp_path, monkeypatch):
    path = write_log(
        tmp_path / "logs" / "1.jsonl", habit(range(12), MONDAY + 9 * HOUR, "open", "save", "print")
    )
    run_pipeline = etl.run.run_pipeline

    def meanwhile(*arguments: Any) -> None:
        run_pipeline(*arguments)
        with path.open("ab") as file:
            file.write(lines(habit(range(1), MONDAY + 9 * HOUR + 9 * MINUTE, "close")))

    monkeypatch.setattr(etl.run, "run_pipeline", meanwhile)
    with pytest.raises(DamagedInputError, match="changed while it was read"):
        night(tmp_path, FIRST)
    assert remembered(tmp_path) == set()


def test_many_damaged_files_are_named_by_a_few(tmp_path):
    files = []
    for number in range(5):
        path = tmp_path / f"{number}.jsonl"
        path.write_bytes(b"x")
        files.append(InputFile(number, str(path), 1, None, "jsonl"))
    statistics: dict[str, Any] = {"damaged_files": [0, 1, 2, 3, 4], "unreadable": []}
    config = load_config(None, {"input": ("x",), "registry": "r", "window": "all", "participation": "none"})
    with pytest.raises(DamagedInputError, match=r"5 of 5 .* 2 more"):
        check_whole(config, files, InputStamps(files), statistics)
    accepted = config.model_copy(update={"accept_damaged": True})
    check_whole(accepted, files, InputStamps(files), statistics)
    statistics["damaged_files"] = []
    stamps = InputStamps(files)
    Path(files[2].path).write_bytes(b"longer")
    check_whole(accepted, files, stamps, statistics)
    assert statistics["damaged_files"] == [2]
