"""The parts of the attacks against plain counts."""

from __future__ import annotations

from itertools import product

import numpy as np
import pyarrow as pa
import pytest

from benchmarks.unprotected import windows
from risk.auc import auc
from risk.bitsets import bitsets, cosine, jaccard, shared
from risk.canonical import canonical
from risk.evidence import Occurrences, Published
from risk.interval import Z, around, resampled_means
from risk.logistic import fitted_scores
from risk.stitching import _Overlaps, followed, stitch, texts
from tests.risk.attacked import renumbered


def emitted_of(rows):
    return Occurrences(*(np.array(column, np.int32) for column in zip(*rows, strict=True)))


def test_auc_equals_a_count_of_pairs():
    draw = np.random.default_rng(1)
    scores, positive = draw.integers(0, 6, 40).astype(float), draw.random(40) < 0.4
    weights = draw.poisson(1, (3, 40)).astype(float)
    for line, found in zip(weights, auc(scores, positive, weights), strict=True):
        won = total = 0.0
        for up, down in product(np.flatnonzero(positive), np.flatnonzero(~positive)):
            weight = line[up] * line[down]
            won += weight * ((scores[up] > scores[down]) + (scores[up] == scores[down]) / 2)
            total += weight
        assert found == pytest.approx(won / total)
    assert np.isnan(auc(scores, np.ones(40, np.bool_))).all()


def test_sets_equal_python_sets():
    draw = np.random.default_rng(2)
    row, member = draw.integers(0, 8, 200), draw.integers(0, 130, 200)
    sets = bitsets(row, member, rows=9, members=130)
    plain = [set(member[row == index].tolist()) for index in range(9)]
    left, right = np.divmod(np.arange(81), 9)
    both = [len(plain[i] & plain[j]) for i, j in zip(left, right, strict=True)]
    assert shared(sets, left, right).tolist() == both
    for i, j, near, angle in zip(
        left, right, jaccard(sets, left, right), cosine(sets, left, right), strict=True
    ):
        assert near == pytest.approx(len(plain[i] & plain[j]) / max(len(plain[i] | plain[j]), 1))
        assert angle == pytest.approx(
            len(plain[i] & plain[j]) / np.sqrt(max(len(plain[i]) * len(plain[j]), 1))
        )


def test_logistic_regression_finds_the_line():
    draw = np.random.default_rng(3)
    table = draw.normal(size=(4000, 2)) * [1, 100]
    chance = 1 / (1 + np.exp(-(2 * table[:, 0] - 0.01 * table[:, 1])))
    scores = fitted_scores(table, draw.random(4000) < chance, np.array([[0, 0], [1, 0], [0, 100], [0, 0]]))
    assert scores[1] - scores[0] == pytest.approx(2, abs=0.3)
    assert scores[2] - scores[0] == pytest.approx(-1, abs=0.2)


def test_overlaps_equal_a_plain_search():
    draw = np.random.default_rng(4)
    records = [draw.integers(0, 2, draw.integers(1, 6)).tolist() for _ in range(40)]
    found = _Overlaps(texts(pa.array([[str(token) for token in one] for one in records]))).longest(
        np.arange(40)
    )
    for i, j in product(range(40), repeat=2):
        sizes = range(1, min(len(records[i]), len(records[j])))
        assert found[i, j] == max((m for m in sizes if records[i][-m:] == records[j][:m]), default=0)


def test_only_what_follows_without_a_gap_is_a_true_pair():
    emitted = emitted_of(
        [
            (0, 0, 0, 0, 3),
            (1, 0, 0, 3, 5),
            (2, 0, 0, 6, 8),
            (0, 0, 1, 8, 9),
            (1, 1, 2, 9, 11),
            (2, 1, 2, 10, 12),
        ]
    )
    assert followed(emitted).tolist() == [0, 4]


def test_hits_share_the_places_of_equal_guesses():
    actions = pa.array([["a", "b"], ["b", "c"], ["b", "d"], ["x", "y"]])
    published = Published(
        actions, np.zeros(4, np.int32), np.arange(4), np.full(4, 5), np.array([10, 10, 10, 50])
    )
    emitted = emitted_of([(0, 0, 0, 0, 2), (1, 0, 0, 1, 3)])
    guesses = stitch(published, emitted, pairs=10, records=10, draw=np.random.default_rng(1))
    assert guesses.overlap[:, 0].tolist() == [0.5, 1]


def test_people_in_canonical_order_whatever_their_numbers():
    emitted = emitted_of(
        [
            (0, 0, 0, 0, 3),
            (1, 0, 0, 3, 5),
            (0, 1, 1, 5, 8),
            (1, 1, 1, 9, 11),
            (0, 2, 2, 11, 14),
            (1, 2, 3, 14, 16),
        ]
    )
    first = canonical(emitted)
    for seed in range(6):
        other = canonical(renumbered(emitted, seed))
        assert other.record.tolist() == first.record.tolist()
        assert followed(other).tolist() == followed(first).tolist()
        assert other.session.tolist() == first.session.tolist()


def test_clusters_are_resampled_whole():
    values, cluster = np.repeat([[0.0, 1.0, 0.0, 1.0]], 50, axis=1), np.repeat(np.arange(4), 50)
    together = resampled_means(values, cluster, draw=np.random.default_rng(1)).std()
    alone = resampled_means(values, np.arange(200), draw=np.random.default_rng(1)).std()
    assert together > 5 * alone
    low, high = around(0.5, np.array([0.4, 0.6]))
    assert (low, high) == (pytest.approx(0.5 - Z * 0.1), pytest.approx(0.5 + Z * 0.1))


def test_windows_count_people_and_keep_to_unbroken_runs():
    actions = pa.array([["a", "b"], ["c"]])
    published = Published(actions, np.zeros(2, np.int32), np.arange(2), np.full(2, 2), np.full(2, 2))
    emitted = emitted_of(
        [(0, 0, 0, 0, 2), (1, 0, 0, 2, 3), (0, 1, 1, 3, 5), (1, 1, 1, 5, 6), (0, 1, 1, 7, 9)]
    )
    open_to_all, theirs = windows(published, emitted, size=2, step=1)
    assert open_to_all.actions.to_pylist() == [["a", "b"], ["b", "c"]]
    assert open_to_all.people.tolist() == [2, 2]
    assert open_to_all.occurrences.tolist() == [3, 2]
    assert theirs.person.tolist() == [0, 0, 1, 1, 1]
    assert followed(theirs).tolist() == [0, 2]
