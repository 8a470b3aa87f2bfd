"""What a researcher gets: `load_dataset` from the stand-in, each in a fresh process, as the Hub's settings are read once."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from tests.hub.registries import REPO, push, withdraw
from tests.hub.stand_in import TOKEN

CODE = """
import json, sys
from datasets import load_dataset
answers = []
for name, revision, streaming in json.loads(sys.argv[2]):
    try:
        loaded = load_dataset(sys.argv[1], name, revision=revision, streaming=streaming)
        rows = {split: sorted(" ".join(row["actions"]) for row in rows) for split, rows in loaded.items()}
        answers.append(rows)
    except Exception as error:
        answers.append(type(error).__name__)
print(json.dumps(answers))
"""


def load(endpoint, cache, *asked: tuple[str | None, str | None, bool]):
    """What loading each (config, revision, streaming) gives: rows of each split, or the name of the error."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("HF_")}
    env |= {
        "HF_ENDPOINT": endpoint,
        "HF_TOKEN": TOKEN,
        "HF_HOME": str(cache),
        "HF_HUB_DISABLE_TELEMETRY": "1",
    }
    done = subprocess.run(
        [sys.executable, "-c", CODE, REPO, json.dumps(asked)],
        env=env,
        capture_output=True,
        text=True,
        check=True,
        timeout=200,
    )
    return json.loads(done.stdout.splitlines()[-1])


def rows(loaded) -> set[str]:
    return {row for split in loaded.values() for row in split}


def test_what_was_pushed_loads_and_what_was_withdrawn_does_not(world, endpoint, registry, tmp_path):
    assert push(registry, endpoint) == 0
    first, second = ({f"{night} {i} b" for i in range(40)} for night in ("2026-11-21", "2026-11-22"))
    everything, named, streamed, tagged, unknown = load(
        endpoint,
        tmp_path / "before",
        (None, None, False),
        ("2026-11-21", None, False),
        ("2026-11-22", None, True),
        ("2026-11-21-actions", "v2026-11-21", False),
        ("2026-11-20", None, False),
    )
    assert rows(everything) == first | second
    assert len(everything) > 1
    assert rows(named) == first
    assert rows(streamed) == second
    assert rows(tagged) == {"2026-11-21"}
    assert unknown == "ValueError"

    withdraw(registry, "2026-11-21")
    assert push(registry, endpoint) == 0
    everything, named, by_old_tag, in_old_tag, kept = load(
        endpoint,
        tmp_path / "after",
        (None, None, False),
        ("2026-11-21", None, False),
        ("2026-11-21", "v2026-11-21", False),
        ("2026-11-21", "v2026-11-22", False),
        ("2026-11-22", "v2026-11-22", False),
    )
    assert rows(everything) == second
    assert named == "ValueError"
    assert by_old_tag == "DatasetNotFoundError", "the tag is gone"
    assert in_old_tag == "FileNotFoundError", "the content is gone, though the tag's card names it"
    assert rows(kept) == second
