"""A log as every method is given it: packed sessions of actions, and how many events each action stands for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from transforms.segmentation import Sessions

Int64s = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Log:
    """Sessions of actions at the finest level, repeats collapsed; nothing withheld yet, so no token is −1."""

    name: str
    sessions: Sessions
    events: Int64s
    """Events behind each action, ≥ 1."""

    @property
    def vocabulary(self) -> int:
        """One more than the largest token id."""
        return int(self.sessions.tokens.max(initial=-1)) + 1

    @property
    def transitions(self) -> int:
        """Adjacent pairs of actions inside a session: what every share of transitions is a share of."""
        return int(np.maximum(np.diff(self.sessions.starts) - 1, 0).sum())
