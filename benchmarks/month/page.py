"""The month as a page, from its figures."""

from __future__ import annotations

from typing import Any

from benchmarks.month.calendar import Month


def failed(figures: dict[str, Any]) -> list[str]:
    return []


def page(month: Month, figures: dict[str, Any]) -> str:
    return ""
