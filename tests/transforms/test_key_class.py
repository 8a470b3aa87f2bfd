"""Keys say their class and nothing else."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.key_class import CLASSES, key_class, key_classes
from transforms.names import shape_names


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("a A ß KeyA 'q' я", "letter"),
        ("5 ٣ Digit5 Numpad5", "digit"),
        (". ; Space - + Key.space NumpadAdd", "symbol"),
        ("ArrowLeft Key.page_up Home Tab Escape", "navigation"),
        ("Backspace Key.enter Delete NumpadEnter", "editing"),
        ("Shift Key.shift_l ControlRight cmd_r AltGraph Ctrl+Shift", "modifier"),
        ("F5 f12 Key.f1", "function"),
        ("Ctrl+C cmd+shift+z", "shortcut"),
        ("hunter2 65 MediaPlay ab Unidentified", "other"),
    ],
)
def test_classes(keys: str, expected: str) -> None:
    assert {key: key_class(key) for key in keys.split()} == dict.fromkeys(keys.split(), expected)


def test_null_empty_and_blank() -> None:
    assert key_classes(pa.array([None, "", " ", "\t", "\n"])).to_pylist() == [
        None,
        None,
        "symbol",
        "navigation",
        "editing",
    ]
    assert key_classes(pa.array([], pa.string())).to_pylist() == []


@given(st.lists(st.none() | st.text()))
def test_nothing_but_classes(keys: list[str | None]) -> None:
    shaped = shape_names(pa.array(keys, pa.string()), "key_class")
    assert {value for value in shaped.values.to_pylist() if value is not None} <= CLASSES
    assert shaped.hits == {}
