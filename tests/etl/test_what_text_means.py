"""What delimited text, null words, YAML, zone names and the order of records mean: whole runs on small logs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from etl.errors import InputError
from tests.etl.workplace import KEY
from tests.etl.workplace import go as run_night


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESIREPATH_KEY", KEY)


def go(folder: Path, mapping: str, *, name: str = "a.csv", text: str = "", k: int = 2, **more: Any) -> Any:
    (folder / "logs").mkdir(exist_ok=True)
    if text:
        (folder / "logs" / name).write_text(text)
    (folder / "mapping.yaml").write_text(mapping + "action:\n  - [{column: event, as: verbatim}]\n")
    given = {"k": k, "allow_low_k": True, "min_active": 2, "participation": "none", "window": "all", **more}
    return run_night(folder, source=str(folder / "mapping.yaml"), **given)


def records(folder: Path) -> list[list[str]]:
    files = sorted((folder / "registry" / "data").rglob("*.parquet"))
    return sorted(row for file in files for row in pq.read_table(file).column("actions").to_pylist())


def rows(header: str, people: Sequence[str], lines: Sequence[str]) -> str:
    return "\n".join([header, *(f"{person}{line}" for person in people for line in lines)]) + "\n"


CSV = "format: csv\nperson: user\ntime: {column: ts, format: iso8601}\n"
DAY = "2026-11-16T09"
QUIET = "u1,{d}:00:00Z,a,open\nu2,{d}:01:00Z,{q}b,search\nu3,{d}:02:00Z,c,edit\nu1,{d}:03:00Z,d{q},approve\n"


@pytest.mark.parametrize(("kind", "kept"), [("csv", [["edit"]]), ("tsv", [["edit"], ["search"]])])
def test_a_stray_quote_gives_nobody_the_act_of_another(
    tmp_path: Path, kind: str, kept: list[list[str]]
) -> None:
    both = QUIET + QUIET.replace("u2", "u4").replace("u3", "u5").replace("{d}", "2026-11-17T09")
    text = "user,ts,tab,event\n" + both.format(d=DAY, q='"')
    text = text.replace(",", "\t") if kind == "tsv" else text
    go(tmp_path, CSV.replace("csv", kind), name=f"a.{kind}", text=text, max_reject_ratio=0.5)
    assert records(tmp_path) == kept


def test_another_header_stops_the_night_in_any_split(tmp_path: Path) -> None:
    lines = [f",2026-11-16T09:0{at}:00Z,{word}" for at, word in enumerate(("open", "edit", "save"))]
    first = rows("user,ts,event", ["anna", "bert"], lines)
    second = "event,ts,user\n" + "".join(
        f"{w},2026-11-16T11:00:00Z,{p}\n" for p in ("anna", "bert") for w in "xy"
    )
    for at, (mapping, split) in enumerate([(CSV, 64), (CSV + "multiline: false\n", 0.001)]):
        (folder := tmp_path / str(at)).mkdir()
        with pytest.raises(InputError, match="another header"):
            go(folder, mapping, text=first * 20 + second, split_mb=split)
    assert go(tmp_path, CSV, text=first + first.replace("T09", "T12")).manifest["rows"]["rejected"] == {}
    assert records(tmp_path) == [["open", "edit", "save"]]


def test_another_header_stops_the_night_in_small_files_that_are_read_together(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir(exist_ok=True)
    good = "user\tts\tevent\nann\t2026-11-16T09:00:00Z\topen\n"
    (tmp_path / "logs" / "b.tsv").write_text(good)
    with pytest.raises(InputError, match=r"a\.tsv: another header stands at byte 44,"):
        go(
            tmp_path,
            CSV.replace("csv", "tsv"),
            name="a.tsv",
            text=good + "event\tts\tuser\nopen\t2026-11-16T10:00:00Z\tann\n",
        )


@pytest.mark.parametrize("kind", ["csv", "tsv", "jsonl", "json", "parquet"])
def test_nobody_is_no_person(tmp_path: Path, kind: str) -> None:
    table = pa.table(
        {
            "user": [who for who in ("u1", "u2", "Undefined") for _ in "abc"],
            "ts": [f"2026-11-16T09:0{at}:00Z" for at in range(3)] * 3,
            "event": ["open", "edit", "save"] * 3,
        }
    )
    write(tmp_path, table, kind)
    go(tmp_path, CSV.replace("csv", kind), k=3, max_reject_ratio=0.5)
    assert records(tmp_path) == []


def write(folder: Path, table: pa.Table, kind: str) -> None:
    import orjson

    (folder / "logs").mkdir(exist_ok=True)
    path = folder / "logs" / f"a.{kind}"
    if kind == "parquet":
        pq.write_table(table, path)
    elif kind == "json":
        path.write_bytes(orjson.dumps(table.to_pylist()))
    elif kind == "jsonl":
        path.write_bytes(b"\n".join(orjson.dumps(row) for row in table.to_pylist()))
    else:
        comma = "," if kind == "csv" else "\t"
        lines = [table.column_names, *(list(row.values()) for row in table.to_pylist())]
        path.write_text("\n".join(comma.join(line) for line in lines) + "\n")


def test_a_yaml_word_in_where_is_the_word_of_the_log(tmp_path: Path) -> None:
    acts = ("open,on", "noise,off", "edit,no", "dim,010", "save,1e3")
    lines = [f",2026-11-16T09:0{at}:00Z,{act}" for at, act in enumerate(acts)]
    text = rows("user,ts,event,state", ["u1", "u2"], lines)
    go(tmp_path, CSV + "where: {column: state, in: [on, no, 010, 1e3]}\n", text=text)
    assert records(tmp_path) == [["open", "edit", "dim", "save"]]


def test_utc_is_utc_whatever_the_timezone_says(tmp_path: Path) -> None:
    mapping = "format: csv\nperson: user\ntimezone: Europe/Berlin\n"
    mapping += "time: {column: ts, format: '%Y-%m-%d %H:%M:%S %Z'}\n"
    lines = [f",2026-11-17 00:{at}:00 UTC,{act}" for at, act in ((10, "open"), (20, "edit"))]
    result = go(tmp_path, mapping, text=rows("user,ts,event", ["u1", "u2"], lines))
    assert result.manifest["version"] == "2026-11-17"


NEWEST = [
    f",2026-11-16T09:{at}Z,{act}" for at, act in (("23:03", "stop"), ("19:05", "tag"), ("19:05", "run"))
]


def test_what_stands_newest_first_is_read_backwards_however_it_is_split(tmp_path: Path) -> None:
    text = rows("user,ts,event", ["u1", "u2"], NEWEST)
    go(tmp_path, CSV, text=text)
    assert records(tmp_path) == [["run", "tag", "stop"]]
    (parted := tmp_path / "parted" / "logs").mkdir(parents=True)
    for at, line in enumerate(text.splitlines()[1:]):
        (parted / f"{at}.csv").write_text(f"user,ts,event\n{line}\n")
    go(parted.parent, CSV)
    assert records(parted.parent) == [["run", "tag", "stop"]]


def test_the_mapping_may_say_how_records_stand(tmp_path: Path) -> None:
    tie = rows("user,ts,event", ["u1", "u2"], NEWEST[1:])
    for order, expected in (("newest_first", ["run", "tag"]), ("oldest_first", ["tag", "run"])):
        (folder := tmp_path / order).mkdir()
        go(folder, f"{CSV}order: {order}\n", text=tie)
        assert records(folder) == [expected]


def test_the_hour_that_comes_twice_tears_no_session(tmp_path: Path) -> None:
    times = ("02:30", "02:50", "02:05", "02:25", "02:50", "03:10")
    acts = ("open", "search", "edit", "save", "commit", "push")
    lines = [f",2026-10-25 {at}:00,{act}" for at, act in zip(times, acts, strict=True)]
    text = rows("user,ts,event", ["u1", "u2"], lines)
    go(tmp_path, CSV + "timezone: Europe/Berlin\n", text=text)
    assert records(tmp_path) == [list(acts)]
