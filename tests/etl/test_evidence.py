"""What the risk figures are computed from equals a plain recount of the raw records, however the work was cut."""

from __future__ import annotations

import json
from itertools import pairwise

import numpy as np
import pyarrow.parquet as pq
import pytest

import etl.run
from etl.evidence import collect_evidence
from tests.etl.test_pipeline import KEY, go, workplace, write_lines
from tests.exact import exact_of
from transforms.ladder import round_people

GAP_US = 30 * 60 * 1_000_000


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Records, and of a run with one bucket and one with five: the manifest, the registry and the evidence."""
    folder = tmp_path_factory.mktemp("evidence")
    records = workplace(people=24)
    for record in records[::7]:
        if record["user_id"] in ("user3", "user4"):
            record.pop("unit")
    records += [record | {"ts": record["ts"] + 1} for record in records[::5]]  # the same action once more
    records.sort(key=lambda record: record["ts"])
    write_lines(folder / "logs" / "day.jsonl", records)
    runs = []
    for buckets in (1, 5):
        collected = []

        def collect(job, collected=collected):
            collected.append(collect_evidence(job))
            return collected[0]

        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("DESIREPATH_KEY", KEY if buckets == 1 else "77" * 32)
            patch.setattr(etl.run, "collect_evidence", collect)
            registry = folder / f"registry-{buckets}"
            manifest = go(folder, buckets=buckets, registry=str(registry), cap_per_person=6).manifest
        runs.append((manifest, registry, collected[0]))
    return records, runs


def levels(record):
    names = [record["event_type"], record["app"], record["target"]]
    return [" ".join(names), " ".join(names[:2]) + " ↑1", names[0] + " ↑2"]


@pytest.fixture(scope="module")
def people(made):
    """By person, in the order of their first events: the events in order of time."""
    records, _ = made
    order = list(dict.fromkeys(record["user_id"] for record in records))
    return [[record for record in records if record["user_id"] == name] for name in order]


def sessions(events):
    return np.cumsum([0, *(after["ts"] - before["ts"] > GAP_US for before, after in pairwise(events))])


def test_what_is_known_of_people_is_what_they_did(made, people):
    names = sorted({levels(event)[0] for events in people for event in events})
    known = made[1][0][2].known
    found = [(int(p), names[int(a)]) for p, a in zip(known.person, known.action, strict=True)]
    assert found == sorted({(p, levels(event)[0]) for p, events in enumerate(people) for event in events})
    assert known.people == len(people) == 24


def test_actions_and_what_was_released_of_them_are_counted_by_person(made, people):
    _, registry, evidence = made[1][0]
    exact = exact_of(registry)
    for events, counted in zip(people, evidence.activity.actions, strict=True):
        steps = list(zip(sessions(events), map(levels, events), strict=True))
        assert counted == 1 + sum(after != before for before, after in pairwise(steps))
    assert evidence.activity.actions.sum() == exact["actions"]
    assert evidence.activity.released.sum() == exact["released"]["events"]
    lengths = np.array([len(names) for names in evidence.published.actions.to_pylist()])
    for person in range(len(people)):
        mine = evidence.emitted.record[evidence.emitted.person == person]
        assert evidence.activity.released[person] == lengths[mine].sum()


def test_units_are_those_of_the_events(made, people):
    activity = made[1][0][2].activity
    held = {
        frozenset(activity.holder[activity.unit == number].tolist()) for number in range(len(activity.units))
    }
    named = {event.get("unit") for events in people for event in events}
    assert held == {
        frozenset(p for p, events in enumerate(people) if any(event.get("unit") == name for event in events))
        for name in named
    }
    assert activity.units[0] is None


def test_the_release_is_what_stands_in_the_files(made):
    manifest, registry, evidence = made[1][0]
    tables = [pq.ParquetFile(path).read() for path in sorted((registry / "data").rglob("*.parquet"))]
    rows = [
        (number, at, *row.values()) for number, t in enumerate(tables) for at, row in enumerate(t.to_pylist())
    ]
    published = evidence.published
    assert len(rows) == len(published) == manifest["released"]["records"] > 5
    columns = (published.file, published.row, published.people, published.occurrences)
    for place, actions, file, row, people, times in zip(
        rows, published.actions.to_pylist(), *(column.tolist() for column in columns), strict=True
    ):
        assert place == (file, row, actions, len(actions), people, times)


def test_every_occurrence_covers_events_that_give_its_record_and_no_other(made, people):
    _, _, evidence = made[1][0]
    emitted, actions = evidence.emitted, evidence.published.actions.to_pylist()
    label = {}
    before = (0, 0)
    for record, person, session, start, stop in zip(
        emitted.record, emitted.person, emitted.session, emitted.start, emitted.stop, strict=True
    ):
        assert before <= (person, start)
        before = (person, stop)
        events, wanted = people[person], actions[record]
        reached = {-1}  # the tokens at which a reading of the events so far may end
        for event in events[start:stop]:
            reached = {at for at in reached | {at + 1 for at in reached} if at >= 0}
            reached = {at for at in reached if at < len(wanted) and wanted[at] in levels(event)}
        assert len(wanted) - 1 in reached
        held = {(int(person), int(number)) for number in sessions(events)[start:stop]}
        assert len(held) == 1
        assert label.setdefault(int(session), held) == held
    assert len({str(held) for held in label.values()}) == len(label)
    pairs = np.unique(np.stack([emitted.record, emitted.person]), axis=1)
    exact = np.bincount(pairs[0])
    assert (round_people(exact, k=10) == evidence.published.people).all()
    assert any("↑" in name for names in actions for name in names)


def test_an_occurrence_takes_twenty_bytes(made):
    for _, _, evidence in made[1]:
        emitted = evidence.emitted
        columns = (emitted.record, emitted.person, emitted.session, emitted.start, emitted.stop)
        assert sum(column.nbytes for column in columns) == 20 * len(emitted) > 0


def test_neither_buckets_nor_key_change_anything(made):
    (manifest, _, one), (other_manifest, _, other) = made[1]
    assert one.seed == other.seed
    assert one.known.people == other.known.people
    for name in ("person", "action"):
        assert (getattr(one.known, name) == getattr(other.known, name)).all()
    for name in ("record", "person", "session", "start", "stop"):
        assert (getattr(one.emitted, name) == getattr(other.emitted, name)).all()
    for name in ("actions", "released"):
        assert (getattr(one.activity, name) == getattr(other.activity, name)).all()
    assert manifest["privacy"] == other_manifest["privacy"]


def test_exact_figures_by_pseudonym_stay_in_the_private_record(made):
    manifest, registry, evidence = made[1][0]
    run = json.loads(next((registry / ".private" / "runs").iterdir()).read_bytes())
    exact = run["exact"]["risk"]["withheld_by_unit"]
    assert len(exact) == len(evidence.activity.units)
    pages = [*registry.glob("manifests/*"), *registry.glob("reports/*"), registry / "README.md"]
    said = "".join(page.read_text() for page in pages)
    assert not any(name in said for name in exact if name != "unknown")
    assert "by unit" in said
    assert manifest["privacy"]["candidate_set"]["whole_record"]["smallest"] == 10
