"""The recoding alone: which level every path gets, and to what it can be lifted further."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from transforms.lift import lift, steps_of
from transforms.pack import Packed


def packed(*held: str, units: str = "") -> Packed:
    """One session a person, of paths like `c1`: level 0 is c1, level 1 is c. `units`: one letter a person, `?`: unknown."""
    units = units or "u" * len(held)
    names = sorted({name for own in held for name in own.split()})
    return Packed(
        np.array([names.index(name) for own in held for name in own.split()], np.int32),
        pa.array([f"{name}\x1f{name[0]}" for name in names], pa.string()),
        np.cumsum([0, *(len(own.split()) for own in held)]).astype(np.int64),
        np.arange(len(held), dtype=np.int32),
        np.arange(len(held) + 1, dtype=np.int64),
        np.array([sorted(set(units)).index(unit) for unit in units], np.int32),
        pa.array([unit.strip("?") for unit in sorted(set(units))], pa.string()),
    )


def chains(world: Packed, *, levels: int = 2, k: int = 3, j: int = 0) -> dict[str, list[str | None]]:
    """Path → its token at every step."""
    found = lift(world, levels=levels, k=k, min_outside_unit=j)
    names = [*found.tokens.to_pylist(), None]
    assert names[:-1] == sorted(names[:-1])
    return {
        path.split("\x1f")[0]: [names[token] for token in column]
        for path, column in zip(found.paths.to_pylist(), found.steps.T, strict=True)
    }


def test_a_coarser_token_is_counted_over_those_whose_finer_one_failed():
    found = chains(packed("c1", "c1", "c1", "c2", "c3"))
    assert found["c1"] == ["c1", "c ↑1"]
    assert found["c2"] == found["c3"] == [None, "c ↑1"]  # in context it may have the company of c1


def test_where_there_is_no_coarser_level_the_token_stays():
    found = chains(packed("c1", "c2", "c3"))
    assert found["c1"] == found["c2"] == ["c ↑1", "c ↑1"]
    assert chains(packed("c1", "c1", "c1"), levels=1) == {"c1": ["c1"]}


def test_what_too_few_people_have_at_any_level_is_never_lifted():
    assert chains(packed("c1", "c2"))["c1"] == [None, None]
    assert chains(packed("c1 c2 c3 c1 c2"))["c1"] == [None, None]  # rows are not people


def test_units_count_at_every_level():
    assert chains(packed("c1", "c1", "c2", "c3", units="uuuv"), k=2, j=1)["c1"] == ["c ↑1", "c ↑1"]
    assert chains(packed("c1", "c1", "c2", "c3", units="uuuu"), k=2, j=1)["c1"] == [None, None]
    assert chains(packed("c1", "c1", "c2", "c3", units="????"), k=2, j=1)["c1"] == [None, None]
    assert chains(packed("c1", "c1", units="?u"), k=2, j=1)["c1"] == ["c1", "c ↑1"]


def test_a_path_that_the_recoding_does_not_know_is_withheld():
    found = lift(packed("c1", "c1", "c1"), levels=2, k=3, min_outside_unit=0)
    assert steps_of(pa.array(["x1\x1fx", "c1\x1fc"]), found).tolist() == [[-1, 1], [-1, 0]]
    assert steps_of(pa.array([], pa.string()), found).shape == (2, 0)
