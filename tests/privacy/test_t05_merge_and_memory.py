"""T5: parts merged are the whole, whatever the parts; and a million people on one token stay within a bounded memory.

People per phrase are in tests/transforms/segmentation/test_cut.py, the verifier's own counts in tests/verifier.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from etl.window import EVER_US
from tests.privacy.oracle import Rules
from tests.privacy.raw_worlds import KEY, START, event_batch, log_bytes, raw_world, release_of
from transforms.buckets import partition
from transforms.count import Counts, add, count
from transforms.decode.jsonl import JsonLines
from transforms.events import COUNTED_PEOPLE, EventPolicy, fewest, to_events
from transforms.mapping import NATIVE
from transforms.pack import Packed, merge, pack
from transforms.participation import UNITS
from transforms.sequence import build_actions, order_events
from transforms.statistics import ReadStatistics, measure, total

ROOT = Path(__file__).resolve().parents[2]
examples = settings(max_examples=40, deadline=None, derandomize=True, phases=[Phase.generate])
SEEDS = st.integers(0, 10**9)


def statistics_of(lines: list[bytes], policy: EventPolicy, file: int) -> ReadStatistics:
    decoder = JsonLines(
        NATIVE, record_key=None, newline=10, end=None, skip_first=False, max_record_bytes=1 << 20
    )
    decoded = decoder.feed(b"".join(lines), 0, final=True).decoded
    rows = decoded.rows.num_rows
    events = to_events(decoded.rows, policy, file=file)
    return measure(events, decoded.rejects, rows=rows, file=file, first_us=policy.first_us)


@examples
@given(SEEDS, st.lists(st.integers(0, 60), max_size=5), st.randoms(use_true_random=False))
def test_statistics(seed, cuts, random):
    log = raw_world(seed, registry=False).log
    lines = log_bytes(log).splitlines(keepends=True)
    lines += [b"{\n", b'{"user_id": "p1", "ts": "yesterday", "event_type": "x", "app": "x"}\n'] * (seed % 3)
    lines += [b'{"user_id": "p2", "ts": 1795000000000000, "event_type": "a@b.example", "app": "x"}\n'] * 2
    policy = EventPolicy(NATIVE, START + 60_000_000, EVER_US[1], KEY, KEY, KEY, KEY, None)
    bounds = [0, *sorted(min(cut, len(lines)) for cut in cuts), len(lines)]
    parts = [statistics_of(lines[a:b], policy, 0) for a, b in pairwise(bounds) if a < b]
    random.shuffle(parts)
    whole = statistics_of(lines, policy, 0)
    assert total(parts) == whole == ReadStatistics() + whole
    assert total([total(parts[:2]), total(parts[2:])]) == whole
    assert whole.read == len(lines)


@given(st.lists(st.frozensets(st.binary(min_size=2, max_size=2), max_size=9), max_size=5))
def test_accounts_behind_a_drop_are_held_up_to_a_bound(parts):
    """More than the bound, so that cutting comes into play: the order of merging still decides nothing."""
    many = frozenset(number.to_bytes(4, "big") for number in range(COUNTED_PEOPLE))
    forwards = backwards = many
    for part in parts:
        forwards = fewest(forwards | part)
    for part in parts[::-1]:
        backwards = fewest(backwards | part)
    assert forwards == backwards == fewest(many.union(*parts))
    assert len(forwards) == COUNTED_PEOPLE


def packed_of(events: pa.RecordBatch) -> Packed:
    ordered = order_events([events]).events
    return pack(
        build_actions(ordered, gap_us=30 * 60_000_000, drop_repeats=True),
        ordered,
        held=UNITS.empty_table(),
        named=UNITS.empty_table(),
    )


def in_words(packed: Packed) -> Counter[Any]:
    """People as what they did and which units they held: whoever they are, and however they are numbered."""
    paths, units = packed.paths.to_pylist(), packed.unit_names.to_pylist()
    did: dict[int, list[tuple[str, ...]]] = {person: [] for person in range(packed.people)}
    for session, person in enumerate(packed.person.tolist()):
        codes = packed.path[packed.starts[session] : packed.starts[session + 1]]
        did[person].append(tuple(paths[code] for code in codes))
    held = {
        person: frozenset(
            units[u] for u in packed.units[packed.unit_offsets[person] : packed.unit_offsets[person + 1]]
        )
        for person in did
    }
    return Counter((tuple(did[person]), held[person]) for person in did)


@examples
@given(SEEDS, st.integers(1, 6))
def test_packed_sessions(tmp_path_factory, seed, buckets):
    raw = raw_world(seed, registry=False)
    events = event_batch(raw, None)
    if events.num_rows == 0:
        return
    parts = [packed_of(part) for _, part in partition(pa.Table.from_batches([events]), buckets=buckets)]
    merged, whole = merge(parts), packed_of(events)
    assert in_words(merged) == in_words(whole)
    assert merged.paths.to_pylist() == whole.paths.to_pylist()
    assert in_words(merge([merge(parts[:2]), merge(parts[2:])])) == in_words(whole)


def plain(counts: Counts) -> Any:
    names = counts.unit_names
    cells = zip(counts.cell_record, counts.cell_unit, counts.cell_people, strict=True)
    by_unit = sorted((int(record), names[unit], int(people)) for record, unit, people in cells)
    return counts.people.tolist(), counts.occurrences.tolist(), by_unit, counts.withheld


@examples
@given(SEEDS, st.integers(1, 6), st.randoms(use_true_random=False))
def test_counts(seed, buckets, random):
    rules = Rules(k=2, j=1, c=1, most=3)
    raw = raw_world(seed, registry=False)
    one, many = (release_of(raw, rules, None, buckets=number) for number in (1, buckets))
    records = len(one.plan.digests)
    parts = [count(emitted, records) for emitted in many.emitted]
    whole = add([count(emitted, records) for emitted in one.emitted], records)
    random.shuffle(parts)
    assert plain(add(parts, records)) == plain(whole)
    assert plain(add([add(parts[:2], records), add(parts[2:], records)], records)) == plain(whole)


BYTES_A_PERSON = 600
"""Measured: 341 at the peak, the person's event and all buckets in memory at once."""


def test_a_million_people_on_one_token():
    command = [sys.executable, "-m", "tests.privacy.million", "1000000"]
    ended = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=250)
    assert ended.returncode == 0, ended.stderr
    made = json.loads(ended.stdout)
    assert made["people"] == [1_000_000]
    assert made["rows"] == [
        {"actions": ["click Desk open"], "length": 1, "people": 1_000_000, "occurrences": 1_000_000}
    ]
    assert made["bytes"] < BYTES_A_PERSON * 1_000_000
