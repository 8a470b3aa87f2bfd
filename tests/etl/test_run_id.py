"""A run is called the same in its log lines and in all that it leaves."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime

from etl.cli import main
from etl.retention import run_time
from etl.run_id import dated, new_run_id
from tests.etl.workplace import KEY


def test_a_new_id_says_when_and_is_no_others():
    one, other = new_run_id(), new_run_id()
    assert one != other
    assert re.fullmatch(r"\d{8}T\d{6}Z-[0-9a-f]{8}", one)
    assert abs((datetime.now(UTC) - run_time(one)).total_seconds()) < 5


def test_an_id_with_a_time_stays():
    assert dated("20261122T010203Z-5a") == "20261122T010203Z-5a"
    assert dated("20261122T010203Z", datetime(2026, 1, 2, tzinfo=UTC)) == "20260102T000000Z-20261122T010203Z"


def test_the_record_of_a_run_that_failed_is_named_as_its_log_lines_say(tmp_path, monkeypatch, capfd):
    monkeypatch.setenv("DESIREPATH_KEY", KEY)
    (tmp_path / "log.jsonl").write_text('{"user_id": "quokka"}\n' * 5)
    registry = tmp_path / "registry"
    given = "--source native --window all --participation none --log-format json"
    run = ["run", *given.split(), "--input", str(tmp_path / "log.jsonl"), "--registry", str(registry)]
    assert main(run) == 4
    lines = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    (name,) = {line["run"] for line in lines}
    left = {
        str(path.relative_to(registry / ".private"))
        for folder in ("runs", "dead-letters", "lineage")
        for path in (registry / ".private" / folder).iterdir()
    }
    assert left == {f"runs/{name}.json", f"dead-letters/{name}.parquet", f"lineage/{name}.jsonl"}
    assert f"runs/{name}.json" in lines[-1]["message"]
    assert json.loads((registry / ".private" / "runs" / f"{name}.json").read_bytes())["run"] == name
