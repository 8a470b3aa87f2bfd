"""A memory of a function of single texts: it gives what the function gives, asks it once a text, and forgets in time."""

from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pyarrow as pa

from transforms import memo as memo_module
from transforms.mapping import As
from transforms.memo import Memo
from transforms.names import shape_distinct
from transforms.rules.apply import Applied

HOWS: tuple[As, ...] = ("template", "verbatim", "key_class")
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


def test_a_name_shaped_in_one_way_is_not_taken_for_one_shaped_in_another() -> None:
    memo, texts = Memo(), pa.array(["report 7", "report 7", "x"]).dictionary_encode()
    for _ in range(2):
        for how in HOWS:
            remembered = shape_distinct(texts, how, gazetteer=None, memo=memo)
            assert remembered == shape_distinct(texts, how, gazetteer=None)
    shown = {str(shape_distinct(texts, how, gazetteer=None, memo=memo)[0].to_pylist()) for how in HOWS}
    assert len(shown) == len(HOWS)


def test_from_several_threads_it_gives_the_same() -> None:
    memo = Memo()
    words = [f"word {number % 50}" for number in range(400)]
    parts = [words[at : at + 9] for at in range(0, len(words), 9)]
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda part: of(memo, *dict.fromkeys(part))[0], parts))
    assert made == [[word.upper() for word in dict.fromkeys(part)] for part in parts]
