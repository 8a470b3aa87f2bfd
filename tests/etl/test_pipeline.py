"""The whole job: wiring equals direct calls, the same bytes whatever the batching, and every way a run can end."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from etl.config import load_config
from etl.console import Console
from etl.errors import AlreadyPublishedError, ConfigError, InputError, LockedError
from etl.inputs import find_inputs, plan_splits
from etl.reading import read_raw
from etl.registry import Registry
from etl.run import run
from etl.sealed import read_sealed
from etl.window import EVER_US
from tests.exact import exact_of
from tests.worlds import run_directly
from transforms.events import EventPolicy, to_events
from transforms.mapping import NATIVE
from transforms.policy import AnonymityPolicy
from transforms.pseudonym import derive_key

ROOT = Path(__file__).resolve().parents[2]
KEY = "5a" * 32


def workplace(people: int = 30, seed: int = 1, tail: bool = True) -> list[dict]:
    """Invented records of the native schema: three habits that many share and some that few do; all times distinct."""
    rng = np.random.default_rng(seed)
    scripts = [["open", "edit", "save"], ["open", "read", "reply", "send"], ["build", "test", "push"]]
    records = []
    for person in range(people):
        moment = 1_795_000_000_000_000 + person
        for _ in range(12):
            script = list(scripts[rng.integers(len(scripts))])
            if tail and rng.random() < 0.2:
                script.insert(int(rng.integers(len(script))), f"odd-{'abcdefghij'[int(rng.integers(10))]}")
            for name in script:
                moment += int(rng.integers(1, 60)) * 1_000_000 + 1000
                records.append(
                    {
                        "user_id": f"user{person}",
                        "ts": moment,
                        "event_type": "click",
                        "app": "Desk",
                        "target": name,
                        "unit": f"u{person % 4}",
                    }
                )
            moment += int(rng.integers(5, 90)) * 60_000_000
    return sorted(records, key=lambda record: record["ts"])


def write_lines(path: Path, records: list[dict]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(orjson.dumps(record) + b"\n" for record in records))
    return path


def settings(tmp_path: Path, **changes):
    values = {
        "input": (str(tmp_path / "logs"),),
        "source": "native",
        "registry": str(tmp_path / "registry"),
        "window": "all",
        "participation": "none",
        "min_active": 10,
        "log_format": "json",
    }
    return load_config(None, {**values, **changes})


def go(tmp_path: Path, **changes):
    return run(settings(tmp_path, **changes), [], Console("json", "test"))


def digests(registry: Path) -> dict[str, str]:
    data = registry / "data"
    return {
        str(p.relative_to(data)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(data.rglob("*.parquet"))
    }


@pytest.fixture(autouse=True)
def _key(monkeypatch):
    monkeypatch.setenv("DESIREPATH_KEY", KEY)


@pytest.fixture
def logs(tmp_path):
    write_lines(tmp_path / "logs" / "day.jsonl", workplace())
    return tmp_path


def test_a_version_comes_out_whole(logs):
    result = go(logs)
    manifest = result.manifest
    assert result.state == "published"
    rows = exact_of(logs / "registry")["rows"]
    assert rows["read"] == rows["kept"] + sum(rows["rejected"].values()) + sum(rows["dropped"].values())
    assert manifest["people"] == 30
    assert manifest["released"]["records"] > 3
    assert 0.5 < manifest["share"]["transitions"] <= 1
    assert manifest["verification"] == {"records": manifest["released"]["records"], "violations": {}}
    assert all(gate["success"] for gate in manifest["gates"] if gate["severity"] == "critical")
    tables = [pq.ParquetFile(logs / "registry" / file["path"]).read() for file in manifest["files"]]
    assert sum(table.num_rows for table in tables) == manifest["released"]["records"]
    assert min(table.column("people").to_numpy().min() for table in tables) >= 10
    assert list((logs / "registry" / ".private" / "staging").iterdir()) == []
    assert (logs / "registry" / "reports" / f"{manifest['version']}.html").stat().st_size > 1000


def test_wiring_equals_direct_calls(logs):

    from transforms.decode import Decoded  # noqa: F401

    result = go(logs)
    files = find_inputs([str(logs / "logs")], NATIVE, date=None)
    keys = [derive_key(bytes.fromhex(KEY), purpose) for purpose in ("person", "record", "unit", "counting")]
    policy = EventPolicy(NATIVE, *EVER_US, *keys, None)
    tables = [
        to_events(decoded.rows, policy, file=split.file.index).events
        for split in plan_splits(files, NATIVE, split_bytes=1 << 20)
        for decoded in read_raw(split, NATIVE, record_key=None)
    ]
    events = pa.concat_tables(tables).unify_dictionaries().combine_chunks().to_batches()[0]
    numbers = AnonymityPolicy(10, 3, 20, 5000, 10, 12, 30 * 60_000_000, True, 3)
    direct = run_directly(events, numbers, salt=b"all").released
    written = [pq.ParquetFile(logs / "registry" / file["path"]).read() for file in result.manifest["files"]]
    rows = sorted(map(str, pa.concat_tables(written).to_pylist()))
    assert rows == sorted(map(str, direct.table.to_pylist()))
    record = json.loads(next((logs / "registry" / ".private" / "runs").iterdir()).read_bytes())
    assert record["exact"]["released"] == {
        "events": direct.events,
        "transitions": direct.transitions,
        "transitions_finest": direct.transitions_finest,
        "records": direct.table.num_rows,
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"buckets": 5},
        {"split_mb": 0.01},
        {"block_mb": 0.005},
        {"buckets": 3, "split_mb": 0.02, "block_mb": 0.001},
    ],
    ids=str,
)
def test_the_bytes_do_not_depend_on_how_the_work_is_cut(logs, changes):
    go(logs, registry=str(logs / "one"))
    go(logs, registry=str(logs / "two"), **changes)
    assert digests(logs / "one") == digests(logs / "two") != {}


def test_the_bytes_do_not_depend_on_the_key(logs, monkeypatch):
    go(logs, registry=str(logs / "one"), max_per_person=20)
    monkeypatch.setenv("DESIREPATH_KEY", "77" * 32)
    go(logs, registry=str(logs / "two"), max_per_person=20)
    assert digests(logs / "one") == digests(logs / "two") != {}


def test_the_bytes_do_not_depend_on_files_that_keep_the_order(logs):
    go(logs, registry=str(logs / "one"))
    records = workplace()
    for index in range(4):
        write_lines(
            logs / "parts" / f"part-{index}.jsonl",
            records[index * len(records) // 4 : (index + 1) * len(records) // 4],
        )
    go(logs, registry=str(logs / "two"), input=(str(logs / "parts"),))
    assert digests(logs / "one") == digests(logs / "two") != {}


def test_the_bytes_do_not_depend_on_row_order_where_times_differ(logs):
    go(logs, registry=str(logs / "one"))
    records = workplace()
    write_lines(
        logs / "mixed" / "day.jsonl", [records[i] for i in np.random.default_rng(3).permutation(len(records))]
    )
    go(logs, registry=str(logs / "two"), input=(str(logs / "mixed"),))
    assert digests(logs / "one") == digests(logs / "two") != {}


def at_one_time(folder: Path) -> None:
    """The workplace with clocks that know the day alone: what comes first is what stands first, over several files."""
    records = [record | {"ts": record["ts"] // 86_400_000_000 * 86_400_000_000} for record in workplace()]
    for index, share in enumerate((20, 700, 5, 300, 80)):
        write_lines(folder / f"part-{index}.jsonl", records[:share])
        records = records[share:]
    write_lines(folder / "part-9.jsonl", records)


@pytest.mark.parametrize(("held", "block_mb"), [(1, 16), (60, 0.01), (400, 16)])
def test_equal_times_stand_as_in_the_files_however_many_events_are_held(
    tmp_path, monkeypatch, held, block_mb
):
    at_one_time(tmp_path / "logs")
    go(tmp_path, registry=str(tmp_path / "one"), gap_minutes=1440)
    monkeypatch.setattr("etl.read_step.ROWS_HELD", held)
    go(tmp_path, registry=str(tmp_path / "two"), gap_minutes=1440, block_mb=block_mb)
    assert digests(tmp_path / "one") == digests(tmp_path / "two") != {}


def test_the_bytes_do_not_depend_on_worker_processes(logs):
    at_one_time(logs / "logs")
    (logs / "logs" / "day.jsonl").unlink()
    go(logs, registry=str(logs / "one"))
    flags = ["--direct_running_mode=multi_processing", "--direct_num_workers=2", "--runner=FnApiRunner"]
    settings = f"--input {logs}/logs --source native --registry {logs}/two --window all --participation none"
    work = "--min-active 10 --split-mb 0.02 --buckets 4"
    command = [sys.executable, str(ROOT / "run_pipeline.py"), *settings.split(), *work.split(), *flags]
    ended = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=200)
    assert ended.returncode == 0, ended.stderr
    assert digests(logs / "one") == digests(logs / "two") != {}


def test_the_bytes_do_not_depend_on_steps_that_are_done_again(logs, monkeypatch):
    """As on a cluster that lost a worker: all that was staged is there already, and is staged once more."""
    import etl.run

    go(logs, registry=str(logs / "once"))
    run_pipeline, staged = etl.run.run_pipeline, []

    def twice(job, flags):
        for _ in range(2):
            run_pipeline(job, flags)
            staged.append(
                {
                    path.relative_to(job.staging.root): (
                        str(read_sealed(path, job.sealing_key).to_pydict()).encode()
                        if path.suffix == ".sealed"
                        else path.read_bytes()
                    )
                    for path in job.staging.root.rglob("*")
                    if path.is_file() and path.parent != job.staging.shuffled  # named at random
                }
            )

    monkeypatch.setattr(etl.run, "run_pipeline", twice)
    go(logs, registry=str(logs / "twice"))
    first, second = staged
    assert first == second
    assert len(first) > 5
    assert digests(logs / "twice") == digests(logs / "once")


def test_the_same_run_again_changes_nothing(logs):
    go(logs)
    before = {path: path.stat().st_mtime_ns for path in (logs / "registry" / "data").rglob("*")}
    again = go(logs)
    assert again.state.startswith("already published")
    assert {path: path.stat().st_mtime_ns for path in (logs / "registry" / "data").rglob("*")} == before


def test_other_content_for_a_published_window_is_refused(logs):
    go(logs)
    write_lines(logs / "logs" / "day.jsonl", workplace(seed=2))
    with pytest.raises(AlreadyPublishedError, match="released twice"):
        go(logs)


def test_one_night_at_a_time(logs):
    everything = go(logs, registry=str(logs / "all")).manifest
    first, last = everything["window"]["first"], everything["window"]["last"]
    go(logs, window=None, date=first)
    whole, one = exact_of(logs / "all")["rows"], exact_of(logs / "registry", first)["rows"]
    assert one["dropped"].get("outside_window", 0) == whole["kept"] - one["kept"]
    assert last >= first


def test_too_few_people_release_nothing_and_that_is_fine(logs):
    manifest = go(logs, min_active=31).manifest
    assert manifest["released"] == {"events": 0, "transitions": 0, "transitions_finest": 0, "records": 0}
    assert manifest["files"] == []
    assert manifest["withheld"]["actions"] == {"below_min_active": manifest["actions"]}
    privacy = manifest["privacy"]
    assert privacy["withheld_by_reason"] == {"below_min_active": 1.0}
    assert privacy["candidate_set"] == privacy["attacks"] == "nothing was released"
    assert isinstance(privacy["unicity"]["before"], dict)
    assert privacy["unicity"]["after_linked"] == "nothing was released"


def test_counts_about_fewer_than_k_people_are_not_told(tmp_path):
    write_lines(tmp_path / "logs" / "day.jsonl", workplace(people=3))
    manifest = go(tmp_path).manifest
    assert manifest["people"] == manifest["sessions"] == manifest["actions"] == "< 10"
    told = ("unicity", "candidate_set", "withheld_by_unit", "withheld_by_reason", "attacks")
    assert {manifest["privacy"][name] for name in told} == {"< 10"}


def test_nothing_matched(tmp_path):
    with pytest.raises(InputError):
        go(tmp_path)


def test_no_event_in_the_window(logs):
    with pytest.raises(InputError, match="no admitted event"):
        go(logs, window=None, date="1999-01-01")


def test_too_many_rejects_end_the_run_and_leave_dead_letters(logs):
    with open(logs / "logs" / "day.jsonl", "ab") as stream:
        stream.write(b'{"user_id": "rosalind", "ts": "yesterday", "event_type": "click", "app": "x"}\n' * 100)
    with pytest.raises(InputError) as caught:
        go(logs)
    assert "time_malformed" in str(caught.value)
    assert "rosalind" not in str(caught.value)
    letters = pq.read_table(next((logs / "registry" / ".private" / "dead-letters").iterdir())).to_pylist()
    assert len(letters) == 100
    assert set(letters[0]) == {"file", "position", "reason"}
    assert go(logs, max_reject_ratio=0.2).manifest["rows"]["rejected"] == {"time_malformed": 100}


def record_named_in(message: str) -> dict:
    """The run's record that a failure points to."""
    (name,) = re.findall(r"which file is which number in (\S+\.json);", message)
    return orjson.loads(Path(name).read_bytes())


