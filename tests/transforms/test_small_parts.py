"""Caps, ladder, records, pseudonyms, buckets, text: one property each that would be missed."""

from __future__ import annotations

import hashlib
import json

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.worlds import Act, events_of
from transforms.buckets import partition
from transforms.caps import apply_caps
from transforms.ladder import ladder, round_occurrences, round_people
from transforms.pseudonym import derive_key, pseudonyms
from transforms.records import record_digest, split_of
from transforms.text import as_text

DIGESTS = [hashlib.sha256(bytes([i])).digest() for i in range(8)]


def caps(person, record, *, c=0, most=0, salt=b"v"):
    return apply_caps(
        np.array(person, np.int32),
        np.array(record, np.int32),
        DIGESTS,
        cap_per_person=c,
        max_per_person=most,
        salt=salt,
    )


def test_c_keeps_the_first_occurrences_of_each_record():
    assert caps([0] * 5, [1, 1, 2, 1, 2], c=1).tolist() == [True, False, True, False, False]


def test_no_cap_keeps_everything():
    assert caps([0] * 5, [1] * 5).all()


def test_the_most_that_a_person_may_contribute_holds_for_each_person():
    keep = caps([0] * 6 + [1] * 2, [0, 1, 2, 3, 4, 5, 0, 1], most=3)
    assert keep[:6].sum() == 3
    assert keep[6:].all()


def test_everybody_keeps_the_same_records():
    keep = caps([0] * 6 + [1] * 6, [0, 1, 2, 3, 4, 5, 5, 4, 3, 2, 1, 0], most=3)
    records = np.array([0, 1, 2, 3, 4, 5, 5, 4, 3, 2, 1, 0])
    assert set(records[:6][keep[:6]]) == set(records[6:][keep[6:]])


def test_a_record_never_counts_twice_before_every_record_counted_once():
    assert sorted(np.array([0, 0, 0, 1, 2])[caps([0] * 5, [0, 0, 0, 1, 2], most=3)]) == [0, 1, 2]


def test_the_ladder_is_the_published_one():
    assert ladder(10, up_to=400).tolist() == [10, 15, 20, 30, 50, 75, 100, 150, 200, 300]


@given(st.lists(st.integers(12, 10**9), min_size=1))
def test_people_are_rounded_down_and_never_below_k(people):
    shown = round_people(np.array(people, np.int64), k=12)
    assert (shown <= people).all()
    assert (shown >= 12).all()
    assert set(shown.tolist()) <= set(ladder(12, up_to=max(people)).tolist())


def test_a_count_below_k_is_never_rounded_up():
    with pytest.raises(ValueError, match="below k"):
        round_people(np.array([9]), k=10)


@given(st.integers(1, 10**15))
def test_occurrences_keep_two_digits(occurrences):
    shown = int(round_occurrences(np.array([occurrences]), np.array([1]))[0])
    assert shown <= occurrences
    assert set(str(shown)[2:]) <= {"0"}
    assert str(shown)[:2] == str(occurrences)[:2]


@given(st.lists(st.text(), min_size=1))
def test_a_record_is_known_by_its_canonical_json(actions):
    text = json.dumps(actions, ensure_ascii=False, separators=(",", ":"))
    assert record_digest(actions) == hashlib.sha256(text.encode()).digest()


def test_splits_are_ninety_five_five():
    splits = [split_of(hashlib.sha256(str(i).encode()).digest()) for i in range(20_000)]
    assert abs(splits.count("train") / 20_000 - 0.90) < 0.01
    assert abs(splits.count("test") / 20_000 - 0.05) < 0.01


def test_a_pseudonym_depends_on_the_key_and_the_purpose():
    value = pa.array(["x", None])
    one = pseudonyms(value, key=derive_key(b"1" * 32, "person"))
    assert one[1].as_py() is None
    assert (
        len(
            {
                one[0],
                *(
                    pseudonyms(value, key=derive_key(key, use))[0]
                    for key, use in [(b"2" * 32, "person"), (b"1" * 32, "record")]
                ),
            }
        )
        == 3
    )


def test_a_person_is_in_one_bucket_and_dictionaries_hold_used_values_only():
    events = pa.Table.from_batches([events_of([Act(f"p{i % 9}", i, (f"path {i % 9}",)) for i in range(90)])])
    parts = list(partition(events, buckets=4))
    assert len(parts) > 1
    assert sum(batch.num_rows for _, batch in parts) == 90
    homes: dict[bytes, set[int]] = {}
    for bucket, batch in parts:
        for person in batch.column("person").to_pylist():
            homes.setdefault(person, set()).add(bucket)
        path = batch.column("path")
        assert len(path.dictionary) == len(set(path.to_pylist()))
    assert all(len(buckets) == 1 for buckets in homes.values())


def test_numbers_read_the_same_in_every_batch():
    assert as_text(pa.array([1.0, 2.5, None])).to_pylist() == ["1.0", "2.5", None]
    assert as_text(pa.array([1, 2])).to_pylist() == ["1", "2"]
    assert as_text(pa.array([True, False])).to_pylist() == ["true", "false"]
