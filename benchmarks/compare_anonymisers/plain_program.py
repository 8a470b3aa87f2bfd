"""The best cut with plain repair: a dynamic program per session, the weakest 30 % of the failing phrases dropped a round.

What ours starts from: no prices, nothing added back, no local search.
"""

from __future__ import annotations

from benchmarks.compare_anonymisers.emissions import Emissions
from benchmarks.compare_anonymisers.log import Log
from benchmarks.compare_anonymisers.phrases import drop_weakest, emit_choice, mine_phrases
from transforms.segmentation.evaluate import evaluate


def plain_program(log: Log, *, k: int, max_length: int) -> Emissions:
    """Cut, count, drop, again, until no phrase fails."""
    world = mine_phrases(log, k=k, max_length=max_length)
    evaluate(world)
    while drop_weakest(world, world.emitters, k=k):
        evaluate(world)
    return emit_choice(log, world.choice, world)
