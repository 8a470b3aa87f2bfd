from __future__ import annotations

import csv
import io
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.decoding import Row, cut_at, feed_all, mapping_of, seen
from transforms.decode import reasons
from transforms.decode.delimited import Delimited, dialect_of, read_header
from transforms.decode.header_again import ColumnsChangeError
from transforms.decode.rows import record_ids
from transforms.mapping import Mapping
from transforms.schemas import RECORD_ID

NAMES = ("A1", "B2", "C3")
CSV = mapping_of("A1", "C3", format="csv")
LIMIT = 60


def decoder(mapping: Mapping = CSV, **more: Any) -> Delimited:
    given = {
        "names": NAMES,
        "record_key": None,
        "newline": 10,
        "end": None,
        "skip_first": False,
        "max_record_bytes": LIMIT,
        **more,
    }
    return Delimited(mapping, **given)


def decode(
    data: bytes, mapping: Mapping = CSV, *, piece: int | None = None, **more: Any
) -> tuple[list[Row], list[tuple[int, str]]]:
    return seen(feed_all(decoder(mapping, **more), data, piece=piece or max(len(data), 1)))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("1,2,3\n1,2,3", []),
        ("1,2,3\n1,2", [(6, reasons.STREAM_TRUNCATED)]),
        ("1,2,3\n1,2\n", [(6, reasons.FIELD_COUNT)]),
        ("1,2,3\n1,2,3,4", [(6, reasons.FIELD_COUNT)]),
        ('1,2,3\n1,2,"3', [(6, reasons.STREAM_TRUNCATED)]),
        ('1,2,3\n1,2,"3\nmore\n', [(6, reasons.STREAM_TRUNCATED), (13, reasons.FIELD_COUNT)]),
        ('1,2,"3\n1,2,3\n', [(0, reasons.QUOTE_UNCLOSED)]),
        ("1,2\n1,2,3\n", [(0, reasons.FIELD_COUNT)]),
    ],
)
def test_a_file_that_ends_inside_a_record_was_cut(text: str, why: list[tuple[int, str]]) -> None:
    for piece in (1, 5, 99):
        assert decode(text.encode(), piece=piece)[1] == why


cells = st.text(st.sampled_from('ab",;\né \r'), max_size=6)
tables = st.lists(st.lists(cells, min_size=3, max_size=3).filter(any), max_size=8)


@settings(deadline=None)
@given(tables, st.sampled_from(["\n", "\r\n"]), st.booleans(), st.integers(1, 99))
def test_what_the_csv_module_writes_is_read_back(
    table: list[list[str]], end: str, every: bool, piece: int
) -> None:
    if end == "\n":  # then the module does not quote a CR
        table = [[cell.replace("\r", "c") for cell in row] for row in table]
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator=end, quoting=csv.QUOTE_ALL if every else csv.QUOTE_MINIMAL)
    positions = []
    for row in table:
        positions.append(len(buffer.getvalue().encode()))
        writer.writerow(row)
    mapping = mapping_of("A1", "C3", format="csv", multiline=True)
    rows, rejects = decode(buffer.getvalue().encode(), mapping, piece=piece, max_record_bytes=1000)
    assert rejects == []
    assert rows == [
        (position, a or None, c or None) for position, (a, _, c) in zip(positions, table, strict=True)
    ]


soup = st.text(st.sampled_from('ab"""",,,\n\n\ré\0'), max_size=150).map(str.encode) | st.binary(max_size=40)


@settings(deadline=None, max_examples=150)
@given(soup, st.integers(1, 60), st.sampled_from([None, True, False]), st.sampled_from([5, 12, LIMIT]))
def test_any_bytes_in_any_pieces_give_the_same(
    data: bytes, piece: int, multiline: bool | None, limit: int
) -> None:
    mapping = mapping_of("A1", "C3", format="csv", multiline=multiline)
    assert decode(data, mapping, piece=piece, max_record_bytes=limit) == decode(
        data, mapping, max_record_bytes=limit
    )


