"""On the real git logs lifting in context passes the bound of the finest level and takes nothing from it (decision 10)."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from tests.real import DATA, needs_real_logs
from tests.transforms.segmentation.test_real import sessions_of
from tests.worlds import policy
from transforms.context import cut_in_rounds
from transforms.lift import steps_of
from transforms.pack import Packed
from transforms.plan import find_plan


@pytest.mark.real
@needs_real_logs
@pytest.mark.parametrize(
    ("log", "bound", "finest"),
    [("tldr-pages__tldr", 0.8663, 0.85), ("laravel__framework", 0.7721, 0.755)],
)
def test_past_the_bound(log: str, bound: float, finest: float) -> None:
    file = DATA / "git_activity" / f"{log}.tsv.gz"
    rows = pd.read_csv(file, sep="\t", dtype=str, keep_default_na=False, quoting=3)
    times = pd.to_datetime(rows["author_ts"], utc=True, format="ISO8601")
    seconds = (times - pd.Timestamp(0, tz="UTC")).dt.total_seconds()
    name = rows["action"] + ":" + rows["file_kind"] + "\x1f" + rows["action"]
    sessions, _ = sessions_of(rows["user_id"], seconds, name)
    paths = pa.array(sorted(set(name)), pa.string())
    units = (sessions.unit_offsets, sessions.units, pa.array([""], pa.string()))
    packed = Packed(sessions.tokens, paths, sessions.starts, sessions.person, *units)
    plan = find_plan(packed, policy(k=10, levels=2), min_outside_unit=0)
    pieces = cut_in_rounds(packed, steps_of(paths, plan.recoding), plan.rounds, drop_repeats=True)
    occurrences = np.bincount(pieces.phrase[pieces.phrase >= 0], minlength=plan.phrases)
    transitions = int((np.diff(sessions.starts) - 1).sum())
    assert int((occurrences * (plan.lengths[: plan.phrases] - 1)).sum()) >= bound * transitions
    assert int((occurrences * plan.finest_transitions[: plan.phrases]).sum()) >= finest * transitions
