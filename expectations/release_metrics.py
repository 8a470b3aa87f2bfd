"""The numbers that the release gate judges: a row a record, and sums over the tables. No action is among them.

Actions are replaced by codes of their sequence before anything is handed on, so that no validation result, message
or page can hold one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from transforms.ladder import round_occurrences
from transforms.schemas import LEVEL_SEPARATOR, RELEASE

if TYPE_CHECKING:
    import pandas as pd  # type: ignore[import-untyped, unused-ignore]

UNSAFE: Final = (
    r"[\x{0}-\x{1f}\x{7f}-\x{9f}\x{61c}\x{200e}\x{200f}\x{2028}-\x{202e}\x{2066}-\x{2069}]"  # RE2 syntax
)
"""Characters that break lines, terminals or the reading order: C0, DEL, C1, line separators, Unicode Bidi_Control."""

METADATA: Final = frozenset({b"huggingface", b"PARQUET:field_id"})
"""Keys of metadata that a file of a release has use for; the verifier reads what they say."""

COUNTED: Final = ("length", "people", "occurrences")
KINDS: Final = ("sequences", "actions")
JOINT: Final = LEVEL_SEPARATOR  # no token may contain it

Int64s = npt.NDArray[np.int64]
Splits = Mapping[str, pa.Table]


def schema_faults(table: pa.Table) -> int:
    """Columns missing, unexpected, misplaced or of another type than RELEASE, and metadata beside the `datasets` features;
    names of list items do not count."""
    found, wanted = (
        [(field.name, _kind(field.type)) for field in schema] for schema in (table.schema, RELEASE)
    )
    width = max(len(found), len(wanted))
    notes = [*(table.schema.metadata or {}), *(key for field in table.schema for key in field.metadata or {})]
    strange = sum(note not in METADATA for note in notes)
    return strange + sum(found[at : at + 1] != wanted[at : at + 1] for at in range(width))


def table_metrics(release: pa.Table, splits: Splits) -> dict[str, float]:
    """Faults over whole tables; 0 where all is well.

    `schema_faults`: of the release and of every split. `nulls`: null values, list items too. `records_unplaced`:
    distinct rows in the release but in no split, or the other way round. `records_in_two_splits`: sequences that more
    than one split holds, or that one split holds twice. `records_of_wrong_kind`: single actions among the sequences
    or the other way round; there only when every split says which it holds, as `sequences/…` or `actions/…`.
    """
    tables = [release, *splits.values()]
    codes = _codes(tables)
    held = np.concatenate(codes[1:]) if splits else np.zeros(0, np.int64)
    metrics: dict[str, float] = {
        "schema_faults": sum(schema_faults(table) for table in tables),
        "nulls": sum(_nulls(table) for table in tables),
        "records_unplaced": _unmatched(tables, codes),
        "records_in_two_splits": int((np.bincount(held) > 1).sum()) if len(held) else 0,
    }
    if all(name.partition("/")[0] in KINDS for name in splits):
        wrong = sum(_of_wrong_kind(name, table) for name, table in splits.items())
        metrics["records_of_wrong_kind"] = wrong
    return metrics


def record_frame(release: pa.Table) -> pd.DataFrame:
    """One row a record, numbers only, as far as the release has the columns.

    `record`: code of the sequence of actions. `actions`: how many. `length`, `people`, `occurrences`: as published,
    null where null. `occurrences_rounded`: what the rule of rounding makes of `occurrences` (G6): two significant
    digits, or the published people. `blank_actions`, `unsafe_actions`: actions without a visible character, or with
    one of UNSAFE.
    """
    import pandas as pd  # type: ignore[import-untyped, unused-ignore]

    numbers = {name: release.column(name).to_numpy() for name in _counted(release)}
    if {"people", "occurrences"} <= numbers.keys():
        numbers["occurrences_rounded"] = _rounded(numbers["occurrences"], numbers["people"])
    if _has_actions(release):
        numbers["record"] = _codes([release])[0]
        numbers.update(_action_numbers(release.column("actions").combine_chunks()))
    return pd.DataFrame(numbers, index=range(release.num_rows))


def _kind(data_type: pa.DataType) -> str:
    return f"list<{data_type.value_type}>" if pa.types.is_list(data_type) else str(data_type)


def _has_actions(table: pa.Table) -> bool:
    wanted = _kind(RELEASE.field("actions").type)
    return table.column_names.count("actions") == 1 and _kind(table.schema.field("actions").type) == wanted


def _codes(tables: list[pa.Table]) -> list[Int64s]:
    """Of each table: a code a row, equal across the tables where the sequences are; a sequence with a null is one code."""
    joined = [pa.chunked_array([], pa.string())] * len(tables)
    for at, table in enumerate(tables):
        if _has_actions(table):
            actions = pc.cast(table.column("actions").combine_chunks(), pa.list_(pa.string()))
            length = pc.cast(pc.list_value_length(actions), pa.string())  # tells [] from [""]
            joined[at] = pc.binary_join_element_wise(length, pc.binary_join(actions, JOINT), JOINT)
    chunks = [chunk for part in joined for chunk in _chunks(part)]
    codes = pa.chunked_array(chunks, pa.string()).combine_chunks().dictionary_encode(null_encoding="encode")
    return np.split(codes.indices.to_numpy().astype(np.int64), np.cumsum([len(part) for part in joined])[:-1])


def _chunks(array: pa.Array | pa.ChunkedArray) -> list[pa.Array]:
    return list(array.chunks) if isinstance(array, pa.ChunkedArray) else [array]


def _unmatched(tables: list[pa.Table], codes: list[Int64s]) -> int:
    """Distinct rows, null being a value, that only the first table holds, or only the others."""
    sides = [
        _keyed(table, code, side=at > 0) for at, (table, code) in enumerate(zip(tables, codes, strict=True))
    ]
    keys = ["code", *COUNTED]
    found = pa.concat_tables(sides).group_by(keys).aggregate([("side", "min"), ("side", "max")])
    return int(pc.sum(pc.equal(found.column("side_min"), found.column("side_max"))).as_py() or 0)


def _keyed(table: pa.Table, code: Int64s, *, side: bool) -> pa.Table:
    """The rows as int64, a count that is not there or no integer as null."""
    columns = {"code": pa.array(code)}
    for name in COUNTED:
        usable = name in _counted(table) and len(code) == table.num_rows
        columns[name] = pc.cast(table.column(name), pa.int64()) if usable else pa.nulls(len(code), pa.int64())
    return pa.table({**columns, "side": np.full(len(code), side, np.int8)})


def _counted(table: pa.Table) -> list[str]:
    """The counted columns that are there, once, and are integers."""
    return [
        name
        for name in COUNTED
        if table.column_names.count(name) == 1 and pa.types.is_integer(table.schema.field(name).type)
    ]


def _nulls(table: pa.Table) -> int:
    return sum(int(column.null_count) + _null_items(column) for column in table.columns)


def _null_items(column: pa.ChunkedArray) -> int:
    return int(pc.list_flatten(column).null_count) if pa.types.is_list(column.type) else 0


def _of_wrong_kind(name: str, table: pa.Table) -> int:
    if not _has_actions(table):
        return 0
    single = pc.equal(pc.list_value_length(table.column("actions")), 1)
    wrong = single if name.startswith(KINDS[0]) else pc.invert(single)
    return int(pc.sum(wrong).as_py() or 0)


def _rounded(occurrences: npt.NDArray[Any], people: npt.NDArray[Any]) -> npt.NDArray[Any]:
    whole = np.nan_to_num(occurrences, nan=0).astype(np.int64)
    return np.where(occurrences == people, occurrences, round_occurrences(whole, np.zeros_like(whole)))


def _action_numbers(actions: pa.ListArray) -> dict[str, npt.NDArray[Any]]:
    words = actions.flatten().dictionary_encode()  # each distinct action is looked at once
    parents = pc.list_parent_indices(actions).to_numpy()
    distinct = words.dictionary
    blank = pc.equal(pc.utf8_length(pc.utf8_trim_whitespace(distinct)), 0)
    unsafe = pc.match_substring_regex(distinct, UNSAFE)
    found = {"actions": pc.list_value_length(actions).to_numpy(zero_copy_only=False)}
    for name, faulty in (("blank_actions", blank), ("unsafe_actions", unsafe)):
        hits = pc.fill_null(faulty.take(words.indices), False).to_numpy(zero_copy_only=False)
        found[name] = np.bincount(parents[hits], minlength=len(actions))
    return found
