"""A memory of a function of single texts: it gives what the function gives, asks it once a text, and forgets in time."""

from __future__ import annotations

import pickle

import numpy as np
import pyarrow as pa

from transforms import memo as memo_module
from transforms.memo import Memo
from transforms.rules.apply import Applied

asked: list[str] = []


def shout(texts: pa.Array) -> Applied:
    asked.extend(texts.to_pylist())
    upper = pa.array([text.upper() for text in texts.to_pylist()], pa.string())
    changed = np.array([text != text.upper() for text in texts.to_pylist()], np.bool_)
    return Applied(upper, {"raised": changed} if changed.any() else {})


def of(memo: Memo, *texts: str) -> tuple[list[str], dict[str, list[bool]]]:
    made = memo.of("shout", pa.array(texts, pa.string()), shout)
    return made.values.to_pylist(), {rule: mask.tolist() for rule, mask in made.changed.items()}


def test_each_text_is_asked_once_and_all_is_as_without() -> None:
    memo = Memo()
    asked.clear()
    assert of(memo, "A", "b") == (["A", "B"], {"raised": [False, True]})
    assert of(memo, "c", "A", "b") == (["C", "A", "B"], {"raised": [True, False, True]})
    assert of(memo, "A") == (["A"], {})
    assert of(memo) == ([], {})
    assert asked == ["A", "b", "c"]


def test_functions_are_kept_apart() -> None:
    memo = Memo()
    of(memo, "a")
    quiet = memo.of("quiet", pa.array(["a"]), lambda texts: Applied(texts, {}))
    assert quiet.values.to_pylist() == ["a"]


def test_what_goes_beyond_is_forgotten(monkeypatch) -> None:
    monkeypatch.setattr(memo_module, "TEXTS", 2)
    memo = Memo()
    asked.clear()
    assert of(memo, "a", "b")[0] == ["A", "B"]
    assert of(memo, "b", "c")[0] == ["B", "C"]
    assert of(memo, "b")[0] == ["B"]
    assert asked == ["a", "b", "c", "b"]


def test_no_text_travels_with_it() -> None:
    memo = Memo()
    of(memo, "secret")
    assert b"secret" not in pickle.dumps(memo)
