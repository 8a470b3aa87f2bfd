"""The run's configuration: a YAML file, flags over it, and one report of everything that is wrong (exit code 2)."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ByteSize,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    field_validator,
    model_validator,
)

from etl.command_words import is_text
from etl.errors import ConfigError
from etl.retention_times import Retention
from etl.yaml_file import read_yaml

K_FLOOR: Final = 10
NOT_STATED: Final = "not stated"


def known_zone(name: str) -> str:
    """The name of a time zone, if it is one.

    Raises:
        ValueError: it is none.
    """
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError("is not a known IANA zone name, for instance Europe/Berlin") from None
    return name


def _stated(value: object) -> object:
    """What is given and blank is not stated either: no page shows an empty place."""
    return NOT_STATED if value is None or (isinstance(value, str) and not value.strip()) else value


def _place(value: object) -> object:
    """A path is a place, too; it stays text, because a path would fold the slashes of a URL."""
    return str(value) if isinstance(value, Path) else value


def _size(value: object) -> object:
    """Kubernetes writes Gi for GiB."""
    text = str(value).strip()
    text = f"{text}B" if text.lower().endswith("i") else text
    try:
        size = int(_BYTES.validate_python(text))
    except ValidationError:
        size = 0
    if size <= 0:
        raise ValueError("is a size, for instance 4GB, 500MB or 2GiB")
    return size


def _is_all_text(value: object, *, named: bool) -> bool:
    if isinstance(value, dict):
        return all(_is_all_text(part, named=named) for pair in value.items() for part in pair)
    if isinstance(value, list | tuple):
        return all(_is_all_text(part, named=named) for part in value)
    text = str(value) if isinstance(value, Path) else value
    if named and isinstance(text, str):
        text = os.fsencode(text).decode("utf-8", "replace") if _has_bytes(text) else text
    return not isinstance(text, str) or is_text(text)


def _has_bytes(text: str) -> bool:
    """Whether text stands for the bytes of a file's name (PEP 383)."""
    try:
        os.fsencode(text)
    except UnicodeEncodeError:
        return False
    return True


_MOST_STATED: Final = 4_000
"""Characters of a purpose: it stands in a table of the card."""

_BYTES: Final = TypeAdapter(ByteSize)
Size = Annotated[int, BeforeValidator(_size)]
Stated = Annotated[str, BeforeValidator(_stated), Field(max_length=_MOST_STATED)]


class RunConfig(BaseModel):
    """Everything a nightly run needs to know. Field names are the flags' with underscores."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    input: tuple[str, ...] = Field(min_length=1)
    source: str = "auto"
    registry: Annotated[str, BeforeValidator(_place), Field(min_length=1)]
    date: dt.date | None = None
    window: str | None = None
    earliest: dt.date | None = None
    latest: dt.date | None = None
    unfinished: bool = False
    files_before: int | None = Field(default=None, ge=0, le=60)
    night_timezone: Annotated[str, AfterValidator(known_zone)] = "UTC"
    participation: str
    names: Path | None = None
    content_columns: Path | None = None
    """A steward's own words for columns of content (`transforms/content_columns.yaml` has the form)."""
    programs: Path | None = None
    """A steward's own programs that take secrets (`transforms/rules/programs.yaml` has the form)."""
    purpose: Stated = NOT_STATED
    works_agreement: Stated = NOT_STATED
    key_file: Path | None = None
    pool_key_file: Path | None = None
    simulated: bool = False
    k: int = Field(default=K_FLOOR, ge=2, le=1_000_000)
    allow_low_k: bool = False
    min_outside_unit: int = Field(default=3, ge=0, le=1_000_000)
    cap_per_person: int = Field(default=20, ge=0, le=1_000_000_000)
    max_per_person: int = Field(default=5000, ge=0, le=1_000_000_000)
    min_active: int | None = Field(default=None, ge=1, le=1_000_000_000)
    gap_minutes: float = Field(default=30, gt=0, le=24 * 60)
    max_session_hours: float = Field(default=24, ge=1, le=24 * 31)
    max_length: int = Field(default=12, ge=2, le=63)
    late_days: int = Field(default=3, ge=0, le=60)
    pool_nights: int = Field(default=21, ge=0, le=400)
    max_reject_ratio: float = Field(default=0.01, ge=0, le=1)
    accept_damaged: bool = False
    buckets: int | None = Field(default=None, ge=1, le=4096)
    split_mb: float = Field(default=64, ge=0.001, le=65_536)
    block_mb: float = Field(default=16, ge=0.001, le=512)
    max_memory: Size | None = None
    retention: Retention = Retention()
    staging: Path | None = None
    dry_run: bool = False
    log_format: Literal["auto", "text", "json"] = "auto"
    metrics_file: Path | None = None
    lineage: Literal["file", "none", "client"] = "file"

    @model_validator(mode="before")
    @classmethod
    def _all_text(cls, values: Any) -> Any:
        """Files may be named by any bytes; whatever else is given is kept, shown or looked up as text."""
        given = values.items() if isinstance(values, dict) else ()
        wrong = sorted(name for name, value in given if not _is_all_text(value, named=name == "input"))
        if wrong:
            raise ValueError(
                f"{', '.join(wrong)}: must be text in UTF-8, without NUL and without lone surrogates"
            )
        return values

    @field_validator("input", mode="before")
    @classmethod
    def _one_or_more(cls, value: object) -> object:
        return [value] if isinstance(value, str) else value

    @model_validator(mode="after")
    def _consistent(self) -> RunConfig:
        problems = []
        if (self.date is None) == (self.window is None):
            problems.append(
                "give either --date YYYY-MM-DD (one night) or --window FIRST..LAST or --window all"
            )
        if self.window is not None and self.window != "all":
            try:
                first, last = (dt.date.fromisoformat(part) for part in self.window.split(".."))
                if first > last:
                    problems.append("--window FIRST..LAST: the first night is after the last")
            except ValueError:
                problems.append("--window is FIRST..LAST (two dates, YYYY-MM-DD) or all")
        if self.k < K_FLOOR and not self.allow_low_k:
            problems.append(
                f"--k below {K_FLOOR} protects too little: it needs --allow-low-k, and every page of the version will say so"
            )
        if any(not pattern.strip() for pattern in self.input):
            problems.append("--input must not be empty")
        nights = self.nights if not problems else None
        if nights is not None and not 1970 <= nights[0].year <= nights[1].year <= 2200:
            problems.append("the nights must lie between 1970 and 2200")
        if self.date is None and any("{date}" in pattern for pattern in self.input):
            problems.append("--input holds {date}: it needs --date")
        if self.window != "all" and (self.earliest or self.latest):
            problems.append(
                "--earliest and --latest go with --window all: other windows say themselves what they are"
            )
        if self.earliest and self.latest and self.earliest > self.latest:
            problems.append("--earliest is after --latest")
        if problems:
            raise ValueError("; ".join(problems))
        return self

    @property
    def longest_session_us(self) -> int:
        """What sessions that never pause are cut by, µs: as said, and no less than twice the gap."""
        return int(max(self.max_session_hours * 60, 2 * self.gap_minutes) * 60_000_000)

    @property
    def nights(self) -> tuple[dt.date, dt.date] | None:
        """First and last night of the window; None: all."""
        if self.date is not None:
            return self.date, self.date
        if self.window in (None, "all"):
            return None
        first, last = (dt.date.fromisoformat(part) for part in str(self.window).split(".."))
        return first, last

    @property
    def active_needed(self) -> int:
        """N_min: the people that a night needs before anything is released (G6)."""
        return self.min_active if self.min_active is not None else 5 * self.k


def load_config(file: Path | None, flags: dict[str, Any]) -> RunConfig:
    """The configuration from a YAML file (if any) with flags over it; a flag that is None was not given.

    Raises:
        ConfigError: with every problem at once.
    """
    values = read_yaml(file, "the configuration file") if file is not None else {}
    values = {str(key).replace("-", "_"): value for key, value in values.items()}
    values.update({key: value for key, value in flags.items() if value is not None})
    if "date" in flags and flags["date"] is not None:
        values.pop("window", None) if flags.get("window") is None else None
    elif flags.get("window") is not None:
        values.pop("date", None)
    try:
        return RunConfig.model_validate(values)
    except ValidationError as error:
        raise ConfigError(
            "\n".join(
                ["the configuration cannot be used:", *(f"  - {line}" for line in problems_of(error, "--"))]
            )
        ) from None


def problems_of(error: ValidationError, prefix: str = "") -> list[str]:
    """Each problem of a validation error as one line that names the field and never quotes a value."""
    lines: list[str] = []
    problems = error.errors(include_url=False, include_input=False)
    inner = {problem["loc"][:-1] for problem in problems if problem["loc"]}
    for problem in problems:
        if problem["type"] == "too_short" and problem["loc"] in inner:
            continue  # says again what is said of an item
        where = ".".join(str(part) for part in problem["loc"])
        flag = f"{prefix}{where.replace('_', '-')}" if prefix and len(problem["loc"]) == 1 else where
        message = _SAID.get(problem["type"]) or problem["msg"].removeprefix("Value error, ")
        if problem["type"] == "missing":
            message = _MISSING.get(where, "is needed and was not given")
        elif problem["type"] == "extra_forbidden":
            message = "is not a known setting"
        lines.append(f"{flag}: {message}" if where else message)
    return lines


_SAID: Final = {
    "tuple_type": "must be a list, for instance - [column]",
    "date_from_datetime_parsing": "must be a date, YYYY-MM-DD",
    "date_parsing": "must be a date, YYYY-MM-DD",
}
_MISSING: Final = {
    "input": "say what to read: a file, a folder or a glob (repeatable)",
    "registry": "say where versions are kept: a folder, or a URL such as s3://bucket/prefix",
    "participation": "say who takes part: a participation file, or none (everybody; every page of the version will say so)",
}
