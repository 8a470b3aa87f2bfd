"""Mutants of who is counted, what passes, the caps, and what is published of a count (G1, G2, G4, G6)."""

from __future__ import annotations

from tests.mutants.mutant import mutant

LAST = "tests/transforms/test_final_filter.py"
LIFTING = "tests/transforms/test_lift.py"
PARTS = "tests/transforms/test_small_parts.py"
T1 = "tests/privacy/test_t01_oracle.py::test_a_release_is_what_the_recount_says"
WHOLE = "tests/privacy/test_t01_oracle.py::test_the_files_of_a_whole_run_are_the_recount"
RELEASE, COUNT, LIFT, PACK, STEPS = (
    "transforms/release.py",
    "transforms/count.py",
    "transforms/lift.py",
    "transforms/pack.py",
    "etl/steps.py",
)
FILTER = "    passes = counts.people >= k\n"
COUNTED = "        return count(emitted, len(plan.digests))\n"

HAVE = """\
        from transforms.lift import steps_of

        step = steps_of(bucket.packed.paths, plan.recoding)[:, bucket.packed.path].tolist()
        names = plan.recoding.tokens.to_pylist()
        bounds = bucket.packed.starts.tolist()
        texts = [
            (who, [None if t < 0 else names[t] for t in token[a:b]])
            for token in step
            for who, a, b in zip(bucket.packed.person, bounds, bounds[1:])
        ]
        have = [
            {
                int(person)
                for person, text in texts
                if any(text[at : at + len(names)] == names for at in range(len(text)))
            }
            for names in plan.actions()
        ]
        people = np.array([len(who) for who in have], np.int64)
        return count(emitted, len(plan.digests))._replace(people=people)
"""
UNCAPPED = """\
        everything = emit(
            bucket.packed, bucket.first_row, plan, cap_per_person=0, max_per_person=0,
            drop_repeats=policy.drop_repeats, salt=self._job.version_salt,
        )
        return count(everything, len(plan.digests))
"""