@settings(deadline=None, max_examples=200)
@given(soup, st.lists(st.integers(0, 150), max_size=4), st.integers(1, 60), st.booleans())
def test_any_split_reads_each_record_once(data: bytes, cuts: list[int], piece: int, quoted: bool) -> None:
    mapping = mapping_of("A1", "C3", format="csv", multiline=False, quote='"' if quoted else None)
    bounds = cut_at(data, cuts)
    rows: list[Row] = []
    rejects: list[tuple[int, str]] = []
    for start, end in pairwise(bounds):
        split = decoder(mapping, end=end, skip_first=start > 0, max_record_bytes=12)
        part = seen(feed_all(split, data, piece=piece, start=max(start - 1, 0), end=end))
        rows += part[0]
        rejects += part[1]
    assert (rows, rejects) == decode(data, mapping, max_record_bytes=12)


@settings(deadline=None)
@given(st.lists(st.text(st.sampled_from('ab",\té'), max_size=12), max_size=10))
def test_without_quotes_it_is_split_and_count(lines: list[str]) -> None:
    mapping = mapping_of("A1", "C3", format="tsv", quote=None)
    data = "\n".join(lines).encode()
    rows: list[Row] = []
    rejects = []
    position = 0
    for line in lines:
        fields = line.split("\t")
        if line and len(fields) == 3:
            rows.append((position, fields[0] or None, fields[2] or None))
        elif line:
            was_cut = position + len(line.encode()) == len(data) and len(fields) < 3
            rejects.append((position, reasons.STREAM_TRUNCATED if was_cut else reasons.FIELD_COUNT))
        position += len(line.encode()) + 1
    assert decode(data, mapping) == (rows, rejects)


@pytest.mark.parametrize(
    ("text", "rows", "rejects"),
    [
        ('x,"y\nz",w\n', [(0, "x", "w")], []),
        ('x,"y\nu,v,w\nz",w\n', [(5, "u", "w")], [(0, reasons.QUOTE_UNCLOSED), (11, reasons.FIELD_COUNT)]),
        # No record behind the quote can be read: the file may have been cut inside it.
        ('x,"y,z\nu,""v"",w\n', [], [(0, reasons.STREAM_TRUNCATED), (7, reasons.QUOTE_MALFORMED)]),
        ('"a""b",,"c"\n', [(0, 'a"b', "c")], []),
        ('a"b,,c"\n', [(0, 'a"b', 'c"')], []),
        ('a,"b,c\nd,e,f\n', [(7, "d", "f")], [(0, reasons.QUOTE_UNCLOSED)]),
        ('a,"b"x,c\nd,e,f\n', [(9, "d", "f")], [(0, reasons.QUOTE_MALFORMED)]),
        ('a,"b\nd,"e",f\n', [(5, "d", "f")], [(0, reasons.QUOTE_UNCLOSED)]),
        ('a,"b\nd"e,f\n', [], [(0, reasons.QUOTE_MALFORMED), (5, reasons.FIELD_COUNT)]),
        ("a,b\nd,e,f\ng,h,i,j", [(4, "d", "f")], [(0, reasons.FIELD_COUNT), (10, reasons.FIELD_COUNT)]),
        (
            'a,"b\n' + "x,y,z\n" * 20 + 'q,r",s\n',
            [(5 + 6 * i, "x", "z") for i in range(20)] + [(125, "q", "s")],
            [(0, reasons.QUOTE_UNCLOSED)],
        ),
        ("x" * (LIMIT + 1) + "\na,b,c\n", [(LIMIT + 2, "a", "c")], [(0, reasons.RECORD_TOO_LONG)]),
        ("\n\r\na,b,c\n\n\nd,e,f", [(3, "a", "c"), (11, "d", "f")], []),
        (",,\n", [(0, None, None)], []),
        ("a,b,c\r\nd,e,f\r", [(0, "a", "c"), (7, "d", "f")], []),
        ("a\0,b,c\n", [(0, "a\0", "c")], []),
        ("", [], []),
        ("\r", [], []),
    ],
)
def test_records(text: str, rows: list[Row], rejects: list[tuple[int, str]]) -> None:
    for piece in (1, 2, 3, 7, 1000):
        assert decode(text.encode(), piece=piece) == (rows, rejects)


