"""The attacks find nothing in a release, and find what was broken on purpose."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pytest

from benchmarks.unprotected import in_order_of_arrival, windows
from risk.attacks import NO_BETTER, TOO_LITTLE, attack_figures
from risk.evidence import Occurrences, Published
from risk.features import Features, features
from tests.risk.attacked import TEAMS, lengthened, released, renumbered, team_of

ATTACKS = {"stitching", "stitching_combined", "row_order", "person_classifier"}


def verdicts(release, seed):
    return {name: part[NO_BETTER] for name, part in attack_figures(*release, seed=seed).items()}


@pytest.mark.parametrize("seed", [1, 2])
def test_a_release_tells_no_more_than_its_own_statistics(release, seed):
    assert verdicts(release, seed) == dict.fromkeys(ATTACKS, True)


def test_windows_that_overlap_are_stitched(release):
    figures = attack_figures(*windows(*release, size=4, step=1), seed=1)["stitching"]
    assert not figures[NO_BETTER]
    assert figures["among_ten"]["attacker"] > 0.9
    assert figures["among_ten"]["difference"][0] > 0.5


def test_segments_that_overlap_by_one_action_are_stitched(release):
    figures = attack_figures(*lengthened(*release), seed=1)["stitching"]
    assert not figures[NO_BETTER]
    assert figures["among_ten"]["difference"][0] > 0.05


def test_rows_in_order_of_first_emission_are_seen(release):
    figures = attack_figures(*in_order_of_arrival(*release), seed=1)
    assert not figures["row_order"][NO_BETTER]
    assert not figures["person_classifier"][NO_BETTER]
    assert figures["stitching"][NO_BETTER]  # it asks for overlaps, not for rows


def test_unprotected_rows_are_told_apart_clearly(release):
    figures = attack_figures(*windows(*release, size=4, step=4), seed=1)
    assert figures["row_order"]["difference"][0] > 0.3
    assert figures["person_classifier"]["difference"][0] > 0.1


def test_files_by_team_are_seen(release):
    published, emitted = release
    team = np.zeros((len(published), TEAMS))
    np.add.at(team, (emitted.record, team_of(emitted.person)), 1)
    file = team.argmax(axis=1).astype(np.int32)
    order = np.argsort(file, kind="stable")
    now = np.argsort(order)
    split = Published(
        published.actions.take(pa.array(order)),
        file[order],
        np.concatenate([np.arange(size) for size in np.bincount(file)]),
        published.people[order],
        published.occurrences[order],
    )
    moved = Occurrences(now[emitted.record], emitted.person, emitted.session, emitted.start, emitted.stop)
    assert not attack_figures(split, moved, seed=1)["person_classifier"][NO_BETTER]


def test_figures_follow_from_content_and_seed_alone(monkeypatch):
    """On a small release, of which every attack takes a sample."""
    import risk.attacks

    samples = {"STITCHED_PAIRS": 250, "STITCHED_RECORDS": 90, "NEIGHBOURS": 60, "PEOPLE": 20}
    for name, size in {**samples, "CLASSIFIED_PAIRS": 600}.items():
        monkeypatch.setattr(risk.attacks, name, size)
    published, emitted = released(11, people=25, actions=60)
    once = attack_figures(published, emitted, seed=3)
    assert all(NO_BETTER in once[name] for name in ATTACKS)
    assert attack_figures(published, emitted, seed=3) == once
    for numbers in (5, 6):
        assert attack_figures(published, renumbered(emitted, seed=numbers), seed=3) == once
    other = attack_figures(published, emitted, seed=4)
    assert all(other[name] != once[name] for name in ATTACKS)


def test_figures_are_rates_and_verdicts_of_three_digits(release):
    def leaves(value):
        if isinstance(value, dict):
            return [leaf for part in value.values() for leaf in leaves(part)]
        return [leaf for part in value for leaf in leaves(part)] if isinstance(value, list) else [value]

    figures = attack_figures(*release, seed=1)
    assert json.loads(json.dumps(figures)) == figures
    for leaf in leaves(figures):
        assert isinstance(leaf, bool) or (-1 <= leaf <= 1 and round(leaf, 3) == leaf)


def few(published: Published, emitted: Occurrences, people: int) -> tuple[Published, Occurrences]:
    kept = emitted.person < people
    columns = (emitted.record, emitted.person, emitted.session, emitted.start, emitted.stop)
    return published, Occurrences(*(column[kept] for column in columns))


def test_too_little_to_attack(release):
    published, emitted = release
    nothing = Published(
        published.actions[:0], *(np.zeros(0, kind) for kind in (np.int32, np.int64, np.int64, np.int64))
    )
    assert attack_figures(nothing, few(published, emitted, 0)[1], seed=1) == {TOO_LITTLE: True}
    assert attack_figures(*few(published, emitted, 19), seed=1) == {TOO_LITTLE: True}
    assert TOO_LITTLE not in attack_figures(*few(published, emitted, 20), seed=1)
    fewer_than_k = Published(
        published.actions, published.file, published.row, published.people + 100, published.occurrences
    )
    assert attack_figures(fewer_than_k, emitted, seed=1) == {TOO_LITTLE: True}
    one_each = Occurrences(
        emitted.record, emitted.person, np.arange(len(emitted)), emitted.start, emitted.stop
    )
    alone = attack_figures(published, one_each, seed=1)
    assert alone["stitching"] == alone["stitching_combined"] == {TOO_LITTLE: True}
    assert NO_BETTER in alone["row_order"]


def test_a_large_release_is_attacked_in_part(release, monkeypatch):
    import risk.attacks

    monkeypatch.setattr(risk.attacks, "STITCHED_RECORDS", 1000)
    monkeypatch.setattr(risk.attacks, "PEOPLE", 30)
    everything = windows(*release, size=4, step=1)
    assert len(everything[0]) > 1000
    figures = attack_figures(*everything, seed=1)
    assert not figures["stitching"][NO_BETTER]
    assert not figures["row_order"][NO_BETTER]


def test_the_classifier_is_tried_on_records_it_has_not_seen(release, monkeypatch):
    import risk.classifier

    def numbers(published, left, right):
        return Features(np.column_stack([left, right]), np.zeros((len(left), 1)))

    def scores(train, positive, test):
        assert len(train) > 500
        assert len(test) > 500
        assert not set(train[:, :2].ravel().tolist()) & set(test[:, :2].ravel().tolist())
        return np.zeros(len(test))

    monkeypatch.setattr(risk.classifier, "features", numbers)
    monkeypatch.setattr(risk.classifier, "fitted_scores", scores)
    told = risk.classifier.classify(*release, pairs=4000, people=100, draw=np.random.default_rng(1))
    assert told.content == told.everything == 0.5


def test_a_file_in_common_is_a_feature_of_place_alone(release):
    published, _ = release
    left, right = np.divmod(np.arange(len(published) * 40), 40)
    everywhere = Published(
        published.actions,
        np.arange(len(published), dtype=np.int32),
        published.row,
        published.people,
        published.occurrences,
    )
    one, other = (features(each, left, right) for each in (published, everywhere))
    assert (one.content == other.content).all()
    changed = (one.place != other.place).any(axis=1)
    assert (changed == ((published.file[left] == published.file[right]) & (left != right))).all()
