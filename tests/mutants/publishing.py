"""Mutants of the second eyes: the verifier, the gates, and what the public manifest tells."""

from __future__ import annotations

from tests.mutants.mutant import mutant

LIES = "tests/verifier/test_lies.py::test_lie_is_caught"
QUARANTINE = "tests/etl/test_quarantine.py"
EYES = "tests/privacy/test_second_eyes.py"
SMALL = "tests/etl/test_small_counts.py"
SUBTRACTION = "tests/auditor/test_subtraction.py"
SHARES = "tests/etl/test_risk_figures.py"
T3 = "tests/privacy/test_t03_schema_gate.py"
KILLED = "tests/store/test_killed.py"
LEASE = "tests/store/test_lease.py"
AUDIT = "tests/store/test_audit.py"
STORE = "tests/store/test_contract.py"

PUBLISHING = (
    mutant(
        "the verifier is not called",
        QUARANTINE,
        (
            "etl/run.py",
            "verification = verify_staged(job, outcome, participation, memory)",
            'verification = __import__("verifier").Verification('
            'outcome["released"]["records"], {}, __import__("verifier").Measured(*[0] * 11))',
        ),
    ),
    mutant(
        "violations do not gate",
        QUARANTINE,
        (
            "expectations/release_suite.py",
            'no violation.",\n            (0, 0),',
            'no violation.",\n            (0, 10**9),',
        ),
    ),
    mutant(
        "a failed critical check is published",
        QUARANTINE,
        ("etl/settle.py", '    if verdict(checks) == "quarantined":', '    if verdict(checks) == "never":'),
    ),
    mutant(
        "too few active people are not found out",
        EYES,
        ("etl/gates.py", "if verification.records and measured.active < policy.min_active:", "if False:"),
    ),
    mutant(
        "the verifier is told a smaller k",
        EYES,
        ("etl/gates.py", "            k=policy.k,\n", "            k=policy.k - 1,\n"),
    ),
    mutant(
        "the verifier is told of no caps",
        EYES,
        (
            "etl/gates.py",
            "            cap_per_person=policy.cap_per_person,\n            max_per_person=policy.max_per_person,\n",
            "            cap_per_person=0,\n            max_per_person=0,\n",
        ),
    ),
    mutant(
        "the verifier counts rows instead of people",
        LIES,
        (
            "verifier/counts.py",
            "self.people += np.bincount(record,",
            "self.people += np.bincount(claims.record,",
        ),
    ),
    mutant(
        "the verifier does not see overlaps",
        LIES,
        (
            "verifier/intervals.py",
            "apart = ~_overlapping(start, length)",
            "apart = np.ones(len(start), np.bool_)",
        ),
    ),
    mutant(
        "the verifier ignores units",
        LIES,
        ("verifier/counts.py", "if needed := self.outside_needed(policy):", "if needed := 0:"),
    ),
    mutant(
        "the verifier ignores the spans",
        LIES,
        (
            "verifier/people.py",
            'return inside if pc.any(inside.column("unit").is_valid()).as_py() else inside.slice(0, 0)',
            "return inside.slice(0, 0)",
        ),
    ),
    mutant(
        "the verifier believes what a segment says it is",
        LIES,
        ("verifier/verification.py", '        tally.add("wrong_token", ~true)\n', "        true[:] = True\n"),
    ),
    mutant(
        "the verifier passes a column too many",
        T3,
        ("verifier/release.py", "tuple(file.schema_arrow.names) != COLUMNS or not", "not"),
    ),
    mutant(
        "the verifier passes metadata",
        T3,
        ("verifier/release.py", "    check_metadata(layout, tally)\n", ""),
    ),
    mutant(
        "the release gate passes any schema",
        T3,
        (
            "expectations/release_metrics.py",
            '"schema_faults": sum(schema_faults(table) for table in tables),',
            '"schema_faults": 0,',
        ),
    ),
    mutant(
        "counts about few people are told by reason",
        "tests/etl/test_registry.py",
        ("etl/suppress.py", "if people < k}", "if people < 0}"),
    ),
    mutant(
        "a count about few people is told as that of other reasons",
        "tests/etl/test_registry.py::test_a_reason_with_few_people_behind_it_is_told_with_another",
        ("etl/suppress.py", "    if small:\n        small.add(", "    if False:\n        small.add("),
    ),
    mutant(
        "the rows read are told although they give a small count away",
        f"{SMALL}::test_the_public_view_hides_totals_and_changes_nothing_of_the_exact_one",
        ("etl/manifest.py", "NOT_SHOWN if is_hidden(dropped) else tell_count", "tell_count"),
    ),
    mutant(
        "the actions are told although they give a small count away",
        f"{SMALL}::test_the_public_view_hides_totals_and_changes_nothing_of_the_exact_one",
        (
            "etl/manifest.py",
            "{name: tell_count(exact[name]) for name in (",
            "{name: exact[name] for name in (",
        ),
    ),
    mutant(
        "the share is exact where its whole is not told",
        f"{SMALL}::test_the_public_view_hides_totals_and_changes_nothing_of_the_exact_one",
        ("etl/manifest.py", "{what: coarse(share) for", "{what: share for"),
    ),
    mutant(
        "rows are told exactly where many people are behind them",
        SUBTRACTION,
        (
            "etl/suppress.py",
            "    return int(round_people(np.array([count]), k=FEWEST)[0])\n",
            "    return count\n",
        ),
    ),
    mutant(
        "the reasons are told exactly where many people are behind them",
        "tests/etl/test_registry.py::test_a_reason_with_few_people_behind_it_is_told_with_another",
        ("etl/suppress.py", "{name: tell_count(n) for name, n in merged.items()}\n", "merged\n"),
    ),
    mutant(
        "people are told exactly where there are many",
        "tests/etl/test_small_counts.py::test_people_are_told_in_steps_too",
        (
            "etl/manifest.py",
            '(tell_people(exact[name], k) for name in ("people", "active"))',
            '(exact["people"], tell_people(exact["active"], k))',
        ),
    ),
    mutant(
        "the input gate says the ratio of rejects",
        SMALL,
        (
            "expectations/input_suite.py",
            '_ratio(metrics["reject_ratio"], allowed)',
            "f\"{metrics['reject_ratio']:.2%}\"",
        ),
    ),
    mutant(
        "the input gate says what was read exactly",
        SMALL,
        ("etl/gates.py", "run_input_gate(exact, policy, told=public)", "run_input_gate(exact, policy)"),
    ),
    mutant(
        "an error says how many rows were rejected exactly",
        SMALL,
        ("etl/input_check.py", "    told = tell_count(count)\n", "    told = count\n"),
    ),
    mutant(
        "a share about fewer than k people is told",
        f"{SHARES}::test_what_is_told_of_a_share_fits_every_small_count_or_none",
        ("etl/suppress.py", "    if min(inside, weight) < k:\n", "    if False:\n"),
    ),
    mutant(
        "a share that leaves out fewer than k people is told",
        f"{SHARES}::test_what_is_told_of_a_share_fits_every_small_count_or_none",
        ("etl/suppress.py", "    if min(outside, people - weight) < k:\n", "    if False:\n"),
    ),
    mutant(
        "that a share is about few is told of fewer than 2 k people",
        f"{SHARES}::test_what_is_told_of_a_share_fits_every_small_count_or_none",
        ("etl/suppress.py", "    if people < 2 * k:\n", "    if False:\n"),
    ),
    mutant(
        "a part about fewer than k people is told",
        f"{SHARES}::test_a_part_that_is_about_few_people_is_not_told",
        ("etl/suppress.py", "    if inside < k:\n", "    if False:\n"),
    ),
    mutant(
        "the exact manifest is published",
        "tests/etl/test_pipeline.py::test_counts_about_fewer_than_k_people_are_not_told",
        ("etl/run.py", "gate(exact, public_manifest(exact),", "gate(exact, exact,"),
    ),
    mutant(
        "a low k needs no permission",
        "tests/etl/test_config.py",
        ("etl/config.py", "if self.k < K_FLOOR and not self.allow_low_k:", "if False:"),
    ),
    mutant(
        "a published version is written again",
        "tests/etl/test_registry.py",
        ("etl/store/atomic.py", "        if create_only:\n", "        if False:\n"),
    ),
    mutant(
        "the manifest comes before the data",
        f"{KILLED}::test_publishing",
        (
            "etl/registry.py",
            '        if manifest["files"]:\n            self.store.put_tree(',
            "        self.store.create(manifest_of(version), dump(manifest))\n"
            '        if manifest["files"]:\n            self.store.put_tree(',
        ),
    ),
    mutant(
        "data is removed while the card lists it",
        f"{KILLED}::test_withdrawing",
        (
            "etl/registry.py",
            "        bury(self.store, entry)\n        self.write_derived()\n",
            "        bury(self.store, entry)\n        remove_data(self.store, entry)\n        self.write_derived()\n",
        ),
    ),
    mutant(
        "a publication that a kill interrupted gets no audit entry",
        f"{KILLED}::test_publishing",
        ("etl/repair.py", "for version in sorted(manifests - recorded.keys()):", "for version in ():"),
    ),
    mutant(
        "what a killed publication left stays",
        f"{KILLED}::test_publishing",
        ("etl/repair.py", "        if version not in manifests:\n", "        if False:\n"),
    ),
    mutant(
        "a withdrawal that a kill interrupted is left half done",
        f"{KILLED}::test_withdrawing",
        (
            "etl/registry.py",
            "        withdrawn = repair_withdrawals(self.store)\n",
            "        withdrawn = ()\n",
        ),
    ),
    mutant(
        "a withdrawn night is released again",
        "tests/privacy/test_t07_disjoint_versions.py::test_a_withdrawn_night_is_burned",
        (
            "etl/history.py",
            "for version, begin, stop in spans if begin < end and first < stop]",
            "for version, begin, stop in spans if version.is_live and begin < end and first < stop]",
        ),
    ),
    mutant(
        "a withdrawn version counts as published with the same content",
        "tests/privacy/test_t07_disjoint_versions.py::test_a_withdrawn_night_is_burned",
        ("etl/again.py", "len(taken) == 1 and only.is_live and same", "len(taken) == 1 and same"),
    ),
    mutant(
        "who lost the lock writes on",
        f"{LEASE}::test_who_was_taken_for_dead_writes_nothing_more",
        ("etl/store/remote.py", "        if self._lease is not None:\n", "        if False:\n"),
    ),
    mutant(
        "a lease that has expired still locks",
        f"{LEASE}::test_a_killed_holder_is_followed_when_its_lease_has_expired",
        ("etl/store/lease.py", 'or time.time() >= found["expires"])', "or False)"),
    ),
    mutant(
        "a lease is not renewed",
        f"{LEASE}::test_a_living_holder_keeps_it_for_longer_than_a_lease",
        (
            "etl/store/lease.py",
            "        self._thread.start()\n",
            "        self._thread.run = lambda: None\n        self._thread.start()\n",
        ),
    ),
    mutant(
        "create-only replaces in a bucket",
        f"{STORE}::test_create_only_never_replaces {STORE}::test_of_several_writers_one_wins",
        (
            "etl/store/objects.py",
            'self.fs.pipe_file(path, content, mode="create")',
            "self.fs.pipe_file(path, content)",
        ),
    ),
    mutant(
        "an entry that was changed is not noticed",
        f"{AUDIT}::test_tampering_is_found",
        ("etl/audit_check.py", '        if entry.fields["prev"] != prev:\n', "        if False:\n"),
    ),
    mutant(
        "a manifest that was changed is not noticed",
        f"{AUDIT}::test_tampering_is_found",
        (
            "etl/audit_check.py",
            '        elif found != entry.fields.get("manifest_sha256"):\n',
            "        elif False:\n",
        ),
    ),
    mutant(
        "the card's head does not depend on content",
        "tests/etl/test_pipeline.py::test_load_dataset_gives_what_was_written",
        ("etl/card.py", "repr(sorted(files))", "repr(0)"),
    ),
)
