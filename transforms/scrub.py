"""Scrub: remove from a name what points at a person or opens a door, whatever its column is mapped as."""

from __future__ import annotations

import pyarrow as pa

from transforms.command_secrets import hide_command_secrets
from transforms.rules import load_rules
from transforms.rules.apply import Applied, apply_rules
from transforms.rules.programs import Programs


def scrub(values: pa.Array, programs: Programs | None = None) -> Applied:
    """Hide what `rules/programs.yaml` says that programs are given; then apply `rules/scrub.yaml` once, in order.

    Args:
        values: string without nulls, in normal form.
        programs: which programs take secrets; None: those of the package.

    >>> scrub(pa.array(["mail ann@example.com"])).values.to_pylist()
    ['mail {email}']
    """
    given = hide_command_secrets(values, programs)
    ruled = apply_rules(given.values, load_rules("scrub"))
    return Applied(ruled.values, {**given.changed, **ruled.changed})