def test_too_many_rejects_point_to_a_record_that_is_there(logs):
    """Also where the window is taken, or all time may be: these are read once to be compared."""
    assert go(logs, window=None, date="2026-11-18").state == "published"
    with open(logs / "logs" / "day.jsonl", "ab") as stream:
        stream.write(b'{"user_id": "rosalind", "ts": "yesterday", "event_type": "click", "app": "x"}\n' * 100)
    for window in (
        {"window": "all"},
        {"window": None, "date": "2026-11-18"},
        {"window": None, "date": "2026-11-25"},
    ):
        with pytest.raises(InputError) as caught:
            go(logs, **window)
        record = record_named_in(str(caught.value))
        assert record["statistics"]["rejected"] == {"time_malformed": 100}
        assert [Path(one["path"]).name for one in record["inputs"]] == ["day.jsonl"]
        assert "rosalind" not in str(record)


def test_a_locked_registry_is_left_alone(logs):
    registry = Registry(logs / "registry")
    registry.create()
    with registry.locked(), pytest.raises(LockedError):
        go(logs)


def test_a_dry_run_publishes_nothing(logs):
    assert go(logs, dry_run=True).manifest["released"]["records"] > 0
    assert not (logs / "registry" / "data").exists()
    assert Registry(logs / "registry").manifests() == []


