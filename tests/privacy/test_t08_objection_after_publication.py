"""T8: an objection after publication changes no byte of what is published, and nothing of that person comes later.

There is no `erase` yet, nor a pool: what is shown is what a changed participation file does.
"""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from etl.errors import AlreadyPublishedError
from tests.privacy.runs import (
    DAY_US,
    MONDAY,
    click,
    go,
    published_bytes,
    released_rows,
    watch_staging,
    write_log,
    write_participation,
)
from transforms.pseudonym import derive_key, pseudonyms

FIRST, SECOND = "2026-11-16", "2026-11-17"
PEOPLE = [{"account": f"u{i}", "person": f"p{i}", "unit": f"unit {i % 4}"} for i in range(13)]
OBJECTION = {"account": "u0", "person": "p0", "status": "objects", "recorded_at": "2026-11-17T06:00:00Z"}
SECOND_ACCOUNT = {"account": "u0-admin", "person": "p0"}


def rows_of(night: int, people: range) -> list[dict]:
    start = MONDAY + night * DAY_US + 8 * DAY_US // 24
    rows = [
        click(f"u{i}", start + 1000 * i + turn * DAY_US // 24 + step * 1_000_000, name)
        for i in people
        for turn in range(3)
        for step, name in enumerate(("open", "edit", "save"))
    ]
    # The objector's other account, and a habit that reaches k people only with the objector.
    rows += [{**row, "user_id": "u0-admin"} for row in rows if row["user_id"] == "u0"]
    rows += [click(f"u{i}", start + 1000 * i + DAY_US // 2, "stencil") for i in people if i < 10]
    return rows


@pytest.fixture
def base(tmp_path):
    for night, name in enumerate((FIRST, SECOND)):
        write_log(tmp_path / "logs" / f"{name}.jsonl", rows_of(night, range(13)))
    return tmp_path


def release(base: Path, night: str, *more: dict[str, str], registry: str = "registry", logs: str = "logs"):
    who = write_participation(base / "who.csv", [*PEOPLE, SECOND_ACCOUNT, *more])
    file = str(base / logs / f"{night}.jsonl")
    return go(base, registry=str(base / registry), input=(file,), window=None, date=night, participation=who)


def test_what_is_published_stays_and_nothing_of_the_person_comes_later(base, monkeypatch):
    release(base, FIRST)
    before = published_bytes(base / "registry")
    seen = watch_staging(monkeypatch)
    second = release(base, SECOND, OBJECTION).manifest
    after = published_bytes(base / "registry")
    assert {name: after[name] for name in before} == before
    assert second["released"]["records"] > 0
    key = derive_key(bytes.fromhex("5a" * 32), "person")
    persons = pseudonyms(pa.array([f"p{i}" for i in range(13)]), key=key).to_pylist()
    assert seen[0].persons() == set(persons[1:])
    assert second["people"] == 10  # 12 exactly


def test_a_later_version_is_what_it_would_be_had_the_person_never_been(base):
    """The habit of exactly k people that the person is one of is not in it."""
    release(base, SECOND, OBJECTION)
    without = [row for row in rows_of(1, range(13)) if not row["user_id"].startswith("u0")]
    write_log(base / "never" / f"{SECOND}.jsonl", without)
    release(base, SECOND, OBJECTION, registry="other", logs="never")
    one, other = (published_bytes(base / name) for name in ("registry", "other"))
    data = {name: content for name, content in one.items() if name.startswith("data/")}
    assert data == {name: content for name, content in other.items() if name.startswith("data/")} != {}
    release(base, SECOND, registry="with")
    assert "stencil" in str(released_rows(base / "with"))
    assert "stencil" not in str(released_rows(base / "registry"))


def test_the_night_is_not_rebuilt_without_the_person(base):
    release(base, FIRST)
    before = published_bytes(base / "registry")
    with pytest.raises(AlreadyPublishedError):
        release(base, FIRST, OBJECTION)
    assert published_bytes(base / "registry") == before
