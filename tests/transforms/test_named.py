"""Units that are named beside the closed sessions: what travels, what is set apart, and what a person counts in."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from tests.worlds import MINUTE, Act, digest, events_of
from transforms.draw import DrawPolicy, draw
from transforms.events import EventPolicy, to_events
from transforms.ledger import ledger_of
from transforms.mapping import Mapping
from transforms.named import NAMED_FILE, named_by, naming, set_apart, units_of
from transforms.pack import pack
from transforms.participation import ENTRIES, UNITS, build_registry
from transforms.past import BURNED, TOO_LATE, PastSpan
from transforms.pseudonym import pseudonyms, unit_pseudonyms
from transforms.resume import named_before, resume
from transforms.schemas import LEDGER, NAMED, NAMED_BEFORE, POOL, POSITION
from transforms.sequence import build_actions, order_events

DAY = 24 * 60 * MINUTE
KEY = b"k" * 32
POLICY = DrawPolicy(0, DAY, 30 * MINUTE, hold_open=True, late_us=DAY, ledger_key=KEY, content_key=KEY)
NOBODY = pa.array([], pa.binary(16))


def pairs(named: pa.Table) -> set[tuple[bytes, str | None]]:
    return {(row["person"], row["unit"]) for row in units_of(named).to_pylist()}


def travelling(who: str, unit: str | None, time_us: int = 0) -> pa.RecordBatch:
    one = pa.array([digest(who)], pa.binary(16))
    table = naming(one, one, pa.array([unit]).dictionary_encode(), np.array([time_us]), unknown_too=True)
    return table.to_batches()[0]


def test_open_sessions_repeats_and_records_that_are_no_events_name_units():
    acts = [
        Act("a", 0, ("t",), "closed"),
        Act("a", 23 * 60 + 45, ("t",), "open"),
        Act("b", 5, ("t",), "first", record_id="7"),
        Act("b", 6, ("t",), "repeat", record_id="7"),
        Act("b", 7, ("t",), None, record_id="7"),
    ]
    batches = [events_of(acts), travelling("a", "filtered")]
    drawn = draw(batches, ledger=LEDGER.empty_table(), spent=None, policy=POLICY)
    a, b = digest("a"), digest("b")
    assert pairs(drawn.named) == {(a, "open"), (b, "repeat"), (b, None), (a, "filtered")}
    assert set(drawn.closed.column("unit").to_pylist()) == {"closed", "first"}
    assert drawn.counts["fresh"] == 3  # what only names a unit is no event
    assert drawn.counts["active"] == 2


def test_an_event_that_an_earlier_version_consumed_names_its_unit():
    batch = order_events([events_of([Act("a", 0, ("t",), "seen"), Act("a", 60, ("t",), "new")])]).events
    before = batch.slice(0, 1)
    ledger = ledger_of(before)
    drawn = draw([batch], ledger=ledger, spent=None, policy=POLICY)
    assert drawn.counts["seen_before"] == 1
    assert pairs(drawn.named) == {(digest("a"), "seen")}


def test_a_person_counts_in_the_units_named_elsewhere_and_they_are_known():
    ordered = order_events([events_of([Act("a", 0, ("t",))])]).events
    named = pa.Table.from_pylist(
        [{"person": digest("a"), "unit": "open"}, {"person": digest("absent"), "unit": "theirs"}],
        schema=UNITS,
    )
    sequenced = build_actions(ordered, gap_us=MINUTE, drop_repeats=True)
    packed = pack(sequenced, ordered, held=UNITS.empty_table(), named=named)
    assert [packed.unit_names[unit].as_py() for unit in packed.units] == ["", "open"]
    assert packed.units_known
    absent = pack(sequenced, ordered, held=UNITS.empty_table(), named=named.slice(1))
    assert (absent.units_known, absent.units.tolist()) == (True, [0])


def test_the_first_and_the_last_of_each_account_and_unit_are_kept():
    acts = [
        Act("a", minute, ("t",), unit) for minute, unit in [(1, "x"), (2, "x"), (3, "y"), (4, "x"), (5, None)]
    ]
    named = named_by([pa.Table.from_batches([events_of(acts)])])
    assert named.schema == NAMED
    found = [(row["unit"], row["time_us"] // MINUTE) for row in named.to_pylist()]
    assert sorted(found, key=str) == sorted([("x", 1), ("x", 4), ("y", 3), (None, 5)], key=str)
    assert set_apart([]).events == []
    mixed = pa.Table.from_batches([events_of(acts), travelling("a", "z")]).unify_dictionaries()
    apart = set_apart(mixed.combine_chunks().to_batches())
    assert (sum(batch.num_rows for batch in apart.events), apart.named.num_rows) == (5, 1)


# --- what the reader drops --------------------------------------------------------------------------------------------

T0 = 1_794_787_200_000_000
LOG = {
    "format": "jsonl",
    "person": "who",
    "time": {"column": "at", "format": "epoch_us"},
    "unit": "team",
    "where": {"column": "kind", "in": ["click"]},
    "action": [[{"column": "what", "as": "verbatim"}]],
}
NAMES = ("who", "at", "team", "kind", "what")
ROWS = [
    ("u", "150", "kept", "click", "open"),
    ("u", "151", "filtered", "scroll", "open"),
    ("u", "152", None, "scroll", "open"),  # no event, and names no unit
    ("u", "153", "no action", "click", None),
    ("u", "50", "too late", "click", "open"),
    ("u", "20", "withdrawn", "click", "open"),
    ("u", "5", "outside, counted", "click", "open"),
    ("u", "4", "before all nights", "click", "open"),
    ("u", "200", "after", "click", "open"),
    ("u", "x", "no time", "scroll", "open"),
    ("u", "y", "no time either", "click", "open"),
    ("u", "30", "filtered before", "scroll", "open"),
    ("v", "150", "not a participant", "click", "open"),
    ("v", "150", "not a participant, filtered", "scroll", "open"),
    ("u", "199", "left by then", "scroll", "open"),
    ("e", "150", "erased", "scroll", "open"),
]


def read(*, participation: bool, **changes: object) -> set[str]:
    registry = None
    if participation:
        entry = {"account": "u", "person": "p", "unit": None, "status": "participates"}
        times = {"valid_from_us": None, "valid_to_us": T0 + 199, "recorded_at_us": None}
        entries = pa.Table.from_pylist(
            [{**entry, **times}, {**entry, **times, "account": "e"}], schema=ENTRIES
        )
        registry = build_registry(entries, person_key=KEY, unit_key=KEY)
    rows = [(who, str(T0 + int(at)) if at.isdigit() else at, *more) for who, at, *more in ROWS]
    columns = dict(zip(NAMES, zip(*rows, strict=True), strict=True))
    table = pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
    table = table.append_column(POSITION, pa.array(range(len(ROWS)), pa.int64()))
    policy = EventPolicy(
        Mapping.model_validate({**LOG, **changes}),
        T0 + 100,
        T0 + 200,
        person_key=KEY,
        record_key=KEY,
        unit_key=KEY,
        counting_key=KEY,
        registry=registry,
        past=(PastSpan(T0 + 10, T0 + 40, BURNED), PastSpan(T0 + 40, T0 + 100, TOO_LATE)),
        erased=pseudonyms(pa.array(["e"]), key=KEY),
        held_from_us=T0 + 5,
    )
    made = to_events(table, policy, file=0)
    assert made.events.num_rows + made.rejects.num_rows + sum(made.dropped.values()) == len(ROWS)
    assert set(made.named.column("file").to_pylist()) <= {NAMED_FILE}
    words = [row[2] for row in ROWS if row[2]]
    spelled = dict(zip(unit_pseudonyms(pa.array(words), key=KEY).to_pylist(), words, strict=True))
    return {spelled[unit] for unit in made.named.column("unit").to_pylist()}


def test_records_that_come_to_nothing_name_units_if_their_account_takes_part_then():
    counted = {"filtered", "no action", "too late", "withdrawn", "outside, counted", "filtered before"}
    assert read(participation=True) == counted
    others = {"not a participant, filtered", "left by then"}
    assert read(participation=False) == counted | others  # there everybody takes part


@pytest.mark.parametrize("unit", [None, "participation"])
def test_a_log_that_names_no_units_brings_none(unit):
    assert read(participation=False, unit=unit) == set()


# --- what nights before named -----------------------------------------------------------------------------------------


def test_what_waits_and_may_not_be_used_still_names_its_unit_and_who_may_not_take_part_does_not():
    pool = pa.table(
        {
            "account": pa.array([digest(who) for who in "abc"], pa.binary(16)),
            "unit": pa.array(["burned", "fine", "erased"]).dictionary_encode(),
            "time_us": pa.array([5, 50, 5]),
            "path": pa.array(["t"] * 3).dictionary_encode(),
            "fragment": pa.array([0, 1, 2]),
        },
        schema=POOL,
    )
    erased = pa.array([digest("c")], pa.binary(16))
    resumed = resume(pool, registry=None, erased=erased, gazetteer=None, burned=[PastSpan(0, 10, BURNED)])
    assert resumed.events.column("unit").to_pylist() == ["fine"]
    assert pairs(resumed.named.select(NAMED.names)) == {(digest("a"), "burned")}
    named = pool.select(NAMED_BEFORE.names)
    every = named_before(named, registry=None, erased=erased)
    assert pairs(every.select(NAMED.names)) == {(digest("a"), "burned"), (digest("b"), "fine")}
    assert named_before(NAMED_BEFORE.empty_table(), registry=None, erased=NOBODY).num_rows == 0
