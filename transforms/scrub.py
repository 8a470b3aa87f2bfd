"""Scrub: remove from a name what points at a person or opens a door, whatever its column is mapped as."""

from __future__ import annotations

import pyarrow as pa

from transforms.rules import load_rules
from transforms.rules.apply import Applied, apply_rules


def scrub(values: pa.Array) -> Applied:
    """Apply the rules of `rules/scrub.yaml` once, in order.

    Args:
        values: string without nulls, in normal form.

    >>> scrub(pa.array(["mail ann@example.com"])).values.to_pylist()
    ['mail {email}']
    """
    return apply_rules(values, load_rules("scrub"))
