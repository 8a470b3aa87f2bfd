"""Every mutant still applies to the source, and names tests that are there; whether they fail is `make mutants`'s to say."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.mutants import MUTANTS, mutated
from tests.mutants.mutant import mutant

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("one", MUTANTS, ids=lambda one: one.name)
def test_it_applies_and_is_still_a_program(one):
    for path, content in mutated(one, ROOT).items():
        assert content != path.read_text("utf-8")
        ast.parse(content)


@pytest.mark.parametrize("one", MUTANTS, ids=lambda one: one.name)
def test_its_tests_are_there(one):
    assert one.tests
    for target in one.tests:
        path, _, name = target.partition("::")
        assert not name or f"def {name}(" in (ROOT / path).read_text("utf-8")
        assert (ROOT / path).is_file()


def test_names_are_distinct():
    assert len({one.name for one in MUTANTS}) == len(MUTANTS) >= 30


def test_a_text_that_is_gone_or_there_twice_is_told():
    for old in ("no such text in this file", "import"):
        with pytest.raises(ValueError, match="times in etl"):
            mutated(mutant("x", "y", ("etl/job.py", old, "")), ROOT)
