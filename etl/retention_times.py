"""The times that a registry keeps things (docs/decisions/0016-erasure-retention-keys.md)."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Retention(BaseModel):
    """Days that things are kept; 0: until the next run."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    dead_letters_days: int = Field(default=30, ge=0, le=36_500)
    run_records_days: int = Field(default=365, ge=0, le=36_500)
    quarantine_days: int = Field(default=30, ge=0, le=36_500)
    membership_days: int = Field(default=365, ge=0, le=36_500)
    lineage_days: int = Field(default=365, ge=0, le=36_500)
    key_days: int = Field(default=365, ge=1, le=36_500)
    """How old a key may become before every run says so. A key is changed by a person (`rotate-key`), not by a run."""
