"""Every rule does what its own examples say, and its examples can tell."""

from __future__ import annotations

import re

import pyarrow as pa
import pytest

from transforms.rules import PLACEHOLDERS, Rule, load_rules
from transforms.rules.apply import apply_rules, found_at, put

RULES = [*load_rules("scrub"), *load_rules("template")]


def alone(rule: Rule, text: str) -> str:
    return str(apply_rules(pa.array([text]), [rule]).values[0].as_py())


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_the_examples_of_a_rule(rule: Rule) -> None:
    for example, result in rule.match:
        assert alone(rule, example) == result, example
        assert example != result
    for example in rule.leave:
        assert alone(rule, example) == example


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_alone_settles(rule: Rule) -> None:
    for _, result in rule.match:
        assert alone(rule, result) == result


def test_placeholders_are_the_ones_we_know() -> None:
    found = apply_rules(pa.array(RULES[0:0], pa.string()), RULES)
    assert found.changed == {}
    for rule in RULES:
        assert set(re.findall(r"\{([a-z_]+)\}", rule.replace)) <= PLACEHOLDERS


def test_names_are_unique_over_both_files() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)


def test_changes_are_noted_where_they_happen() -> None:
    applied = apply_rules(pa.array(["x", "ann@example.com", "y"]), load_rules("scrub"))
    assert applied.values.to_pylist() == ["x", "{email}", "y"]
    assert {rule: mask.tolist() for rule, mask in applied.changed.items()} == {"email": [False, True, False]}


def test_put_and_found_at() -> None:
    values = pa.array(["a1", "b", "c2"])
    rows = found_at(values, "[0-9]")
    assert put(values, rows, pa.array(["x", "y"])).to_pylist() == ["x", "b", "y"]
    assert put(values, rows[:0], pa.array([], pa.string())).to_pylist() == ["a1", "b", "c2"]
