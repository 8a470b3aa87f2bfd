import csv
import gzip
import hashlib
import json
import re
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pyarrow.parquet as pq
import pytest
import zstandard

from etl.errors import ConfigError, StorageError
from etl.simulate import PRESETS, Simulation, simulate
from etl.simulate.draws import For, below, draw
from etl.simulate.names import WORDS, account_name
from etl.simulate.schedule import events_by_day
from etl.simulate.scripts import parse, walk_script
from etl.simulate.vocabulary import vocabulary, workplace
from etl.simulate.world import build_world

SMALL = Simulation(events=6_000, people=40, units=5, nights=3, seed=11)


def lines(written) -> list[bytes]:
    return [line for file in written.files for line in file.read_bytes().splitlines()]


def good_records(written) -> list[dict]:
    """The records that are no rejects, with `at`, UTC."""
    records = []
    for line in lines(written):
        try:
            record = json.loads(line)
        except json.JSONDecodeError:
            continue
        record["at"] = datetime.fromisoformat(record["ts"])
        if record["at"].tzinfo and record["at"].year != 1970:
            records.append(record)
    return records


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The demo of 100,000 events."""
    return simulate(replace(PRESETS["demo"], events=100_000), tmp_path_factory.mktemp("demo"))


@pytest.mark.parametrize(
    ("events", "people", "units", "nights", "hostile"),
    [
        (1, 1, 1, 1, False),
        (7, 1, 1, 3, True),
        (997, 3, 2, 2, True),
        (10_000, 200, 12, 4, True),
        (50, 300, 400, 9, False),
    ],
)
def test_there_are_exactly_as_many_records_as_asked_for(tmp_path, events, people, units, nights, hostile):
    simulation = Simulation(events=events, people=people, units=units, nights=nights, hostile=hostile)
    written = simulate(simulation, tmp_path)
    assert written.events == len(lines(written)) == events
    assert events_by_day(build_world(simulation)).sum() == events


def test_the_same_parameters_give_the_same_bytes_with_any_number_of_workers(tmp_path):
    simulation = replace(SMALL, files=3)
    one = simulate(simulation, tmp_path / "one")
    two = simulate(replace(simulation, workers=2), tmp_path / "two")
    names = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert names == sorted(path.name for path in (tmp_path / "two").iterdir())
    assert [file.name for file in one.files] == [file.name for file in two.files]
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


@pytest.mark.parametrize("files", [1, 2, 7, 40])
def test_any_number_of_files_holds_the_same_events(tmp_path, files):
    several = simulate(replace(SMALL, files=files), tmp_path)
    single = simulate(SMALL, tmp_path / "single")
    assert len(several.files) > len(single.files) or files == 1
    assert sorted(lines(several)) == sorted(lines(single))


def test_another_seed_gives_another_log(tmp_path):
    one = simulate(SMALL, tmp_path / "one")
    other = simulate(replace(SMALL, seed=12), tmp_path / "other")
    assert not set(lines(one)) & set(lines(other))


def test_the_bench_preset_is_frozen(tmp_path):
    """If this fails, figures measured before can no longer be compared: bring the old events back."""
    written = simulate(replace(PRESETS["bench"], events=20_000), tmp_path)
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in written.files)).hexdigest()
    assert digest[:16] == "a7db2c181d5d2338"


def test_a_file_holds_the_events_of_its_utc_date_in_order_of_time(tmp_path):
    written = simulate(replace(SMALL, hostile=False, files=2), tmp_path)
    nights = set()
    for file in written.files:
        night = re.fullmatch(r"events-(\d{4}-\d\d-\d\d)-0[01]\.jsonl", file.name)
        assert night
        nights.add(night[1])
        times = [
            datetime.fromisoformat(json.loads(line)["ts"]).astimezone(UTC)
            for line in file.read_bytes().splitlines()
        ]
        assert {str(time.date()) for time in times} == {night[1]}
        assert times == sorted(times)
    assert nights == {"2026-11-02", "2026-11-03", "2026-11-04"}


def test_a_persons_times_are_distinct(tmp_path):
    written = simulate(replace(SMALL, hostile=False), tmp_path)
    times = Counter((record["user_id"], record["at"]) for record in good_records(written))
    assert set(times.values()) == {1}


def test_some_work_past_midnight_and_in_many_zones(demo):
    hours = Counter(record["at"].hour for record in good_records(demo) if record["user_id"] != "svc-nightly")
    assert 0.001 < sum(hours[hour] for hour in range(5)) / hours.total() < 0.1
    assert len({record["at"].utcoffset() for record in good_records(demo)}) >= 4


def test_ids_name_records(tmp_path):
    written = simulate(Simulation(events=50_000, people=60, hostile=False), tmp_path)
    ids = [json.loads(line)["event_id"] for line in lines(written)]
    assert len(set(ids)) == len(ids)


def test_parquet_and_compressed_files_hold_what_the_lines_say(tmp_path):
    plain = simulate(SMALL, tmp_path / "jsonl")
    content = [file.read_bytes() for file in plain.files]
    packed = simulate(replace(SMALL, compression="gzip"), tmp_path / "gzip")
    assert [gzip.decompress(file.read_bytes()) for file in packed.files] == content
    packed = simulate(replace(SMALL, compression="zstd"), tmp_path / "zstd")
    opened = [
        zstandard.ZstdDecompressor().decompressobj().decompress(file.read_bytes()) for file in packed.files
    ]
    assert opened == content
    tables = simulate(replace(SMALL, format="parquet"), tmp_path / "parquet")
    assert [file.with_suffix("").name for file in tables.files] == [
        file.with_suffix("").name for file in plain.files
    ]
    by_id = {
        (row["event_id"], row["ts"]): row for file in tables.files for row in pq.read_table(file).to_pylist()
    }
    records = good_records(plain)
    for record in records:
        row = by_id[record["event_id"], round(record.pop("at").timestamp() * 1e6)]
        record["ts"] = row["ts"]
        assert {key: value for key, value in row.items() if value is not None} == record
    assert len(records) > 0.99 * SMALL.events
    assert str(pq.read_schema(tables.files[0]).field("app").type) == "string"


def test_an_earlier_simulation_is_replaced_and_foreign_logs_are_not(tmp_path):
    simulate(SMALL, tmp_path)
    again = simulate(Simulation(events=10, people=3), tmp_path)
    assert sorted(tmp_path.glob("events-*")) == list(again.files)
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "events-2026-01-01-00.jsonl").write_text("{}\n")
    with pytest.raises(ConfigError, match="no simulation wrote"):
        simulate(SMALL, foreign)
    assert (foreign / "events-2026-01-01-00.jsonl").read_text() == "{}\n"


def test_a_folder_that_cannot_be_written_is_a_storage_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="failed"):
        simulate(SMALL, tmp_path / "file")


def test_everything_wrong_is_told_at_once():
    with pytest.raises(ConfigError) as caught:
        Simulation(events=0, people=-1, nights=10_000, start=date(1970, 1, 1), format="csv", files=0)  # type: ignore[arg-type]
    for word in ("events", "people", "nights", "start", "format", "files"):
        assert word in str(caught.value)


def test_progress_adds_up_and_the_note_says_it_is_simulated(tmp_path):
    told = []
    simulate(SMALL, tmp_path, progress=told.append)
    assert sum(told) == SMALL.events
    note = (tmp_path / "SIMULATED.md").read_text()
    assert "These logs are simulated" in note
    assert "- `seed`: 11" in note
    assert "workers" not in note


# ---- the hostile cases


def test_rejects_are_few_and_of_every_kind(demo):
    kinds = Counter()
    for line in lines(demo):
        try:
            time = datetime.fromisoformat(json.loads(line)["ts"])
        except json.JSONDecodeError:
            kinds["malformed"] += 1
            continue
        kinds["no offset" if time.tzinfo is None else "1970" if time.year == 1970 else "good"] += 1
    assert set(kinds) == {"malformed", "no offset", "1970", "good"}
    assert 0.0002 < 1 - kinds["good"] / 100_000 < 0.001


def test_duplicates_repeat_a_whole_record(demo):
    by_id = defaultdict(list)
    for line in lines(demo):
        if b'"event_id":"' in line and line.endswith(b"}"):
            by_id[json.loads(line)["event_id"]].append(line)
    twice = [copies for copies in by_id.values() if len(copies) > 1]
    assert 10 <= len(twice) <= 60
    assert sum(len(set(copies)) == 1 for copies in twice) >= 0.9 * len(twice)


def test_the_hostile_values_are_there_and_are_few_peoples(demo):
    people = defaultdict(set)
    units = defaultdict(set)
    for record in good_records(demo):
        for value in (record.get("target"), record["app"]):
            people[value].add(record["user_id"].removeprefix("adm-"))
            units[value].add(record.get("unit"))
    for value in ("anna.kessler@example.com", "Chess Club", "Genealogy", "Direct message: Mira Okafor"):
        assert len(people[value]) == 1, value
    assert 1 < len(people["Adaeze Nwosu – Orders"]) < 5
    secrets = [
        value for value in people if value and re.search(r"ghp_[A-Za-z0-9]{36}$|AKIA[A-Z0-9]{16}$", value)
    ]
    assert len(secrets) == 2
    assert len(people["Plant Monitor"]) >= 10
    assert len(units["Plant Monitor"]) == 1


def test_nothing_hostile_where_none_is_asked_for(tmp_path):
    written = simulate(Simulation(events=20_000, people=50, hostile=False), tmp_path)
    assert len({line[53:] for line in lines(written)}) > 1
    text = b"".join(lines(written))
    for word in (b"Chess Club", b"ghp_", b"svc-", b'"target":"anna', b"1970-01-01", b"adm-"):
        assert word not in text
    assert written.participation.read_text().count("\n") == 51


def test_what_was_typed_is_only_in_the_key_text(demo):
    typed = Counter()
    for record in good_records(demo):
        assert ("text" in record) == (record["event_type"] == "key")
        if "text" in record:
            typed[record.pop("text")] += 1
    assert set(typed) == set(WORDS)


def test_the_participation_file_knows_the_cast(demo):
    rows = list(csv.DictReader(demo.participation.read_text(encoding="utf-8").splitlines()))
    by_person = defaultdict(list)
    for row in rows:
        by_person[row["person"]].append(row)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", row["recorded_at"])
    listed = {row["account"] for row in rows}
    logged = {record["user_id"] for record in good_records(demo)}
    assert logged - listed == {account_name(3)}  # unlisted
    assert Counter(row["status"] for row in rows).keys() == {"participates", "objects", "left"}
    assert [row["account"] for row in by_person[""]] == ["svc-nightly"]  # nobody's
    assert {row["account"] for row in by_person["P-000001"]} == {"adaeze.abara", "adm-adaeze.abara"} <= logged
    moved = by_person["P-000005"]
    assert len({row["unit"] for row in moved}) == 2
    assert moved[0]["valid_to"] == moved[1]["valid_from"] == moved[1]["recorded_at"]
    assert len(by_person) == 200  # 199 listed people and nobody


def test_who_moves_logs_the_unit_of_the_time(tmp_path):
    written = simulate(Simulation(events=20_000, people=20, nights=4), tmp_path)
    change = datetime(2026, 11, 4, tzinfo=UTC)
    units = {
        (record["at"] >= change, record["unit"])
        for record in good_records(written)
        if record["user_id"] == account_name(4)
    }
    assert len(units) == 2
    assert len({unit for _, unit in units}) == 2


# ---- what makes it a workplace


def test_most_of_the_common_work_is_shared_and_a_tail_is_not(demo):
    people, occurrences = defaultdict(set), Counter()
    last: dict[str, tuple] = {}
    actions = set()
    for record in sorted(good_records(demo), key=lambda record: record["at"]):
        user = record["user_id"].removeprefix("adm-")
        action = (record["event_type"], record["app"], record.get("target"))
        actions.add(action)
        before = last.get(user)
        last[user] = (action, record["at"])
        if before is None or before[0] == action or (record["at"] - before[1]).total_seconds() > 1800:
            continue
        people[before[0], action].add(user)
        occurrences[before[0], action] += 1
    shared = sum(n for pair, n in occurrences.items() if len(people[pair]) >= 10) / occurrences.total()
    assert 400 <= len(actions) <= 700
    assert 0.7 < shared < 0.9
    assert sum(len(who) == 1 for who in people.values()) > 500


def test_people_differ_in_activity_and_take_breaks(demo):
    times = defaultdict(list)
    for record in good_records(demo):
        times[record["user_id"]].append(record["at"])
    sizes = sorted(len(person) for person in times.values())
    assert sizes[-1] > 8 * sizes[len(sizes) // 2]
    sessions = []
    for person in times.values():
        person.sort()
        gaps = np.diff(np.array([at.timestamp() for at in person]))
        sessions.append(1 + int((gaps > 1800).sum()))
    assert 2 < np.mean(sessions) < 6


def test_a_busy_day_is_squeezed_into_working_hours(tmp_path):
    written = simulate(
        Simulation(events=200_000, people=2, units=1, hostile=False, files=1, seed=1), tmp_path
    )
    times = [record["at"] for record in good_records(written)]
    assert len(times) == 200_000
    assert len({at.astimezone(UTC).hour for at in times}) < 24


# ---- the parts


def test_draws_do_not_depend_on_how_they_are_batched():
    whole = draw(5, For.GAP, np.arange(100))
    assert np.array_equal(whole[40:], draw(5, For.GAP, np.arange(40, 100)))
    assert not np.array_equal(whole, draw(5, For.RUN, np.arange(100)))
    assert not np.array_equal(whole, draw(6, For.GAP, np.arange(100)))


def test_draws_are_uniform():
    values = below(draw(np.arange(1000, dtype=np.uint64)[:, None], For.GAP, np.arange(100)), 10)
    counts = np.bincount(values.ravel(), minlength=10)
    assert ((counts - 10_000) ** 2 / 10_000).sum() < 27.9  # χ², 9 degrees of freedom, p = 0.001


@pytest.mark.parametrize(
    "script", ["click Send", "@Mail; click Nothing", "@Mail; [click Send", "@Mail; click Send }"]
)
def test_a_bad_script_is_refused(script):
    with pytest.raises(ValueError, match=r"script|such action"):
        parse(script, vocabulary(workplace()))


def test_a_script_is_walked():
    words = vocabulary(workplace())
    script = parse("@Mail; click Send | click Reply; [key body]; {scroll message; click Archive}", words)
    walks = {
        tuple(words.actions[n].target for n in walk_script(script, 1, variant)) for variant in range(200)
    }
    assert {walk[1] for walk in walks} == {"Send", "Reply"}
    assert {"body" in walk for walk in walks} == {True, False}
    assert {walk.count("Archive") for walk in walks} == {1, 2, 3, 4, 5}
    assert all(walk[0] is None for walk in walks)


def test_account_names_are_unique():
    assert len({account_name(person) for person in range(20_000)}) == 20_000
