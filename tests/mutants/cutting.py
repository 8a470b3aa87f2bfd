"""Mutants of sessions, lifting and segments: what is one sequence, and of whom (G1, G3, G5)."""

from __future__ import annotations

from tests.mutants.mutant import mutant

T1 = "tests/privacy/test_t01_oracle.py::test_a_release_is_what_the_recount_says"
SEQUENCE = "transforms/sequence.py"
SEGMENTATION = "transforms/segmentation"

CUTTING = (
    mutant(
        "sessions of two people are joined",
        "tests/privacy/test_t02_subpatterns.py tests/privacy/test_t01_oracle.py",
        (SEQUENCE, "opens[1:] = (person[1:] != person[:-1]) | (", "opens[1:] = ("),
    ),
    mutant(
        "a pause of the gap ends a session",
        T1,
        (SEQUENCE, "time_us[:-1] > gap_us)", "time_us[:-1] >= gap_us)"),
    ),
    mutant("no pause ends a session", T1, (SEQUENCE, "time_us[:-1] > gap_us)", "time_us[:-1] > 10**15)")),
    mutant(
        "a record that came twice counts twice",
        T1,
        (
            SEQUENCE,
            "keep = _first_of_each(table, person, order)",
            "keep = np.ones(len(order), np.bool_)",
        ),
    ),
    mutant(
        "events of equal times are in any order",
        T1,
        (SEQUENCE, "np.lexsort((time_us, person))", "np.lexsort((-np.arange(len(person)), time_us, person))"),
    ),
    mutant(
        "a withheld action is stepped over, not cut at",
        T1,
        (
            "transforms/emit.py",
            "    first = np.flatnonzero(fresh)\n",
            "    first = np.flatnonzero(fresh & (token >= 0))\n",
        ),
    ),
    mutant(
        "repeats that lifting makes stay",
        T1,
        ("transforms/emit.py", "    if drop_repeats:\n        fresh[1:]", "    if False:\n        fresh[1:]"),
    ),
    mutant(
        "segments overlap by one action",
        T1,
        (f"{SEGMENTATION}/cut.py", "        i += step\n", "        i += max(step - 1, 1)\n"),
    ),
    mutant(
        "phrases are cut across sessions",
        "tests/transforms/segmentation/test_cut.py",
        (
            f"{SEGMENTATION}/lookup.py",
            "for at in range(i, starts[session + 1]):",
            "for at in range(i, len(tokens)):",
        ),
    ),
    mutant(
        "mining counts rows instead of people",
        "tests/transforms/segmentation/test_mine.py",
        (f"{SEGMENTATION}/mine.py", "if person[at] != before[t]:", "if rows[t] > 0:"),
    ),
    mutant(
        "repair is content with k − 1 people",
        "tests/transforms/segmentation/test_solve.py",
        (
            f"{SEGMENTATION}/repair.py",
            "weak = world.emitters[x] < world.k or",
            "weak = world.emitters[x] < world.k - 1 or",
        ),
    ),
    mutant(
        "repair ignores units",
        "tests/transforms/segmentation/test_solve.py::"
        "test_a_phrase_that_one_unit_emits_is_dropped_though_other_units_have_it",
        (f"{SEGMENTATION}/repair.py", " or world.outside[x] < world.min_outside", ""),
    ),
)
