"""The solver finds what follows, and only that."""

from __future__ import annotations

import pytest

from tests.auditor.system import System


def test_what_follows_has_one_solution_and_the_rest_a_range():
    system = System()
    system.equal("read", {"kept": 1, "lost": 1})
    system.between({"read": 1}, 337, 337)
    system.between({"kept": 1}, 300, 400)
    assert system.range_of("lost") == (0, 37)
    system.between({"kept": 1}, 300, 300)
    assert system.range_of("lost") == (37, 37)
    assert (system.equations, len(system.names)) == (3, 3)


def test_statements_that_contradict_each_other_are_a_fault_of_the_auditor():
    system = System()
    system.between({"kept": 1}, 3, 3)
    system.between({"kept": 1}, 4, 9)
    with pytest.raises(ValueError, match="contradicts"):
        system.range_of("kept")
