"""The mapping: how a record-shaped log is read as events. Described, not coded (DESIGN §7)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationInfo,
    field_validator,
    model_validator,
)

from transforms.content_columns import ContentWords, load_content_words
from transforms.zone_names import zone_of

As = Literal["template", "verbatim", "key_class"]
Format = Literal["jsonl", "json", "csv", "tsv", "parquet"]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class PersonSpec(_Model):
    """Where the account of a record is: one column, several joined, the file's path, or a constant."""

    column: str | None = None
    columns: tuple[str, ...] = ()
    path: str | None = None
    constant: str | None = Field(default=None, min_length=1)

    @model_validator(mode="after")
    def _exactly_one(self) -> PersonSpec:
        given = [
            self.column is not None,
            bool(self.columns),
            self.path is not None,
            self.constant is not None,
        ]
        if sum(given) != 1:
            raise ValueError(
                "person: give exactly one of a column, {columns: […]}, {path: regex} or {constant: name}"
            )
        if self.path is not None:
            try:
                pattern = re.compile(self.path)
            except re.error as error:
                raise ValueError(f"person.path is not a regular expression: {error}") from None
            if "person" not in pattern.groupindex:
                raise ValueError("person.path needs a group named person: (?P<person>…)")
        return self

    @property
    def source_columns(self) -> tuple[str, ...]:
        """The record's columns this needs; empty for a path or a constant."""
        return (self.column,) if self.column is not None else self.columns


_FIRST, _LAST = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)
"""Nights of any time zone around these are still dates."""


def _check_pattern(pattern: str) -> None:
    directives = set(re.findall(r"%(.)", pattern.replace("%%", "")))
    if local := sorted(directives & {"c", "x", "X"}):
        raise ValueError(
            f"time.format: %{local[0]} means something else on every machine; write out what it stands for"
        )
    if {"z", "Z"} <= directives:
        raise ValueError("time.format: a time has an offset (%z) or the name of a zone (%Z), not both")
    try:
        datetime.strptime("", pattern.replace("%Z", "%z"))
    except ValueError as error:
        if "does not match" not in str(error):
            raise ValueError(f"time.format is no strptime pattern: {error}") from None
    except re.error:
        raise ValueError("time.format is no strptime pattern: the same directive twice") from None


class TimeSpec(_Model):
    """Where the time of a record is and how it is written; times outside [earliest, latest) are rejected."""

    column: str
    format: str = "iso8601"
    """iso8601 | epoch_s | epoch_ms | epoch_us | relative_s | iso8601_or_epoch_us | a strptime pattern (it holds a %)"""
    anchor: datetime | None = None
    earliest: datetime = datetime(1980, 1, 1, tzinfo=UTC)
    latest: datetime = datetime(2100, 1, 1, tzinfo=UTC)

    @field_validator("anchor", "earliest", "latest")
    @classmethod
    def _with_offset(cls, value: datetime | None) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("needs an offset, for instance 2026-01-01T00:00:00Z")
        if value is not None and not _FIRST <= value <= _LAST:
            raise ValueError("must lie between the years 1 and 9999, a day from either end")
        return value

    @model_validator(mode="after")
    def _known_format(self) -> TimeSpec:
        known = {"iso8601", "iso8601_or_epoch_us", "epoch_s", "epoch_ms", "epoch_us", "relative_s"}
        if self.format not in known and "%" not in self.format:
            raise ValueError(f"time.format is one of {', '.join(sorted(known))}, or a strptime pattern")
        if self.format not in known:
            _check_pattern(self.format)
        if (self.format == "relative_s") != (self.anchor is not None):
            raise ValueError("time.anchor goes with format: relative_s, and relative_s needs it")
        return self


