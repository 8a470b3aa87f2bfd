from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.decoding import Row, feed_all, mapping_of, seen
from transforms.decode import reasons
from transforms.decode.json_array import JsonDocument

MAPPING = mapping_of("u", "t", format="json")
LIMIT = 200


def decode(data: bytes, *, piece: int | None = None) -> tuple[list[Row], list[tuple[int, str]]]:
    decoder = JsonDocument(MAPPING, record_key=None, max_record_bytes=LIMIT)
    return seen(feed_all(decoder, data, piece=piece or max(len(data), 1)))


def everywhere(data: bytes) -> tuple[list[Row], list[tuple[int, str]]]:
    whole = decode(data)
    for piece in (1, 2, 3, 5, 17, 64):
        assert decode(data, piece=piece) == whole
    return whole


objects = st.dictionaries(
    st.sampled_from(["u", "t", "x", '"[{']),
    st.one_of(st.none(), st.text(st.sampled_from('"\\[]{}, é\n'), max_size=6), st.integers(0, 99)),
    max_size=4,
)


@settings(deadline=None)
@given(st.lists(objects, max_size=8), st.sampled_from([None, 1]), st.booleans(), st.integers(1, 50))
def test_an_array_reads_like_its_elements(
    records: list[dict[str, Any]], indent: int | None, ascii_only: bool, piece: int
) -> None:
    data = json.dumps(records, indent=indent, ensure_ascii=ascii_only).encode()
    rows, rejects = decode(data, piece=piece)
    assert rejects == []
    assert [row[1:] for row in rows] == [
        tuple(None if record.get(k) is None else str(record[k]) for k in ("u", "t")) for record in records
    ]
    decoded = data.decode() if ascii_only else data.decode("latin-1")
    assert all(decoded[row[0]] == "{" for row in rows)


@settings(deadline=None, max_examples=200)
@given(st.text(st.sampled_from('[]{}",: \n1a\\'), max_size=60), st.integers(1, 20))
def test_any_text_in_any_pieces_gives_the_same(soup: str, piece: int) -> None:
    assert decode(soup.encode(), piece=piece) == decode(soup.encode())


@pytest.mark.parametrize(
    ("text", "people", "rejects"),
    [
        ("", [], []),
        ("[]", [], []),
        (' [ {"u":"a"} , {"u":"b"} ] \n', ["a", "b"], []),
        ('{"u":"a"}\n{"u":"b"}', ["a", "b"], []),
        ('[{"u":"a"}][{"u":"b"}]', ["a", "b"], []),
        ('[{"u":"a"},{"u":},{"u":"c"}]', ["a", "c"], [(11, reasons.JSON_MALFORMED)]),
        ('[{"u":"a"},{"u":"b"', ["a"], [(11, reasons.STREAM_TRUNCATED)]),
        ('[{"u":"a"},{"u":"b', ["a"], [(11, reasons.STREAM_TRUNCATED)]),
        ('[{"u":"a"},', ["a"], [(11, reasons.STREAM_TRUNCATED)]),
        ('[{"u":"a"},5,"x]",null,[1,[2]],{"u":"b"}]', ["a", "b"], [
            (11, reasons.NOT_AN_OBJECT),
            (13, reasons.NOT_AN_OBJECT),
            (18, reasons.NOT_AN_OBJECT),
            (23, reasons.NOT_AN_OBJECT),
        ]),
        ("[1,2", [], [(1, reasons.NOT_AN_OBJECT), (3, reasons.STREAM_TRUNCATED)]),
        ("5", [], [(0, reasons.NOT_AN_OBJECT)]),
        ("nonsense", [], [(0, reasons.JSON_MALFORMED)]),
        ('[{"u":"' + "x" * LIMIT + '"},{"u":"b"}]', ["b"], [(1, reasons.RECORD_TOO_LONG)]),
        ('[{"u":"' + "x" * LIMIT, [], [
            (1, reasons.RECORD_TOO_LONG),
            (7 + LIMIT, reasons.STREAM_TRUNCATED),
        ]),
        ('[{"u":{}},{"u":"b"}]', ["b"], [(1, reasons.WRONG_TYPE)]),
    ],
)  # fmt: skip
def test_documents(text: str, people: list[str], rejects: list[tuple[int, str]]) -> None:
    rows, rejected = everywhere(text.encode())
    assert [row[1] for row in rows] == people
    assert rejected == rejects


def test_invalid_text_costs_its_element() -> None:
    rows, rejects = everywhere(b'[{"u":"a"},{"u":"\xff"},{"u":"c"}]')
    assert [row[1] for row in rows] == ["a", "c"]
    assert rejects == [(11, reasons.UTF8_INVALID)]


def test_break_off_rejects_one_element() -> None:
    decoder = JsonDocument(MAPPING, record_key=None, max_record_bytes=LIMIT)
    fed = decoder.feed(b'[{"u":"a"},{"u', 0, final=False)
    assert (fed.decoded.rows.num_rows, fed.consumed) == (1, 11)
    assert seen([decoder.break_off(b'{"u', 11, reasons.STREAM_CORRUPT)]) == (
        [],
        [(11, reasons.STREAM_CORRUPT)],
    )
