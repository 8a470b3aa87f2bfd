from __future__ import annotations

import pyarrow as pa
import pytest

from transforms.where import chosen


@pytest.mark.parametrize(
    ("values", "words", "expected"),
    [
        (["on", "off", "True", None], ["on"], [True, False, False, False]),
        (["true", "True", "TRUE", "yes"], ["true"], [True, True, True, False]),
        ([True, False], ["True"], [True, False]),
        ([1, 2], ["1.0"], [True, False]),
        ([1.0, 1000.0, 1.5], ["1", "1e3", "1.50"], [True, True, True]),
        (["1", "1.0", "01", "1.50"], ["1"], [True, True, False, False]),
        (["010", "10", "8"], ["010"], [True, False, False]),
        (["1_000", "1000"], ["1_000"], [True, False]),
        (["null", None], ["null"], [True, False]),
    ],
)
def test_words_and_values(values: list[object], words: list[str], expected: list[bool]) -> None:
    assert chosen(pa.array(values), words).tolist() == expected
    texts = [str(value).lower() if isinstance(value, bool) else value and str(value) for value in values]
    assert chosen(pa.array(texts), words).tolist() == expected
