"""The job makes of the golden log exactly what it made before: rows, splits, order, dead letters and manifest."""

from __future__ import annotations

import json

import pytest

from etl.suppress import tell_count
from tests.golden.make_golden import BROKEN, HERE, NAMES, make, make_log

HINT = "is not what it was; if that is meant: python -m tests.golden.make_golden, and look at the difference"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return {"log.jsonl": make_log(), **make(HERE / "log.jsonl", tmp_path_factory.mktemp("golden"))}


@pytest.mark.parametrize("name", NAMES)
def test_it_is_what_it_was(made, name):
    assert made[name].decode("latin-1") == (HERE / name).read_text("latin-1"), f"{name} {HINT}"


def test_the_golden_files_show_what_they_are_for():
    """A change to the maker must not leave files that could not fail."""
    golden = {name: json.loads((HERE / name).read_bytes()) for name in NAMES if name != "log.jsonl"}
    manifest = golden["manifest.json"]
    rows = [row for table in golden["release.json"].values() for row in table]
    assert len(rows) == manifest["released"]["records"] >= 8
    assert {name.split("/")[0] for name in golden["release.json"]} == {"sequences", "actions"}
    assert any("↑" in action for row in rows for action in row["actions"])  # something was generalised
    assert len({row["people"] for row in rows}) >= 2  # more than one rung
    assert any(row["occurrences"] > 100 for row in rows)  # something was rounded
    assert len(golden["dead_letters.json"]["dead_letters"]) == len(BROKEN)
    assert len(manifest["rows"]["rejected"]) >= 4
    assert manifest["rows"]["dropped"]["duplicate"] > 0
    assert manifest["withheld"]["actions"]
    lines = (HERE / "log.jsonl").read_bytes().count(b"\n")
    assert manifest["rows"]["read"] == tell_count(lines)
    assert 800 <= lines <= 1_200


def test_no_golden_file_holds_a_person_or_a_unit():
    for name in NAMES[1:]:
        content = (HERE / name).read_text("utf-8")
        assert not any(word in content for word in ("u01", "anna", "unit 0", "rename column"))