def test_a_dry_run_does_not_bind_the_registry_to_its_keys(logs, monkeypatch):
    own = (os.environ["DESIREPATH_KEY"], os.environ["DESIREPATH_POOL_KEY"])
    monkeypatch.setenv("DESIREPATH_KEY", "1c" * 32)
    monkeypatch.setenv("DESIREPATH_POOL_KEY", "1d" * 32)
    go(logs, dry_run=True)
    monkeypatch.setenv("DESIREPATH_KEY", own[0])
    monkeypatch.setenv("DESIREPATH_POOL_KEY", own[1])
    assert go(logs).state == "published"
    for name in ("DESIREPATH_KEY", "DESIREPATH_POOL_KEY"):
        with monkeypatch.context() as other:
            other.setenv(name, "1e" * 32)
            with pytest.raises(ConfigError, match="key is not the one"):
                go(logs, dry_run=True)


def test_participation_decides_who_is_in(logs):
    lines = ["account,person,unit,status,valid_from,valid_to,basis,recorded_at"]
    lines += [f"user{i},p{i},unit{i % 3},participates,,,consent," for i in range(20)]
    (logs / "participation.csv").write_text("\n".join(lines) + "\n")
    manifest = go(logs, participation=str(logs / "participation.csv")).manifest
    assert manifest["people"] == 20
    assert manifest["rows"]["dropped"]["not_admitted"] > 0
    assert manifest["policy"]["participation"] == "registry"