def test_one_line_one_record_where_the_mapping_says_so() -> None:
    mapping = mapping_of("A1", "C3", format="csv", multiline=False)
    assert decode(b'a,"b\nb",c,x\n"d",e,"f"\r\n"g\n', mapping) == (
        [(5, 'b"', "x"), (12, "d", "f")],
        [(0, reasons.QUOTE_UNCLOSED), (23, reasons.QUOTE_UNCLOSED)],
    )


def test_invalid_text_costs_its_record() -> None:
    assert decode(b"a,b,c\n\xff,b,c\na,\xff,c\nd,e,f\n") == (
        [(0, "a", "c"), (18, "d", "f")],
        [(6, reasons.UTF8_INVALID), (12, reasons.UTF8_INVALID)],
    )


STRAY = 'u2,"q,search\nu3,plan,edit\nu1,n",approve\nu2,end,close\n'
"""The second field of the first record begins with a quote, that of the third ends with one."""
BY_LINE = ([(13, "u3", "edit"), (26, "u1", "approve"), (40, "u2", "close")], [(0, reasons.QUOTE_UNCLOSED)])


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("piece", [1, 3, 1000])
def test_a_stray_quote_moves_no_act_to_another_person(end: str, piece: int) -> None:
    rows, rejects = decode(STRAY.replace("\n", end).encode(), piece=piece)
    assert [row[1:] for row in rows] == [row[1:] for row in BY_LINE[0]]
    assert [reason for _, reason in rejects] == [reasons.QUOTE_UNCLOSED]
    last = f'u2,x,"q{end}u3,plan,edit{end}u1,y,n"'
    rows, rejects = decode(last.encode(), piece=piece)
    assert [row[1:] for row in rows] == [("u3", "edit"), ("u1", 'n"')]
    assert [reason for _, reason in rejects] == [reasons.QUOTE_UNCLOSED]


def test_a_tsv_quotes_nothing_unless_the_mapping_says_so() -> None:
    tabbed = STRAY.replace(",", "\t").encode()
    plain, asked = mapping_of("A1", "C3", format="tsv"), mapping_of("A1", "C3", format="tsv", quote='"')
    assert decode(tabbed, plain) == ([(0, "u2", "search"), *BY_LINE[0]], [])
    assert decode(tabbed, asked) == BY_LINE
    assert decode(STRAY.encode()) == BY_LINE


def test_a_quoted_line_end_is_read_where_no_line_of_it_is_a_record() -> None:
    data = b'u1,"two\nlines, or\n""three""",edit\n"first\nfield",x,y\n'
    assert decode(data) == ([(0, "u1", "edit"), (34, "first\nfield", "y")], [])
    # The whole of it is a record for whoever asked for that.
    asked = mapping_of("A1", "C3", format="csv", multiline=True)
    assert decode(STRAY.encode(), asked)[0] == [(0, "u2", "approve"), (40, "u2", "close")]
    # A first field takes its closing line with it only if the first line was no record.
    assert decode(b'"u2,q,search\nu1",n,approve\n') == (
        [(13, 'u1"', "approve")],
        [(0, reasons.QUOTE_UNCLOSED)],
    )


def test_a_separator_of_several_bytes_and_cr_only() -> None:
    mapping = mapping_of("A1", "C3", format="csv", delimiter="→")
    data = 'x→"y→\r"→z\rp→q→r'.encode()
    for piece in (1, 2, 5, 100):
        assert decode(data, mapping, piece=piece, newline=13)[0] == [(0, "x", "z"), (16, "p", "r")]


def test_a_quote_swallows_no_more_than_a_record_may_hold() -> None:
    lines = [b'"open,b,c' if i % 50 == 0 else b"a,b,c" for i in range(1000)]
    rows, rejects = decode(b"\n".join(lines), max_record_bytes=100, piece=64)
    assert len(rows) == 980
    assert {reason for _, reason in rejects} == {reasons.QUOTE_UNCLOSED}


