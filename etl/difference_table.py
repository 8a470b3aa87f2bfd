"""What `compare` found, line by line, for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

SHOWN: Final = 10
"""How many actions are named; `--json` has all."""


def lines(found: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    """Three cells a line: what, in the one, in the other."""
    one, other = found["released"]
    yield "records", f"{one['records']:,}", f"{other['records']:,}"
    rows = found["rows"]
    yield "  in both", f"{rows['common']:,}", f"{rows['common']:,}"
    yield "  in this one only", f"{rows['removed']:,}", f"{rows['added']:,}"
    actions = found["actions"]
    yield "actions in both", f"{actions['common']:,}", f"{actions['common']:,}"
    yield "  in this one only", f"{actions['removed']:,}", f"{actions['added']:,}"
    for lost, gained in zip(_named(actions["lost"]), _named(actions["gained"]), strict=True):
        if lost or gained:
            yield "", lost, gained
    yield "people", *(str(people) for people in found["people"])
    for name in ("transitions", "events"):
        yield f"{name} released", *(f"{share[name]:.1%}" for share in found["share"])
    for length, counts in found["lengths"].items():
        yield f"records of length {length}", *(f"{n:,}" for n in counts)
    for name, bits in found["drift"].items():
        yield f"drift of {name}", "", "not to be said" if bits is None else f"{bits:.4f} bits"
    for name, (before, after) in found["policy"].items():
        yield f"policy: {name}", str(before), str(after)
    if not found["policy"]:
        yield "policy", "the same", "the same"


def _named(actions: list[str]) -> list[str]:
    more = [f"… and {len(actions) - SHOWN:,} more"] if len(actions) > SHOWN else []
    shown = actions[:SHOWN] + more
    return shown + [""] * (SHOWN + 1 - len(shown))
