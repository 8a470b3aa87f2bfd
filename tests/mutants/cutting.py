"""Mutants of sessions, lifting and segments: what is one sequence, and of whom (G1, G3, G5)."""

from __future__ import annotations

from tests.mutants.mutant import mutant

CONTEXT = "transforms/context.py"
IN_CONTEXT = "tests/transforms/test_context.py"
ORDER = "tests/transforms/test_sequence.py"
SEQUENCE = "transforms/sequence.py"
SEGMENTATION = "transforms/segmentation"
TEST_SEGMENTATION = "tests/transforms/segmentation"

CUTTING = (
    mutant(
        "sessions of two people are joined",
        "tests/privacy/test_t02_subpatterns.py tests/privacy/test_t01_oracle.py",
        ("transforms/barriers.py", "opens[1:] = (person[1:] != person[:-1]) | (", "opens[1:] = ("),
    ),
    mutant(
        "a pause of the gap ends a session",
        ORDER,
        ("transforms/barriers.py", "time_us[:-1] > gap_us)", "time_us[:-1] >= gap_us)"),
    ),
    mutant(
        "no pause ends a session",
        ORDER,
        ("transforms/barriers.py", "time_us[:-1] > gap_us)", "time_us[:-1] > 10**15)"),
    ),
    mutant(
        "a record that came twice counts twice",
        ORDER,
        (
            SEQUENCE,
            "keep = _first_of_each(table, person, order)",
            "keep = np.ones(len(order), np.bool_)",
        ),
    ),
    mutant(
        "events of equal times are in any order",
        ORDER,
        (
            SEQUENCE,
            'by_time = np.argsort(time_us, kind="stable")',
            "by_time = np.lexsort((-np.arange(len(person)), time_us))",
        ),
    ),
    mutant(
        "people 65,536 apart are taken for one",
        "tests/transforms/test_sequence.py::test_so_many_people_are_told_apart",
        (SEQUENCE, "if who.max(initial=0) < 1 << 16:", "if who.max(initial=0) < 1 << 18:"),
    ),
    mutant(
        "threads share a person, who counts once in each part",
        f"{TEST_SEGMENTATION}/test_parts.py {TEST_SEGMENTATION}/test_solve.py",
        (f"{SEGMENTATION}/parts.py", "np.searchsorted(person, person[about])", "about"),
    ),
    mutant(
        "the last session of each part is cut by nothing",
        f"{TEST_SEGMENTATION}/test_solve.py::test_threads_change_nothing",
        (f"{SEGMENTATION}/lookup.py", "starts[at.start : at.stop + 1]", "starts[at.start : at.stop]"),
    ),
    mutant(
        "the date of the row before is taken for every row's",
        "tests/transforms/test_times.py::test_a_date_is_read_the_same_whatever_the_row_before_says",
        (
            "transforms/decode/time_scan.py",
            "if word != written or two != behind or day == _NO_DAY:",
            "if word != written or day == _NO_DAY:",
        ),
    ),
    mutant(
        "a sort looks at all bits but the highest",
        "tests/transforms/test_distinct.py",
        ("transforms/distinct.py", ".bit_length() // _DIGIT)", ".bit_length() // (_DIGIT + 1))"),
    ),
    mutant(
        "people of a unit are counted of the last buckets only",
        "tests/verifier/test_lies.py::test_units_are_added_up_over_all_buckets",
        (
            "verifier/counts.py",
            "np.unique(np.concatenate(self._cells), return_inverse=True)",
            "np.unique(np.concatenate(self._cells[-1:]), return_inverse=True)",
        ),
        ("verifier/counts.py", "np.concatenate(self._holders)", "np.concatenate(self._holders[-1:])"),
    ),
    mutant(
        "a withheld action is stepped over, not cut at",
        "tests/transforms/test_release.py::test_a_withheld_action_cuts_the_sequence",
        (
            CONTEXT,
            "    first = np.flatnonzero(fresh)\n",
            "    first = np.flatnonzero(fresh & (token >= 0))\n",
        ),
        (
            CONTEXT,
            "    covered = np.repeat(np.cumsum(change[:-1], dtype=np.int8) > 0, "
            "np.diff(coded.first, append=coded.actions))\n",
            "    covered = np.repeat(np.cumsum(change[:-1], dtype=np.int8) > 0, "
            "np.diff(coded.first, append=coded.actions))\n"
            "    covered = np.pad(covered, (coded.actions - len(covered), 0))\n",
        ),
    ),
    mutant(
        "repeats that lifting makes stay",
        f"{IN_CONTEXT}::test_the_repeats_that_lifting_makes_collapse",
        (CONTEXT, "    if drop_repeats:\n        follows[1:]", "    if False:\n        follows[1:]"),
    ),
    mutant(
        "what a phrase covers is lifted again in a later round",
        f"{IN_CONTEXT}::test_what_a_phrase_covers_is_not_looked_at_again",
        (CONTEXT, "np.where(covered | (step < 0), -1,", "np.where(step < 0, -1,"),
    ),
    mutant(
        "a coarse leftover stays coarse",
        f"{IN_CONTEXT}::test_what_no_phrase_takes_goes_back_to_what_it_was_and_is_not_merged",
        (CONTEXT, "np.where(alone, steps[0, packed.path],", "np.where(alone, steps[step, packed.path],"),
    ),
    mutant(
        "segments overlap by one action",
        "tests/transforms/segmentation/test_cut.py",
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
