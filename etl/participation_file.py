"""Read the participation file (CSV or Parquet) into ENTRIES. A file that is wrong anywhere is refused whole: who takes
part is not guessed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from etl.errors import ConfigError
from transforms.account import canonical
from transforms.participation import ENTRIES

COLUMNS: Final = ("account", "person", "unit", "status", "valid_from", "valid_to", "basis", "recorded_at")
STATUSES: Final = frozenset({"participates", "objects", "left"})
_NEEDED: Final = ("account", "person", "status")
_NAMES: Final = ("account", "person", "unit")
_TIMES: Final = ("valid_from", "valid_to", "recorded_at")
_SHOWN: Final = 5

Spell = Callable[[pa.Array], pa.Array]


def read_content(path: Path) -> bytes:
    """The file's bytes, read once, so that what is parsed is what is committed to."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(
            f"the participation file {path} cannot be read: {error.strerror or 'reading failed'}; "
            "give --participation FILE, or --participation none"
        ) from None


def parse_participation(content: bytes, path: Path, *, spell: Spell = canonical) -> pa.Table:
    """The content of the file at `path` as ENTRIES, a row each, every name as `spell` spells it.

    Raises:
        ConfigError: what is wrong with which rows, never a value.
    """
    try:
        rows = _parse(content, path, spell).to_pylist()
    except (ValueError, OverflowError, KeyError):  # Parquet holds what Python's dates and text cannot
        raise ConfigError(
            f"the participation file {path} holds times or text that cannot be read: give times as ISO 8601 text, UTC"
        ) from None
    if not rows:
        raise ConfigError(f"the participation file {path} lists nobody, so that nobody would be admitted")
    problems: dict[str, list[int]] = {}
    entries = [_entry(row, number, problems) for number, row in enumerate(rows, start=1)]
    linked = {entry["account"] for entry in entries if entry["person"] is not None}
    for number, entry in enumerate(entries, start=1):
        if entry["status"] in ("objects", "left") and entry["account"] not in linked:
            # Passed over, an objection with a misspelt account would leave its person in.
            _note(problems, f"{entry['status']}, but nothing links the account to a person", number)
    if problems:
        told = "; ".join(f"{_rows(numbers)}: {problem}" for problem, numbers in problems.items())
        raise ConfigError(f"the participation file {path} cannot be used: {told}")
    return pa.Table.from_pylist(entries, schema=ENTRIES)


def _entry(row: dict[str, Any], number: int, problems: dict[str, list[int]]) -> dict[str, Any]:
    entry = {name: row.get(name) for name in (*_NAMES, "status")}
    if entry["account"] is None:
        _note(problems, "account is empty", number)
    if entry["status"] not in STATUSES:
        _note(problems, f"status must be one of {', '.join(sorted(STATUSES))}", number)
    for name in _TIMES:
        try:
            entry[f"{name}_us"] = _time_us(row.get(name))
        except (ValueError, OverflowError):
            _note(problems, f"{name} must be an ISO 8601 date or time (UTC where it has no offset)", number)
    return entry


def _note(problems: dict[str, list[int]], problem: str, number: int) -> None:
    problems.setdefault(problem, []).append(number)


def _rows(numbers: list[int]) -> str:
    shown = ", ".join(str(number) for number in numbers[:_SHOWN])
    more = f" and {len(numbers) - _SHOWN:,} more" if len(numbers) > _SHOWN else ""
    return f"row{'s' if len(numbers) > 1 else ''} {shown}{more}"


def _parse(content: bytes, path: Path, spell: Spell) -> pa.Table:
    try:
        table = pq.read_table(pa.BufferReader(content)) if path.suffix == ".parquet" else _parse_csv(content)
    except (OSError, pa.ArrowInvalid):
        raise ConfigError(f"the participation file {path} is not a well-formed CSV or Parquet file") from None
    names = [name.strip() for name in table.column_names]
    problems = [f"it has no column {name}" for name in _NEEDED if name not in names]
    unknown = [name for name in names if name not in COLUMNS]
    if unknown:
        problems.append(f"{len(unknown)} of its columns are none of {', '.join(COLUMNS)}")
    if len(set(names)) != len(names):
        problems.append("a column stands in it twice")
    if problems:
        raise ConfigError(f"the participation file {path} cannot be used: {'; '.join(problems)}")
    table = table.rename_columns(names)
    wrong = [
        name for name in (*_NAMES, "status") if name in names and not _is_name(table.schema.field(name).type)
    ]
    if wrong:
        raise ConfigError(
            f"the participation file {path} cannot be used: {', '.join(wrong)} must hold text or whole numbers"
        )
    for name in (name for name in (*_NAMES, "status") if name in names):
        text = table.column(name).cast(pa.string()).combine_chunks()
        table = table.set_column(names.index(name), name, spell(text))
    return table


def _parse_csv(content: bytes) -> pa.Table:
    content = content.removeprefix(b"\xef\xbb\xbf")
    first = content.decode("utf-8", errors="replace").partition("\n")[0]
    header = [name.strip().strip('"') for name in first.split(",")]
    as_text = pyarrow.csv.ConvertOptions(
        column_types=dict.fromkeys([*header, *COLUMNS], pa.string()),
        strings_can_be_null=True,
        null_values=[""],
    )
    return pyarrow.csv.read_csv(
        pa.BufferReader(content),
        read_options=pyarrow.csv.ReadOptions(column_names=header, skip_rows=1),
        convert_options=as_text,
    )


def _is_name(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_integer(kind)
        or pa.types.is_dictionary(kind)
        or pa.types.is_null(kind)
    )


def _time_us(value: object) -> int | None:
    if value is None or str(value).strip() == "":
        return None
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value).strip())
    moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    delta = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds
