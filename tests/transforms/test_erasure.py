"""An erased person's rows are gone, with all accounts; a renamed one's are the same under another name."""

from __future__ import annotations

import pyarrow as pa
import pytest

from transforms.erasure import ascending, renamed, rows_of, without
from transforms.participation import ENTRIES, all_accounts_of, build_registry
from transforms.pseudonym import pseudonyms

PERSON, UNIT = b"p" * 32, b"u" * 32
DIGEST = pa.binary(16)


def digests(*names: str | None) -> pa.Array:
    return pseudonyms(pa.array(names, pa.string()), key=PERSON)


def registry():
    rows = [("ann", "a"), ("ann2", "a"), ("bob", "b"), ("printer", None)]
    entries = [
        dict.fromkeys(ENTRIES.names) | {"account": account, "person": person, "status": "participates"}
        for account, person in rows
    ]
    return build_registry(pa.Table.from_pylist(entries, schema=ENTRIES), person_key=PERSON, unit_key=UNIT)


def table(*names: str, kind: pa.DataType = DIGEST) -> pa.Table:
    accounts = digests(*names)
    column = accounts.dictionary_encode() if pa.types.is_dictionary(kind) else accounts
    return pa.table({"account": column, "n": pa.array(range(len(names)), pa.int64())})


KINDS = pytest.mark.parametrize("kind", [DIGEST, pa.dictionary(pa.int32(), DIGEST)])


def test_all_accounts_of_a_person_go_together():
    found = ascending(all_accounts_of(digests("ann2", "stranger", "ann2"), registry()))
    assert set(found.to_pylist()) == set(digests("ann", "ann2", "stranger").to_pylist())
    assert found.to_pylist() == sorted(found.to_pylist())


def test_an_account_without_a_person_links_nobody():
    assert all_accounts_of(digests("printer"), registry()).to_pylist() == digests("printer").to_pylist()
    assert all_accounts_of(digests("ann"), None).to_pylist() == digests("ann").to_pylist()
    assert all_accounts_of(pa.array([], DIGEST), registry()).to_pylist() == []


def test_in_order_once_and_without_nulls():
    assert ascending(pa.array([b"b" * 16, None, b"a" * 16, b"b" * 16], DIGEST)).to_pylist() == [
        b"a" * 16,
        b"b" * 16,
    ]


@KINDS
def test_rows_of_others_stay_in_order(kind):
    rows = table("bob", "ann", "eve", "ann", "bob", kind=kind)
    left = without(rows, digests("ann"))
    assert left.column("n").to_pylist() == [0, 2, 4]
    assert left.schema.equals(rows.schema)
    assert (rows_of(rows, digests("ann")), rows_of(left, digests("ann"))) == (2, 0)


@KINDS
def test_an_empty_table_and_nobody_change_nothing(kind):
    rows = table("bob", kind=kind)
    assert without(rows.slice(0, 0), digests("bob")).num_rows == 0
    assert without(rows, pa.array([], DIGEST)).equals(rows)
    assert rows_of(rows.slice(0, 0), digests("bob")) == 0


@KINDS
def test_renaming_keeps_the_listed_and_loses_the_others(kind):
    rows = table("bob", "ann", "eve", kind=kind)
    old, new = digests("ann", "bob"), digests("new ann", "new bob")
    once = renamed("account", rows, old, new)
    assert once.table.column("account").to_pylist() == digests("new bob", "new ann").to_pylist()
    assert once.table.column("n").to_pylist() == [0, 1]
    assert once.lost == 1
    assert once.table.schema.equals(rows.schema)


def test_renaming_what_was_half_renamed_ends_the_same():
    old, new = digests("ann", "bob"), digests("new ann", "new bob")
    half = renamed("account", table("new ann", "bob"), old, new)
    assert half.table.column("account").to_pylist() == digests("new ann", "new bob").to_pylist()
    again = renamed("account", half.table, old, new)
    assert again.table.equals(half.table)
    assert again.lost == 0


def test_what_is_unknown_stays_unknown():
    units = pa.table({"unit": pa.array(["a", None, "b", None]).dictionary_encode()})
    result = renamed("unit", units, pa.array(["a"]), pa.array(["x"]))
    assert result.table.column("unit").to_pylist() == ["x", None, None]
    assert result.lost == 1
