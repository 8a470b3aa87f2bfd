"""`python -m examples.next_action REGISTRY VERSION`: train on a version's train split, score on its other splits."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from examples.next_action.backoff import BackOff
from examples.next_action.model import Model
from examples.next_action.neural import Neural, Shape
from examples.next_action.rows import read_version
from examples.next_action.score import questions, score
from examples.next_action.vocabulary import Vocabulary, lessons


def main(arguments: Sequence[str]) -> None:
    """Train and print."""
    given = _parser().parse_args(arguments)
    try:
        splits = read_version(given.registry, given.version, cache=given.cache)
    except ValueError as error:
        sys.exit(f"next_action: {error}")
    if "train" not in splits:
        sys.exit(f"next_action: version {given.version} has no train split; take one that released more")
    train = splits["train"]
    vocabulary = Vocabulary.of(splits.values(), tokenizer=given.registry / "tokenizer.json")
    learned = lessons(train, vocabulary, length=given.context)
    print(
        f"{len(train):,} sequences for training, standing for {train.weights.sum():,.0f}; "
        f"{len(vocabulary):,} different actions"
    )
    shape = Shape(steps=given.steps, seed=given.seed)
    models: dict[str, Model] = {
        "n-gram": BackOff(learned, len(vocabulary)),
        "neural": Neural(learned, len(vocabulary), shape),
    }
    catalogue = [(token,) for token in vocabulary.tokens]
    for split in ("validation", "test"):
        rows = splits.get(split)
        if rows is None or max(map(len, rows.actions)) < 2:
            print(f"{split:10}  has no sequences: nothing to score on")
            continue
        sessions = [[(token,) for token in actions] for actions in rows.actions]
        asked = questions(sessions, vocabulary, catalogue, length=given.context, weights=rows.weights)
        for name, model in models.items():
            got = score(model, vocabulary, asked)
            print(
                f"{split:10}  {name}  right {got.level_first:.3f}, in the first five {got.level_five:.3f}, "
                f"{got.bits:.2f} bits an action (perplexity {got.perplexity:.1f})"
            )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="next_action", description=__doc__)
    parser.add_argument("registry", type=Path, help="a registry's folder")
    parser.add_argument("version", help="for instance 2026-11-22")
    parser.add_argument("--context", type=int, default=3, help="how many actions back the models look")
    parser.add_argument("--steps", type=int, default=3000, help="of the neural model's training")
    parser.add_argument("--seed", type=int, default=0, help="of the neural model")
    parser.add_argument("--cache", type=Path, help="where datasets keeps its copies")
    return parser


if __name__ == "__main__":
    main(sys.argv[1:])