COUNTING = (
    mutant(
        "rows are counted instead of people",
        "tests/transforms/test_release.py::test_who_does_it_again_counts_once_more_as_an_occurrence_only",
        (
            COUNT,
            "        np.bincount(what, minlength=records).astype(np.int64),\n",
            "        np.bincount(emitted.record, minlength=records).astype(np.int64),\n",
        ),
    ),
    mutant("more than k instead of k", T1, (RELEASE, FILTER, FILTER.replace(">= k", "> k"))),
    mutant(
        "k − 1 people are enough",
        LAST,
        (RELEASE, FILTER, FILTER.replace(">= k", ">= k - 1")),
    ),
    mutant(
        "the filter is skipped, and the guard of rounding with it",
        LAST,
        (RELEASE, FILTER, FILTER.replace(">= k", ">= 1")),
        ("transforms/ladder.py", "    if int(people.min()) < k:\n", "    if False:\n"),
        ("transforms/ladder.py", "if k <= step <= max(up_to, k)]", "if step <= max(up_to, k)]"),
    ),
    mutant("people who have a record are counted, not those who emit it", WHOLE, (STEPS, COUNTED, HAVE)),
    mutant(
        "units are ignored by the filter",
        LAST,
        (RELEASE, "    if min_outside_unit > 0:\n        passes", "    if False:\n        passes"),
    ),
    mutant(
        "units are ignored by the lifting",
        LIFTING,
        (LIFT, "    if min_outside_unit > 0:\n        enough", "    if False:\n        enough"),
    ),
    mutant(
        "a person counts in one unit only",
        "tests/transforms/test_pack.py",
        (
            PACK,
            "    offsets = np.searchsorted(both // max(len(names), 1),",
            "    both = both[np.unique(both // max(len(names), 1), return_index=True)[1]]\n"
            "    offsets = np.searchsorted(both // max(len(names), 1),",
        ),
    ),
    mutant(
        "what a person held is forgotten, and only units of events count",
        "tests/transforms/test_pack.py",
        (
            PACK,
            "_units(events, sequenced.persons, held, named)\n",
            "_units(events, sequenced.persons, held.slice(0, 0), named)\n",
        ),
    ),
    mutant(
        "people of unknown units are of no unit",
        LAST,
        (
            COUNT,
            "    np.maximum.at(largest, counts.cell_record, counts.cell_people)\n",
            "    known = np.array([name != '' for name in counts.unit_names], np.bool_)[counts.cell_unit]\n"
            "    np.maximum.at(largest, counts.cell_record, counts.cell_people * known)\n",
        ),
    ),
    mutant(
        "people of unknown units are of no unit for the lifting",
        LIFTING,
        (
            LIFT,
            "    np.maximum.at(largest, cell // names, people)\n",
            "    known = np.array([name != '' for name in packed.unit_names.to_pylist()], np.bool_)\n"
            "    np.maximum.at(largest, cell // names, people * known[cell % names])\n",
        ),
    ),
    mutant(
        "a coarser action counts everybody, not those whose finer one failed",
        LIFTING,
        (
            LIFT,
            "passes = pending & enough(code, names, pending)",
            "passes = pending & enough(code, names, np.ones_like(pending))",
        ),
    ),
    mutant(
        "a token of k − 1 people is kept",
        LIFTING,
        (LIFT, "enough = people >= k", "enough = people >= k - 1"),
    ),
    mutant(
        "the cap c is ignored",
        PARTS,
        ("transforms/caps.py", "keep &= nth < cap_per_person", "keep &= nth < cap_per_person + 10**9"),
    ),
    mutant(
        "the cap C is ignored",
        PARTS,
        ("transforms/caps.py", "    if max_per_person > 0:\n", "    if max_per_person > 10**9:\n"),
    ),
    mutant(
        "C keeps what came first, not what the hash chooses",
        PARTS,
        (
            "transforms/caps.py",
            "np.lexsort((_ranks(record[kept], nth[kept], digests, salt), person[kept]))",
            "np.lexsort((np.arange(len(kept)), person[kept]))",
        ),
    ),
    mutant("caps are applied after counting", WHOLE, (STEPS, COUNTED, UNCAPPED)),
    mutant(
        "exact people are published",
        LAST,
        (RELEASE, "shown = round_people(people, k=k)", "shown = people"),
    ),
    mutant(
        "people are rounded to the nearest step instead of down",
        PARTS,
        (
            "transforms/ladder.py",
            'steps[np.searchsorted(steps, people, side="right") - 1]',
            "ladder(k, up_to=2 * int(people.max()))"
            "[np.abs(ladder(k, up_to=2 * int(people.max())) - people[:, None]).argmin(axis=1)]",
        ),
    ),
    mutant(
        "exact occurrences are published",
        LAST,
        (RELEASE, "round_occurrences(occurrences, shown)", "np.maximum(occurrences, shown)"),
    ),
    mutant(
        "the ladder has steps below k",
        PARTS,
        ("transforms/ladder.py", "steps, scale = {k}, 1", "steps, scale = {k - 1}, 1"),
        ("transforms/ladder.py", "if k <= step <= max(up_to, k)]", "if step <= max(up_to, k) and step != k]"),
    ),
    mutant(
        "rows are ordered by how many people did them",
        LAST,
        (RELEASE, "key=lambda record: plan.digests[record]", "key=lambda record: -counts.people[record]"),
    ),
    mutant(
        "rows stay in the order of the plan",
        LAST,
        (
            RELEASE,
            "sorted(np.flatnonzero(passes).tolist(), key=lambda record: plan.digests[record])",
            "np.flatnonzero(passes).tolist()",
        ),
    ),
    mutant(
        "N_min is ignored",
        "tests/etl/test_pipeline.py::test_too_few_people_release_nothing_and_that_is_fine",
        (STEPS, "if active < policy.min_active:", "if active < 1:"),
    ),
)
