"""Loading gives every method the same sessions: ordered, cut at the gap, repeats collapsed, at the finest level."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest

from benchmarks.compare_anonymisers.load import load, simulated_log
from etl.errors import InputError
from transforms.mapping import Mapping

DAY = 1_790_000_000
MAPPING = Mapping.model_validate(
    {
        "format": "jsonl",
        "person": "who",
        "time": {"column": "t", "format": "epoch_s"},
        "action": [[{"column": "what", "as": "verbatim"}]],
    }
)


def test_a_log_in_two_files(tmp_path):
    rows = [("p", 60, "b"), ("p", 0, "a"), ("q", 5, "a"), ("p", 61, "b"), ("p", 61 + 1800, "a")]
    later = [("p", 61 + 1800 + 1801, "b"), ("p", 62 + 1800 + 1801, "b"), ("q", 6, "c")]
    for name, part in (("1", rows), ("2", later)):
        lines = (json.dumps({"who": who, "t": DAY + time, "what": what}) + "\n" for who, time, what in part)
        (tmp_path / f"{name}.jsonl").write_text("".join(lines))
    log = load("two files", str(tmp_path / "*.jsonl"), MAPPING)
    sessions = log.sessions
    found = sorted(
        (sessions.tokens[start:stop].tolist(), log.events[start:stop].tolist())
        for start, stop in pairwise(sessions.starts.tolist())
    )
    # Exactly the gap is no pause; a, b and c are numbered by content.
    assert found == [([0, 1, 0], [1, 2, 1]), ([0, 2], [1, 1]), ([1], [2])]
    assert sorted(sessions.person.tolist()) in ([0, 0, 1], [0, 1, 1])
    assert (sessions.people, log.vocabulary, log.transitions, int(log.events.sum())) == (2, 3, 3, 8)


def test_a_simulated_log_is_the_same_again_and_at_the_finest_level():
    one, again = (simulated_log(events=2000, people=20, seed=3) for _ in range(2))
    assert one.sessions.tokens.tolist() == again.sessions.tokens.tolist()
    assert (int(one.events.sum()), one.vocabulary > 100) == (2000, True)


def test_a_log_with_a_record_that_cannot_be_used_is_refused(tmp_path):
    for record in ('{"who": "p", "t": "noon", "what": "a"}', "no record"):
        (tmp_path / "1.jsonl").write_text(f"{record}\n")
        with pytest.raises(InputError, match="cannot be read"):
            load("broken", str(tmp_path / "1.jsonl"), MAPPING)
