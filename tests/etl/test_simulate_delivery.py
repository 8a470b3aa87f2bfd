"""Late uploads, hours past midnight, and one month delivered in different files: what the simulator says of each is so."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from etl.errors import ConfigError
from etl.simulate import Simulation, simulate
from etl.simulate.world import build_world

LATE = Simulation(
    events=30_000,
    people=120,
    nights=6,
    seed=5,
    hostile=False,
    delivery="nightly",
    late_share=0.1,
    late_nights=3,
)


def lines(written) -> list[bytes]:
    return [line for file in written.files for line in file.read_bytes().splitlines()]


def delivered(written) -> list[tuple[date, dict]]:
    """Each record with the night that its file was delivered in."""
    rows = []
    for file in written.files:
        night = re.fullmatch(r"delivered-(\d{4}-\d\d-\d\d)-\d\d\.jsonl", file.name)
        assert night
        for line in file.read_bytes().splitlines():
            record = json.loads(line)
            record["at"] = datetime.fromisoformat(record["ts"]).astimezone(UTC)
            rows.append((date.fromisoformat(night[1]), record))
    return rows


def test_whole_uploads_and_single_records_come_late(tmp_path):
    written = simulate(LATE, tmp_path)
    uploads = defaultdict(Counter)
    for night, record in delivered(written):
        uploads[record["user_id"], record["at"].date()][(night - record["at"].date()).days] += 1
    late = [nights for nights in uploads.values() if max(nights, key=lambda n: nights[n]) > 0]
    assert 0.06 < len(late) / len(uploads) < 0.14
    assert {max(nights, key=lambda n: nights[n]) for nights in late} == {1, 2, 3}
    single = sum(1 for nights in uploads.values() if nights[0] and len(nights) > 1)
    assert 0 < single < 0.4 * len(uploads)
    assert {night for nights in uploads.values() for night in nights} == {0, 1, 2, 3}


def test_what_comes_late_is_the_only_difference(tmp_path):
    late = simulate(LATE, tmp_path / "late")
    never = simulate(replace(LATE, late_share=0.0), tmp_path / "never")
    plain = simulate(replace(LATE, late_share=0.0, delivery=None), tmp_path / "plain")
    assert sorted(lines(late)) == sorted(lines(never)) == sorted(lines(plain))
    assert lines(never) == lines(plain)
    assert lines(late) != lines(never)


@pytest.mark.parametrize("files", [1, 3])
def test_records_stand_in_one_order_whatever_the_delivery(tmp_path, files):
    """Of each group of people: over the names in order, be they one file, a file a night or a file an hour."""
    found = {}
    for delivery in ("nightly", "hourly", "single"):
        written = simulate(replace(LATE, delivery=delivery, files=files, hostile=True), tmp_path / delivery)
        groups = defaultdict(list)
        for file in written.files:
            groups[file.stem[-2:]] += file.read_bytes().splitlines()
        assert sum(map(len, groups.values())) == LATE.events
        found[delivery] = groups, len(written.files)
    assert found["nightly"][0] == found["hourly"][0] == found["single"][0]
    assert found["hourly"][1] > found["nightly"][1] > found["single"][1] == files


def test_any_number_of_workers_delivers_the_same(tmp_path):
    one = simulate(replace(LATE, files=2, delivery="hourly"), tmp_path / "one")
    two = simulate(replace(LATE, files=2, delivery="hourly", workers=2), tmp_path / "two")
    assert [(f.name, f.read_bytes()) for f in one.files] == [(f.name, f.read_bytes()) for f in two.files]


def test_who_works_at_midnight_has_sessions_across_it(tmp_path):
    simulation = replace(LATE, late_share=0.0, night_shift_share=0.2)
    crossing = set()
    times = defaultdict(list)
    for _, record in delivered(simulate(simulation, tmp_path)):
        times[record["user_id"]].append(record["at"])
    for user, moments in times.items():
        moments.sort()
        for before, after in pairwise(moments):
            if before.date() < after.date() and after - before <= timedelta(minutes=30):
                crossing.add(user)
    expected = int(build_world(simulation).works_at_midnight.sum())
    assert 0.1 < expected / 120 < 0.3
    assert expected * 0.8 <= len(crossing) <= expected + 120 * 0.05  # and a few whose evening is long anyway
    assert max(Counter((user, at) for user, moments in times.items() for at in moments).values()) == 1


def test_an_earlier_delivery_is_replaced(tmp_path):
    simulate(LATE, tmp_path)
    again = simulate(replace(LATE, delivery="single"), tmp_path)
    assert sorted(tmp_path.glob("*.jsonl")) == list(again.files)


def test_a_late_upload_needs_a_delivery_to_be_late_for():
    with pytest.raises(ConfigError, match="needs a delivery"):
        replace(LATE, delivery=None)
    with pytest.raises(ConfigError, match="late_nights is 0"):
        replace(LATE, late_nights=0)


def test_the_note_names_what_is_set(tmp_path):
    simulate(LATE, tmp_path / "late")
    simulate(replace(LATE, late_share=0.0, delivery=None), tmp_path / "plain")
    assert "- `late_share`: 0.1\n- `late_nights`: 3" in (tmp_path / "late" / "SIMULATED.md").read_text()
    plain = (tmp_path / "plain" / "SIMULATED.md").read_text()
    assert not re.search("late_|night_shift|delivery", plain)
