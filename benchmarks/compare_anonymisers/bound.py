"""The upper bound: the best cut if every n-gram that ≥ k people *have* could be released. A bound, not a release.

No method that cuts sessions into runs of at most `max_length` actions, each emitted by ≥ k people, can hold more
transitions: whoever emits a run has it.
"""

from __future__ import annotations

from benchmarks.compare_anonymisers.emissions import Emissions
from benchmarks.compare_anonymisers.log import Log
from benchmarks.compare_anonymisers.phrases import emit_choice, mine_phrases
from transforms.segmentation.evaluate import evaluate


def upper_bound(log: Log, *, k: int, max_length: int) -> Emissions:
    """One dynamic program over all n-grams that ≥ k people have."""
    world = mine_phrases(log, k=k, max_length=max_length)
    evaluate(world)
    return emit_choice(log, world.choice, world)