class ActionColumn(_Model):
    """One column of an action level and how it passes (DESIGN §4, minimised at decode)."""

    column: str
    as_: As = Field(default="template", alias="as")
    split: str | None = Field(default=None, min_length=1)
    """Cut the value at this separator …"""
    take: int | None = Field(default=None, ge=1)
    """… and keep the first so many pieces."""
    reviewed: str | None = Field(default=None, max_length=200, exclude=True)
    """Who looked at the values and answers for them; kept in the record of the run, and in nothing that is published."""
    _command_line: bool = PrivateAttr(default=False)

    @model_validator(mode="after")
    def _no_content(self, info: ValidationInfo) -> ActionColumn:
        words = _words_of(info)
        if (self.split is None) != (self.take is None):
            raise ValueError(f"action column {self.column}: split and take go together")
        if self.reviewed is not None and not self.reviewed.strip():
            raise ValueError(f"action column {self.column}: reviewed is the name of who looked at the values")
        passes = None if self.as_ == "key_class" else words.passes(self.column)
        if passes == "key_class":
            raise ValueError(
                f"action column {self.column}: its name says that it holds what somebody typed, read or copied; "
                "such a column passes only as key_class, or not at all"
            )
        if passes == "reviewed" and self.reviewed is None:
            raise ValueError(
                f"action column {self.column}: its name says that it holds what people write to each other, look for or "
                "note down. If somebody has looked at its values and they are a fixed vocabulary, write "
                f"{{column: {self.column}, as: {self.as_}, reviewed: NAME}} with the name of who answers for it; else "
                "leave the column out"
            )
        self._command_line = words.is_command_line(self.column)
        return self

    @property
    def typed_at_prompt(self) -> bool:
        """Whether a bare word of this column may be a secret typed where none was asked for, and nobody reviewed it."""
        return self._command_line and self.reviewed is None


def _words_of(info: ValidationInfo) -> ContentWords:
    """The words that say content: the package's own, or those that the context of the validation gives."""
    return info.context if isinstance(info.context, ContentWords) else load_content_words()


def _column_or_spec(key: str) -> Any:
    def convert(value: object) -> object:
        return {key: value} if isinstance(value, str) else value

    return BeforeValidator(convert)


class Where(_Model):
    """Keep only the records whose column holds one of the values; the others are dropped and counted."""

    column: str
    in_: tuple[str, ...] = Field(alias="in", min_length=1)

    @field_validator("in_", mode="before")
    @classmethod
    def _as_text(cls, value: object) -> object:
        if not isinstance(value, list | tuple):
            return value
        if any(isinstance(item, list | dict) or item is None for item in value):
            raise ValueError(
                "where.in is a list of words: quote a word that holds a blank, a colon or a bracket"
            )
        return [str(item) for item in value]


NULL_IDS: Final = (
    *(
        "undefined",
        "null",
        "none",
        "nil",
        "nan",
        "nat",
        "na",
        "n/a",
        "n.a.",
        "n.a",
        "#n/a",
        "<na>",
        "<n/a>",
        "\\n",
    ),
    *("(null)", "<null>", "[null]", "{null}", "(none)", "<none>", "[none]", "<nil>", "(nil)", "(undefined)"),
    *("<undefined>", "(empty)", "<empty>", "empty", "(blank)", "blank", "(not set)", "not set", "missing"),
    *("not available", "-", "--", "---", "—", "–", "?", "??", "???", ".", "_", "*", '""', "''", "{}", "[]"),
    *("[object object]", "00000000-0000-0000-0000-000000000000", "{00000000-0000-0000-0000-000000000000}"),
)
"""What programs write where there is no id: the nothing of JavaScript, SQL, Python, Go, R, pandas, spreadsheets, COPY
(`\\N`), Google Analytics, web servers (`-`), and the nil UUID (RFC 9562). Compared as `transforms.missing` says."""