LOAD = """
import json, sys, datasets
version, *registries = sys.argv[1:]
out = []
for registry in registries:
    found = {}
    for name, arguments in {"default": (), "version": (version,), "actions": (version + "-actions",)}.items():
        loaded = datasets.load_dataset(registry, *arguments)
        streamed = datasets.load_dataset(registry, *arguments, streaming=True)
        found[name] = {split: list(rows) for split, rows in loaded.items()}
        assert found[name] == {split: list(rows) for split, rows in streamed.items()}
    out.append(found)
print(json.dumps(out))
"""


def test_load_dataset_gives_what_was_written(logs):
    """Two registries of one name and night, one after the other: `datasets` knows a folder by its last name only."""
    version = go(logs).manifest["version"]
    stricter = logs / "other" / "registry"
    go(logs, registry=str(stricter), cap_per_person=1)
    registries = [logs / "registry", stricter]
    command = [sys.executable, "-c", LOAD, version, *map(str, registries)]
    fresh = {"PATH": "/usr/bin", "HF_HOME": str(logs / "hf"), "HF_HUB_OFFLINE": "1"}
    ended = subprocess.run(command, capture_output=True, text=True, cwd=logs, env=fresh)
    assert ended.returncode == 0, ended.stderr
    found = json.loads(ended.stdout.splitlines()[-1])
    assert found[0] != found[1]
    for registry, loaded in zip(registries, found, strict=True):
        assert loaded["default"] == loaded["version"]
        for kind, name in (("sequences", "version"), ("actions", "actions")):
            for split, rows in loaded[name].items():
                files = sorted((registry / "data" / version / kind).glob(f"{split}-*.parquet"))
                assert rows == [row for file in files for row in pq.ParquetFile(file).read().to_pylist()]


