"""Read the participation file (CSV or Parquet) into ENTRIES. A file that is wrong anywhere is refused whole: who takes
part is not guessed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from etl.errors import ConfigError
from transforms.participation import ENTRIES

COLUMNS: Final = ("account", "person", "unit", "status", "valid_from", "valid_to", "basis", "recorded_at")
STATUSES: Final = frozenset({"participates", "objects", "left"})
_OPTIONAL: Final = frozenset({"unit", "valid_from", "valid_to", "basis", "recorded_at"})


def load_participation(path: Path) -> pa.Table:
    """The file as ENTRIES.

    Raises:
        ConfigError: with the first problems, by row number, never by value.
    """
    rows = _read(path)
    problems: list[str] = []
    entries = []
    for number, row in enumerate(rows, start=1):
        entry: dict[str, Any] = {
            name: _text(row.get(name)) for name in ("account", "person", "unit", "status")
        }
        if entry["account"] is None:
            problems.append(f"row {number}: account is empty")
        if entry["status"] not in STATUSES:
            problems.append(f"row {number}: status must be one of {', '.join(sorted(STATUSES))}")
        for name in ("valid_from", "valid_to", "recorded_at"):
            try:
                entry[f"{name}_us"] = _time_us(row.get(name))
            except ValueError:
                problems.append(
                    f"row {number}: {name} must be an ISO 8601 date or time (UTC where it has no offset)"
                )
        entries.append(entry)
    if problems:
        more = f" … and {len(problems) - 5} more" if len(problems) > 5 else ""
        raise ConfigError(f"the participation file {path} cannot be used: {'; '.join(problems[:5])}{more}")
    return pa.Table.from_pylist(entries, schema=ENTRIES)


def _read(path: Path) -> list[dict[str, Any]]:
    try:
        if path.suffix == ".parquet":
            table = pq.read_table(path)
        else:
            as_text = pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(COLUMNS, pa.string()), strings_can_be_null=True, null_values=[""]
            )
            table = pyarrow.csv.read_csv(path, convert_options=as_text)
    except OSError as error:
        raise ConfigError(
            f"the participation file {path} cannot be read: {error.strerror or 'not a file of that format'}; "
            "give --participation FILE, or --participation none"
        ) from None
    except pa.ArrowInvalid:
        raise ConfigError(f"the participation file {path} is not a well-formed CSV or Parquet file") from None
    missing = [name for name in COLUMNS if name not in table.column_names and name not in _OPTIONAL]
    unknown = [name for name in table.column_names if name not in COLUMNS]
    if missing or unknown:
        raise ConfigError(
            f"the participation file {path} needs the columns {', '.join(COLUMNS)}"
            + (f"; missing: {', '.join(missing)}" if missing else "")
            + (f"; {len(unknown)} that it does not know" if unknown else "")
        )
    return list(table.to_pylist())


def _text(value: object) -> str | None:
    return str(value) if value is not None and str(value) != "" else None


def _time_us(value: object) -> int | None:
    if value is None or value == "":
        return None
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    delta = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds
