"""The run's configuration: a YAML file, flags over it, and one report of everything that is wrong (exit code 2)."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from zoneinfo import ZoneInfo

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from etl.errors import ConfigError

K_FLOOR: Final = 10
NOT_STATED: Final = "not stated"


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError("is not a known IANA zone name, for instance Europe/Berlin") from None
    return name


class RunConfig(BaseModel):
    """Everything a nightly run needs to know. Field names are the flags' with underscores."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    input: tuple[str, ...] = Field(min_length=1)
    source: str = "auto"
    registry: Path
    date: dt.date | None = None
    window: str | None = None
    night_timezone: Annotated[str, AfterValidator(_zone)] = "UTC"
    participation: str
    purpose: str = NOT_STATED
    works_agreement: str = NOT_STATED
    key_file: Path | None = None
    simulated: bool = False
    k: int = Field(default=K_FLOOR, ge=2)
    allow_low_k: bool = False
    min_outside_unit: int = Field(default=3, ge=0)
    cap_per_person: int = Field(default=20, ge=0)
    max_per_person: int = Field(default=5000, ge=0)
    min_active: int | None = Field(default=None, ge=1)
    gap_minutes: float = Field(default=30, gt=0, le=24 * 60)
    max_length: int = Field(default=12, ge=1, le=63)
    max_reject_ratio: float = Field(default=0.01, ge=0, le=1)
    buckets: int | None = Field(default=None, ge=1, le=4096)
    split_mb: float = Field(default=64, gt=0)
    block_mb: float = Field(default=16, gt=0, le=512)
    dry_run: bool = False
    log_format: Literal["auto", "text", "json"] = "auto"

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
        if self.date is None and any("{date}" in pattern for pattern in self.input):
            problems.append("--input holds {date}: it needs --date")
        if problems:
            raise ValueError("; ".join(problems))
        return self

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
    values = _read_yaml(file) if file is not None else {}
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
            "\n".join(["the configuration cannot be used:", *(f"  - {line}" for line in problems_of(error))])
        ) from None


def problems_of(error: ValidationError) -> list[str]:
    """Each problem of a validation error as one line that names the field and never quotes a value."""
    lines = []
    for problem in error.errors(include_url=False, include_input=False):
        where = ".".join(str(part) for part in problem["loc"])
        flag = f"--{where.replace('_', '-')}" if len(problem["loc"]) == 1 else where
        message = problem["msg"].removeprefix("Value error, ")
        if problem["type"] == "missing":
            message = _MISSING.get(where, "is needed and was not given")
        elif problem["type"] == "extra_forbidden":
            message = "is not a known setting"
        lines.append(f"{flag}: {message}" if where else message)
    return lines


_MISSING: Final = {
    "input": "say what to read: a file, a folder or a glob (repeatable)",
    "registry": "say where versions are kept: a folder",
    "participation": "say who takes part: a participation file, or none (everybody; every page of the version will say so)",
}


def _read_yaml(file: Path) -> dict[str, Any]:
    try:
        values = yaml.safe_load(file.read_text("utf-8"))
    except OSError as error:
        raise ConfigError(f"the configuration file {file} cannot be read: {error.strerror}") from None
    except (yaml.YAMLError, UnicodeDecodeError):
        raise ConfigError(f"the configuration file {file} is not YAML") from None
    if not isinstance(values, dict):
        raise ConfigError(f"the configuration file {file} must hold settings: one `name: value` a line")
    return values
