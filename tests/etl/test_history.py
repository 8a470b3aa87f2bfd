"""How far back ledgers name what was consumed: single nights forget nothing, a span forgets its earlier nights."""

from __future__ import annotations

from datetime import date

import pytest

from etl.history import past_of, remembered_from_us
from etl.versions import Version
from etl.window import begins_us
from transforms.past import LATE, TOO_LATE


def version(first: str, last: str, *, late_days: int = 3, zone: str = "UTC") -> Version:
    window = {"first": first, "last": last, "timezone": zone}
    return Version({"version": last, "window": window, "policy": {"late_days": late_days}})


def night(day: str, before: int = 0) -> int:
    return begins_us(date.fromisoformat(day), "UTC", nights_before=before)


NIGHTS = [version(f"2026-11-{day}", f"2026-11-{day}") for day in (10, 11, 13, 14, 15)]


def test_single_nights_forget_nothing_also_when_one_is_run_after_later_ones():
    assert remembered_from_us(NIGHTS, night("2026-11-12")) == 0
    past = past_of(
        NIGHTS,
        {one.name for one in NIGHTS},
        first_us=night("2026-11-12"),
        late_from_us=night("2026-11-12", before=3),
    )
    assert {span.fate for span in past} == {LATE}


@pytest.mark.parametrize(("late_days", "reach"), [(1, "2026-11-29"), (3, "2026-11-27")])
def test_a_span_forgets_its_earlier_nights(late_days, reach):
    span = version("2026-11-21", "2026-11-30", late_days=late_days)
    assert remembered_from_us([*NIGHTS, span], night("2026-12-01")) == night(reach)


def test_a_span_behind_the_window_matters_as_far_as_it_took_late_events_before_it():
    span = version("2026-11-13", "2026-11-30", late_days=3)
    assert remembered_from_us([span], night("2026-11-12")) == night("2026-11-27")
    assert remembered_from_us([span], night("2026-11-10")) == 0


def test_without_a_ledger_everything_is_too_late():
    past = past_of(NIGHTS, set(), first_us=night("2026-11-16"), late_from_us=night("2026-11-13"))
    assert {span.fate for span in past} == {TOO_LATE}