def test_break_off_rescues_lines_behind_an_open_quote() -> None:
    data = b'a,"b\nd,e,f\ng,h'
    broken = decoder(mapping_of("A1", "C3", format="csv", multiline=True))
    fed = broken.feed(data, 0, final=False)
    assert fed.consumed == 0
    assert seen([broken.break_off(data, 0, reasons.STREAM_CORRUPT)]) == (
        [(5, "d", "f")],
        [(0, reasons.QUOTE_UNCLOSED), (11, reasons.STREAM_CORRUPT)],
    )


def test_record_ids() -> None:
    fed = decoder(record_key=b"key").feed(b'a,"b\nb",c\r\nd,e,f', 0, final=True)
    assert fed.decoded.rows.column(RECORD_ID).to_pylist() == record_ids([b'a,"b\nb",c', b"d,e,f"], b"key")


def test_headers() -> None:
    dialect = dialect_of(CSV, newline=10, max_record_bytes=100)
    assert read_header(b'\r\na,"b ""x""\n",\r\n1,2,3', final=False, dialect=dialect) == (
        ("a", 'b "x"\n', ""),
        17,
    )
    assert read_header(b"a,b", final=False, dialect=dialect) is None
    assert read_header(b"a,b", final=True, dialect=dialect) == (("a", "b"), 3)
    assert read_header(b"\n\n", final=True, dialect=dialect) is None
    for bad, why in ((b'"a', "quote_unclosed"), (b"\xff,b", "utf8_invalid"), (b"x" * 101, "record_too_long")):
        with pytest.raises(ValueError, match=why):
            read_header(bad, final=True, dialect=dialect)
    with pytest.raises(ValueError, match="ASCII"):
        dialect_of(mapping_of("A1", "C3", format="csv", quote="«"), newline=10, max_record_bytes=1)


TIMES = mapping_of("u", "t", "e", format="csv")
NAMED = {"names": ("u", "t", "e"), "max_record_bytes": 1000}


@pytest.mark.parametrize("again", ["u,t,e\n", "\ufeffu,t,e\r\n", ' U ,"T",e\n', "u, t, e\n"])
@pytest.mark.parametrize("piece", [1, 7, 1000])
def test_the_same_header_again_is_no_record(again: str, piece: int) -> None:
    data = f"ann,2026-01-01,x\n{again}bob,2026-01-02,y\n".encode()
    rows, rejects = decode(data, TIMES, piece=piece, **NAMED)
    assert [row[1:] for row in rows] == [("ann", "2026-01-01", "x"), ("bob", "2026-01-02", "y")]
    assert rejects == []


@pytest.mark.parametrize(
    "other",
    [
        *("e,t,u", "e,T,u", "t,u,e", "u,e,t", "action,when,account", "e,created_at,u", "t,u", "u,t,e,more"),
        *("e, t, u", '"e","t","u"', '"e", "t", "u"', "'e','t','u'", "e,@timestamp,u", "e,$time,u"),
    ],
)
@pytest.mark.parametrize("piece", [1, 7, 1000])
def test_another_header_ends_the_reading(other: str, piece: int) -> None:
    data = f"ann,2026-01-01,x\n{other}\ny,2026-01-02,bob\n".encode()
    with pytest.raises(ColumnsChangeError) as caught:
        decode(data, TIMES, piece=piece, **NAMED)
    assert caught.value.position == 17


def test_another_header_in_quotes_ends_the_reading_where_nothing_is_quoted() -> None:
    plain = mapping_of("u", "t", "e", format="tsv")
    data = b'ann\t2026-01-01\tx\n"e"\t"t"\t"u"\ny\t2026-01-02\tbob\n'
    with pytest.raises(ColumnsChangeError):
        decode(data, plain, **NAMED)


def test_records_with_words_for_times_are_no_headers() -> None:
    data = b"ann,unknown,x\nu,Mon 5 Jan,e\nann,,x\nann,2026-01-01,t\na,b\n"
    rows, rejects = decode(data, TIMES, **NAMED)
    assert len(rows) == 4
    assert rejects == [(52, reasons.FIELD_COUNT)]
