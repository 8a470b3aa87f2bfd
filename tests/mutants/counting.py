"""Mutants of who is counted, what passes, the caps, and what is published of a count (G1, G2, G4, G6)."""

from __future__ import annotations

from tests.mutants.mutant import mutant

T1 = "tests/privacy/test_t01_oracle.py::test_a_release_is_what_the_recount_says"
WHOLE = "tests/privacy/test_t01_oracle.py::test_the_files_of_a_whole_run_are_the_recount"
RELEASE, COUNT, LIFT, STEPS = (
    "transforms/release.py",
    "transforms/count.py",
    "transforms/lift.py",
    "etl/steps.py",
)
FILTER = "    passes = counts.people >= k\n"
COUNTED = "        yield count(emitted, len(plan.digests))\n"

HAVE = """\
        from transforms.lift import tokens_of

        token = tokens_of(bucket.packed.paths, plan.recoding)[bucket.packed.path].tolist()
        names = plan.recoding.tokens.to_pylist()
        bounds = bucket.packed.starts.tolist()
        texts = [[None if t < 0 else names[t] for t in token[a:b]] for a, b in zip(bounds, bounds[1:])]
        have = [
            {
                int(person)
                for person, text in zip(bucket.packed.person, texts)
                if any(text[at : at + len(names)] == names for at in range(len(text)))
            }
            for names in plan.actions()
        ]
        people = np.array([len(who) for who in have], np.int64)
        yield count(emitted, len(plan.digests))._replace(people=people)
"""
UNCAPPED = """\
        everything = emit(
            bucket.packed, bucket.first_row, plan, cap_per_person=0, max_per_person=0,
            drop_repeats=policy.drop_repeats, salt=self._job.version_salt,
        )
        yield count(everything, len(plan.digests))
"""

COUNTING = (
    mutant(
        "rows are counted instead of people",
        T1,
        (
            COUNT,
            "        np.bincount(what, minlength=records).astype(np.int64),\n",
            "        np.bincount(emitted.record, minlength=records).astype(np.int64),\n",
        ),
    ),
    mutant("more than k instead of k", T1, (RELEASE, FILTER, FILTER.replace(">= k", "> k"))),
    mutant(
        "k − 1 people are enough",
        "tests/transforms/test_final_filter.py",
        (RELEASE, FILTER, FILTER.replace(">= k", ">= k - 1")),
    ),
    mutant(
        "the filter is skipped, and the guard of rounding with it",
        T1,
        (RELEASE, FILTER, FILTER.replace(">= k", ">= 1")),
        ("transforms/ladder.py", "    if int(people.min()) < k:\n", "    if False:\n"),
        ("transforms/ladder.py", "if k <= step <= max(up_to, k)]", "if step <= max(up_to, k)]"),
    ),
    mutant("people who have a record are counted, not those who emit it", WHOLE, (STEPS, COUNTED, HAVE)),
    mutant(
        "units are ignored by the filter",
        T1,
        (RELEASE, "    if min_outside_unit > 0:\n        passes", "    if False:\n        passes"),
    ),
    mutant(
        "units are ignored by the lifting",
        T1,
        (LIFT, "    if min_outside_unit > 0:\n        enough", "    if False:\n        enough"),
    ),
    mutant(
        "a person counts in one unit only",
        T1,
        (
            "transforms/pack.py",
            "    holder = held // max(len(names), 1)\n",
            "    held = held[np.unique(held // max(len(names), 1), return_index=True)[1]]\n"
            "    holder = held // max(len(names), 1)\n",
        ),
    ),
    mutant(
        "people of unknown units are of no unit",
        T1,
        (
            COUNT,
            "    np.maximum.at(largest, counts.cell_record, counts.cell_people)\n",
            "    known = np.array([name != '' for name in counts.unit_names], np.bool_)[counts.cell_unit]\n"
            "    np.maximum.at(largest, counts.cell_record, counts.cell_people * known)\n",
        ),
    ),
    mutant(
        "a coarser action counts everybody, not those whose finer one failed",
        T1,
        (LIFT, "pending = open_paths[pair_path]", "pending = np.ones(len(pair_path), np.bool_)"),
    ),
    mutant(
        "a token of k − 1 people is kept",
        "tests/privacy/test_t01_oracle.py",
        (LIFT, "enough = people >= k", "enough = people >= k - 1"),
    ),
    mutant(
        "the cap c is ignored",
        T1,
        ("transforms/caps.py", "keep &= nth < cap_per_person", "keep &= nth < cap_per_person + 10**9"),
    ),
    mutant(
        "the cap C is ignored",
        T1,
        ("transforms/caps.py", "    if max_per_person > 0:\n", "    if max_per_person > 10**9:\n"),
    ),
    mutant(
        "C keeps what came first, not what the hash chooses",
        T1,
        (
            "transforms/caps.py",
            "np.lexsort((_ranks(record[kept], nth[kept], digests, salt), person[kept]))",
            "np.lexsort((np.arange(len(kept)), person[kept]))",
        ),
    ),
    mutant("caps are applied after counting", WHOLE, (STEPS, COUNTED, UNCAPPED)),
    mutant(
        "exact people are published",
        T1,
        (RELEASE, "shown = round_people(people, k=k)", "shown = people"),
    ),
    mutant(
        "people are rounded to the nearest step instead of down",
        "tests/transforms/test_small_parts.py",
        (
            "transforms/ladder.py",
            'steps[np.searchsorted(steps, people, side="right") - 1]',
            "ladder(k, up_to=2 * int(people.max()))"
            "[np.abs(ladder(k, up_to=2 * int(people.max())) - people[:, None]).argmin(axis=1)]",
        ),
    ),
    mutant(
        "exact occurrences are published",
        "tests/privacy/test_t01_oracle.py::test_what_is_done_often_is_told_in_two_digits",
        (RELEASE, "round_occurrences(occurrences, shown)", "np.maximum(occurrences, shown)"),
    ),
    mutant(
        "the ladder has steps below k",
        T1,
        ("transforms/ladder.py", "steps, scale = {k}, 1", "steps, scale = {k - 1}, 1"),
        ("transforms/ladder.py", "if k <= step <= max(up_to, k)]", "if step <= max(up_to, k) and step != k]"),
    ),
    mutant(
        "rows are ordered by how many people did them",
        T1,
        (RELEASE, "key=lambda record: plan.digests[record]", "key=lambda record: -counts.people[record]"),
    ),
    mutant(
        "rows stay in the order of the plan",
        T1,
        (
            RELEASE,
            "sorted(np.flatnonzero(passes).tolist(), key=lambda record: plan.digests[record])",
            "np.flatnonzero(passes).tolist()",
        ),
    ),
    mutant(
        "N_min is ignored",
        "tests/etl/test_pipeline.py::test_too_few_people_release_nothing_and_that_is_fine",
        (STEPS, "if everybody.people < policy.min_active:", "if everybody.people < 1:"),
    ),
)
