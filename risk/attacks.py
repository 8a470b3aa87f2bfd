"""The attacks on one release (T9), small enough for every run: what each finds, what its null model finds, who wins."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from risk.canonical import canonical
from risk.classifier import classify
from risk.evidence import Floats, Occurrences, Published
from risk.interval import around, resampled_means
from risk.placement import neighbours
from risk.stitching import Guesses, stitch

STITCHED_PAIRS: Final = 2000
STITCHED_RECORDS: Final = 6000
NEIGHBOURS: Final = 3000
CLASSIFIED_PAIRS: Final = 4000
PEOPLE: Final = 1024

FEWEST_RECORDS: Final = 64
FEWEST_PAIRS: Final = 200
FEWEST_PEOPLE: Final = 20
"""Below these no figure is worth its interval, and a rate might be about a few people."""

TOO_LITTLE: Final = "too_little_to_attack"
NO_BETTER: Final = "no_better_than_null"


def attack_figures(
    published: Published, emitted: Occurrences, *, seed: int, scale: int = 1
) -> dict[str, Any]:
    """Attack a release.

    Args:
        seed: of the samples. The figures follow from it and from the content; how people are numbered or ordered
            does not matter.
        scale: how many times the nightly samples.

    Returns:
        By attack: rates of all sampled people together, to three digits, the 99 % interval of attacker − null, and
        whether that interval does not lie above 0; or that there is too little to attack.
    """
    behind = len(np.unique(emitted.person))
    if len(published) < FEWEST_RECORDS or behind < max(FEWEST_PEOPLE, int(published.people.min())):
        return {TOO_LITTLE: True}
    emitted = canonical(emitted)
    draws = np.random.default_rng(seed).spawn(4)
    guesses = stitch(
        published,
        emitted,
        pairs=STITCHED_PAIRS * scale,
        records=STITCHED_RECORDS * scale,
        draw=draws[0],
    )
    return {
        "stitching": _stitched(guesses, guesses.overlap, published, draws[1]),
        "stitching_combined": _stitched(guesses, guesses.combined, published, draws[1]),
        "row_order": _row_order(published, emitted, scale, draws[2]),
        "person_classifier": _classified(published, emitted, scale, draws[3]),
    }


def _stitched(
    guesses: Guesses, attacker: Floats, published: Published, draw: np.random.Generator
) -> dict[str, Any]:
    people = len(np.unique(guesses.person))
    if len(guesses.person) < FEWEST_PAIRS or people < max(FEWEST_PEOPLE, int(published.people.min())):
        return {TOO_LITTLE: True}
    resampled = resampled_means(attacker - guesses.null, guesses.person, draw=draw)
    found = {
        name: _compared(float(rates.mean()), float(null.mean()), spread)
        for name, rates, null, spread in zip(
            ("first", "among_ten"), attacker, guesses.null, resampled, strict=True
        )
    }
    return {**found, NO_BETTER: all(part[NO_BETTER] for part in found.values())}


def _row_order(
    published: Published, emitted: Occurrences, scale: int, draw: np.random.Generator
) -> dict[str, Any]:
    found = neighbours(published, emitted, pairs=NEIGHBOURS * scale, people=PEOPLE * scale, draw=draw)
    return _compared(found.written, float(found.dealt.mean()), found.dealt)


def _classified(
    published: Published, emitted: Occurrences, scale: int, draw: np.random.Generator
) -> dict[str, Any]:
    told = classify(published, emitted, pairs=CLASSIFIED_PAIRS * scale, people=PEOPLE * scale, draw=draw)
    if told is None:
        return {TOO_LITTLE: True}
    return _compared(told.everything, told.content, told.gains)


def _compared(attacker: float, null: float, resampled: Floats) -> dict[str, Any]:
    low, high = around(attacker - null, resampled)
    return {
        "attacker": _rounded(attacker),
        "null": _rounded(null),
        "difference": [_rounded(low), _rounded(high)],
        NO_BETTER: low <= 0,
    }


def _rounded(value: float) -> float:
    return round(value, 3) + 0.0  # no minus zero
