"""Rows of a version: distinct sequences, each with how often it occurred; that is the weight of everything it teaches."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Rows:
    """Sequences of tokens, and the weight of each."""

    actions: list[list[str]]
    weights: Floats

    def __len__(self) -> int:
        """How many sequences."""
        return len(self.actions)

    @property
    def tokens(self) -> list[str]:
        """The distinct tokens, ascending."""
        return sorted(set(chain.from_iterable(self.actions)))


def joined(parts: list[Rows]) -> Rows:
    """Several as one."""
    return Rows([row for part in parts for row in part.actions], np.concatenate([p.weights for p in parts]))


def read_version(registry: Path, version: str, *, cache: Path | None = None) -> dict[str, Rows]:
    """A version's rows by split (train, validation, test; one without rows is missing), single actions included.

    Args:
        registry: a registry's folder (a remote one is pulled first).
        version: its name, for instance 2026-11-22.
        cache: where `datasets` keeps its copies; None: where it always does.

    Raises:
        ValueError: no such version is live in the registry.
    """
    from datasets import get_dataset_config_names, load_dataset

    cache_dir = None if cache is None else str(cache)
    live = get_dataset_config_names(str(registry), cache_dir=cache_dir)
    found: dict[str, list[Rows]] = {}
    for config in (version, f"{version}-actions"):
        if config not in live:
            continue
        for split, table in load_dataset(str(registry), config, cache_dir=cache_dir).items():
            weights = np.asarray(table["occurrences"], np.float64)
            found.setdefault(str(split), []).append(Rows([list(row) for row in table["actions"]], weights))
    if not found:
        names = [name for name in live if name != "default" and not name.endswith("-actions")]
        raise ValueError(f"version {version} has no rows here; live with rows: {', '.join(names) or 'none'}")
    return {split: joined(parts) for split, parts in found.items()}
