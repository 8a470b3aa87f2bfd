"""Apply rules to distinct strings: RE2 kernels over the whole array, checks only on the strings a pattern found."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache
from itertools import groupby
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from transforms.rules import Rule
from transforms.rules.checks import CHECKS, JUDGES_WHOLE
from transforms.rules.checksums import Span

Mask = npt.NDArray[np.bool_]


class Applied(NamedTuple):
    """`values`: string, as long as the input. `changed`: rule name → which values it changed."""

    values: pa.Array
    changed: dict[str, Mask]


def apply_rules(values: pa.Array, rules: Iterable[Rule]) -> Applied:
    """Apply rules in order, each to what the ones before left.

    Args:
        values: string without nulls; linear in its bytes (RE2: no backtracking), times the number of rules.
    """
    changed: dict[str, Mask] = {}
    for needs, group in groupby(rules, key=lambda rule: rule.needs):
        rows = np.arange(len(values)) if needs is None else found_at(values, needs)
        if len(rows) == 0:
            continue
        subset = values.take(pa.array(rows))
        before = len(changed)
        for rule in group:
            at = found_at(subset, rule.pattern)
            if len(at) == 0:
                continue
            old = subset.take(pa.array(at))
            new = _replace(old, rule)
            differs = np.asarray(pc.not_equal(new, old))
            if differs.any():
                mask = changed.setdefault(rule.name, np.zeros(len(values), np.bool_))
                mask[rows[at[differs]]] = True
                subset = put(subset, at, new)
        if len(changed) > before or needs is None:
            values = put(values, rows, subset)
    return Applied(values, changed)


def found_at(values: pa.Array, pattern: str) -> npt.NDArray[np.int64]:
    """The rows in which an RE2 pattern is found."""
    return np.flatnonzero(np.asarray(pc.match_substring_regex(values, pattern)))


def put(values: pa.Array, rows: npt.NDArray[np.int64], new: pa.Array) -> pa.Array:
    """The values with those at `rows`, which ascend, replaced."""
    if len(rows) == len(values):
        return new
    index = np.arange(len(values))
    index[rows] = np.arange(len(rows)) + len(values)
    both = pa.concat_arrays([values, new])
    return both.take(pa.array(index))


def _replace(values: pa.Array, rule: Rule) -> pa.Array:
    if rule.check is None and rule.unless is None:
        return pc.replace_substring_regex(values, rule.pattern, rule.replace)
    if rule.check in JUDGES_WHOLE:
        return pa.array(_replace_whole(values.to_pylist(), rule), pa.string())
    return pa.array([_replace_judged(text, rule) for text in values.to_pylist()], pa.string())


def _replace_judged(text: str, rule: Rule) -> str:
    judge, search = _judge(rule), _compiled(rule).search
    shown, done = "", 0
    found = search(text)
    while found is not None:
        span = judge(found)
        if span is not None:
            shown += text[done : span[0]] + rule.replace
            done = span[1]
            found = search(text, done)
        else:
            found = search(text, found.start() + 1)
    return shown + text[done:]


def _replace_whole(values: list[str], rule: Rule) -> list[str]:
    judge, replace = _judge(rule), rule.replace

    def shown(found: re.Match[str]) -> str:
        span = judge(found)
        if span is None:
            return found[0]
        at = found.start()
        return found[0][: span[0] - at] + replace + found[0][span[1] - at :]

    sub = _compiled(rule).sub
    return [sub(shown, text) for text in values]


@cache
def _judge(rule: Rule) -> Callable[[re.Match[str]], Span | None]:
    if rule.check is not None:
        check = CHECKS[rule.check]
        return lambda found: check(found.string, *found.span())
    spared = re.compile(rule.unless or "", re.VERBOSE | re.IGNORECASE).fullmatch
    return lambda found: None if spared(found["value"]) else found.span("value")


@cache
def _compiled(rule: Rule) -> re.Pattern[str]:
    # Patterns that are judged are plain enough to mean the same here; ASCII makes \b and \d those of RE2, but would
    # take from (?i) the letters beyond it.
    return re.compile(rule.pattern, re.ASCII if rule.unless is None else re.UNICODE)