class Mapping(_Model):
    """A whole mapping file. Immutable, so that it can be shipped to workers and stamped on a version."""

    format: Format
    delimiter: str | None = Field(default=None, min_length=1, max_length=1)
    header: bool = True
    names: tuple[str, ...] = ()
    """Column names of a delimited file without a header."""
    quote: str | None = Field(default='"', max_length=1)
    """The quote character of a delimited file; null, and of a TSV if not given: quotes are ordinary characters."""
    multiline: bool | None = None
    """Whether a quoted value may hold line breaks; `false` lets a large quoted file be split. Not given: it may, unless
    one of its lines reads as a record."""
    encoding: str = "utf-8"
    null_tokens: tuple[str, ...] = Field(default=(), alias="null")
    """Words that mean "no value", in every mapped column."""
    null_ids: tuple[str, ...] = NULL_IDS
    """Words that name no person, no unit and no record."""
    where: Where | None = None
    person: Annotated[PersonSpec, _column_or_spec("column")]
    time: Annotated[TimeSpec, _column_or_spec("column")]
    timezone: str | None = "UTC"
    """For times without an offset; null: such times are rejected."""
    zones: tuple[tuple[str, str], ...] = ()
    """What names of zones in times mean: an offset or an IANA zone."""
    order: Literal["oldest_first", "newest_first"] | None = None
    """How records stand in the files, for what happened at one moment; not given: found out, person by person."""
    event_id: str | None = None
    dedupe: Literal["none", "event_id", "record"] = "none"
    action: tuple[tuple[Annotated[ActionColumn, _column_or_spec("column")], ...], ...] = Field(
        min_length=1, max_length=8
    )
    unit: str | None = None
    drop_repeats: bool = True
    optional: tuple[str, ...] = ()
    """Columns that a whole file may lack."""

    @model_validator(mode="before")
    @classmethod
    def _quotes_of_the_format(cls, values: object) -> object:
        """text/tab-separated-values (IANA) knows no quotes, and most that write it write none."""
        if isinstance(values, dict) and values.get("format") == "tsv" and "quote" not in values:
            return {**values, "quote": None}
        return values

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                ZoneInfo(value)
            except (KeyError, ValueError, OSError):
                raise ValueError(
                    "timezone is not a known IANA zone name, for instance Europe/Berlin"
                ) from None
        return value

    @field_validator("zones", mode="before")
    @classmethod
    def _known_zones(cls, value: object) -> object:
        if isinstance(value, dict):
            value = tuple((str(name), str(said)) for name, said in value.items())
        for pair in value if isinstance(value, tuple) else ():
            try:
                zone_of(pair[1])
            except ValueError as error:
                raise ValueError(f"zones: {error}") from None
        return value

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, value: str) -> str:
        try:
            return (
                "utf-8"
                if "".encode(value) == b"" and value.lower().replace("_", "-") in {"utf-8", "utf8"}
                else value
            )
        except LookupError:
            raise ValueError("encoding is not one that Python knows, for instance utf-8 or latin-1") from None

    @model_validator(mode="after")
    def _consistent(self, info: ValidationInfo) -> Mapping:
        problems, words = [], _words_of(info)
        if any(not level for level in self.action):
            problems.append("an action level without columns")
        if self.dedupe == "event_id" and self.event_id is None:
            problems.append("dedupe: event_id needs event_id: COLUMN")
        if not self.header and not self.names and self.format in {"csv", "tsv"}:
            problems.append("header: false needs names: [the columns, in order]")
        for role, column in [("person", c) for c in self.person.source_columns] + [("unit", self.unit)]:
            if column is not None and column != "participation" and words.passes(column) == "key_class":
                problems.append(f"{role} column {column}: its name says that it holds content")
        if problems:
            raise ValueError("; ".join(problems))
        return self

    @property
    def repeats_hours(self) -> str | None:
        """The zone whose clocks repeat an hour of this log's times; None: no time of it is one of a wall clock there."""
        form = self.time.format
        local = form in {"iso8601", "iso8601_or_epoch_us"} or ("%" in form and not re.search("%[zZ]", form))
        return self.timezone if local and self.timezone != "UTC" else None

    @property
    def separator(self) -> str:
        """The character between the fields of a delimited file."""
        return self.delimiter or ("\t" if self.format == "tsv" else ",")

    @property
    def reviewed(self) -> dict[str, str]:
        """By column of an action who looked at its values."""
        return {c.column: c.reviewed for level in self.action for c in level if c.reviewed is not None}

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column of a record that is read, each once, in the order of first mention: nothing else survives."""
        named = [
            *self.person.source_columns,
            self.time.column,
            *([self.where.column] if self.where else []),
            *([self.event_id] if self.event_id else []),
            *([self.unit] if self.unit and self.unit != "participation" else []),
            *(column.column for level in self.action for column in level),
        ]
        return tuple(dict.fromkeys(named))


NATIVE = Mapping.model_validate(
    {
        "format": "jsonl",
        "person": "user_id",
        "time": {"column": "ts", "format": "iso8601_or_epoch_us"},
        "timezone": None,
        "event_id": "event_id",
        "dedupe": "event_id",
        "action": [
            [{"column": "event_type", "as": "verbatim"}, {"column": "app"}, {"column": "target"}],
            [{"column": "event_type", "as": "verbatim"}, {"column": "app"}],
            [{"column": "event_type", "as": "verbatim"}],
        ],
        "unit": "unit",
        "optional": ["target", "unit", "event_id"],
    }
)
"""The native schema: what `simulate` writes and `--source native` reads (JSONL; Parquet by the files' extension)."""