def test_optional_native_columns_may_be_missing_from_parquet_and_units_then_promise_nothing(tmp_path):
    records = [
        {name: r[name] for name in ("user_id", "ts", "event_type", "app")} for r in workplace(tail=False)
    ]
    (tmp_path / "logs").mkdir()
    pq.write_table(pa.Table.from_pylist(records), tmp_path / "logs" / "day.parquet")
    manifest = go(tmp_path).manifest
    assert exact_of(tmp_path / "registry")["rows"]["kept"] == len(records)
    assert manifest["released"]["records"] > 0
    assert manifest["policy"]["min_outside_unit"] == 0
    page = (tmp_path / "registry" / "reports" / f"{manifest['version']}.html").read_text()
    assert "outside any one organisational unit" not in page
    assert "not checked" in page
    assert manifest["input"]["columns_missing"] == []


def test_the_same_instants_are_never_released_twice_whatever_the_time_zone(logs):
    window = go(logs).manifest["window"]
    with pytest.raises(AlreadyPublishedError, match="released twice"):
        go(logs, window=f"{window['first']}..{window['last']}", night_timezone="America/Los_Angeles", k=11)


def test_spellings_of_one_account_are_one_person(tmp_path):
    """Nine people and three spellings of a tenth who is one of them: never ten."""
    spellings = {"user9": "USER0", "user10": "user0 ", "user11": "us\u200ber0"}
    records = []
    for i in range(12):
        for step, name in enumerate(["open", "edit", "save"]):
            who, when = spellings.get(f"user{i}", f"user{i}"), 1_795_000_000_000_000 + i * 10**6 + step
            records.append({"user_id": who, "ts": when, "event_type": "click", "app": "Desk", "target": name})
    write_lines(tmp_path / "logs" / "day.jsonl", records)
    manifest = go(tmp_path, min_active=1).manifest
    assert manifest["released"]["records"] == 0
    assert manifest["people"] == "< 10"
