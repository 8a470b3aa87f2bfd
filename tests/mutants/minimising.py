"""Mutants of what may remain of a value, and of where a raw one may go."""

from __future__ import annotations

from tests.mutants.mutant import mutant

T6 = "tests/privacy/test_t06_canaries.py::test_a_published_version"
FAILING = "tests/privacy/test_t06_canaries.py::test_a_run_that_fails"
NAMES, EVENTS, SEALED = "transforms/names.py", "transforms/events.py", "etl/sealed.py"
NAMED = "tests/etl/test_names_file.py"
OWN = "tests/transforms/test_own_account.py"

MINIMISING = (
    mutant(
        "key characters pass",
        T6,
        (NAMES, "Applied(key_classes(encoded.dictionary), {})", "Applied(encoded.dictionary, {})"),
    ),
    mutant(
        "the scrub is not applied to verbatim columns",
        T6,
        (
            NAMES,
            "scrubbed = scrub(clean, programs)",
            'scrubbed = scrub(clean) if how == "template" else Applied(clean, {})',
        ),
    ),
    mutant(
        "the scrub is not applied at all",
        T6,
        (NAMES, "scrubbed = scrub(clean, programs)", "scrubbed = Applied(clean, {})"),
    ),
    mutant(
        "templates are verbatim",
        T6,
        (NAMES, 'template(named) if how == "template"', 'template(named) if how == "none"'),
    ),
    mutant(
        "the gazetteer holds takers only",
        NAMED,
        (
            "etl/participation.py",
            "        _names(entries),\n",
            "        _names(entries.filter(pa.compute.equal(entries.column('status'), 'participates'))),\n",
        ),
    ),
    mutant(
        "the gazetteer is not asked",
        T6,
        ("etl/plan.py", 'gazetteer=_gazetteer(config, participation, keys["gazetteer"]),', "gazetteer=None,"),
    ),
    mutant(
        "the row's own account is not replaced",
        OWN,
        ("transforms/own_account.py", "    if len(found) == 0:\n", "    if len(found) >= 0:\n"),
    ),
    mutant(
        "an account is looked for in everybody's rows",
        OWN,
        (
            "transforms/own_account.py",
            "    text_of = np.asarray(text.indices",
            "    forms = [[form for own in forms for form in own]] * len(forms)\n"
            "    text_of = np.asarray(text.indices",
        ),
    ),
    mutant(
        "nobody asks for a row's own account",
        "tests/etl/test_people_and_units.py::"
        "test_without_a_participation_file_an_account_is_replaced_in_its_own_events",
        (
            EVENTS,
            "gazetteer=policy.gazetteer, account=own, programs",
            "gazetteer=policy.gazetteer, account=None, programs",
        ),
    ),
    mutant(
        "columns of content can be mapped",
        "tests/etl/test_config.py",
        (
            "transforms/mapping.py",
            'passes = None if self.as_ == "key_class" else words.passes(self.column)',
            "passes = None",
        ),
    ),
    mutant(
        "what people write passes without a review",
        "tests/etl/test_config.py",
        ("transforms/mapping.py", 'if passes == "reviewed" and self.reviewed is None:', "if False:"),
    ),
    mutant(
        "a dead letter holds the value",
        T6,
        (
            EVENTS,
            "_rejected(rows, bad, parsed.reason)",
            "_rejected(rows, bad, as_text(rows.column(mapping.time.column)))",
        ),
    ),
    mutant(
        "dictionaries are not compacted",
        "tests/transforms/test_small_parts.py",
        (
            "transforms/buckets.py",
            "used_only(array) if pa.types.is_dictionary(field.type) else array",
            "array",
        ),
    ),
    mutant(
        "sealed staging is not encrypted",
        T6,
        (
            SEALED,
            "nonce + AESGCM(key).encrypt(nonce, plain, place)",
            "nonce + bytes(plain)",
        ),
        (
            SEALED,
            "AESGCM(key).decrypt(sealed[:NONCE_BYTES], memoryview(sealed)[NONCE_BYTES:], place)",
            "sealed[NONCE_BYTES:]",
        ),
    ),
    mutant(
        "the sealing key lies beside what it seals",
        "tests/privacy/test_second_eyes.py",
        (
            SEALED,
            "    write_bytes(seal(content, key, _place(path)), path)\n",
            "    write_bytes(seal(content, key, _place(path)), path)\n"
            "    write_bytes(key, path.with_suffix('.key'))\n",
        ),
    ),
    mutant(
        "a log names the files",
        T6,
        (
            "etl/run.py",
            'console.log("start", files=len(this.files),',
            'console.log("start", files=[f.path for f in this.files],',
        ),
    ),
    mutant(
        "a bug is told with its text",
        FAILING,
        ("etl/cli.py", 'f"a bug: {type(error).__name__} at', 'f"a bug: {error!r} at'),
    ),
    mutant(
        "a full disk is told with the path that failed",
        FAILING,
        (
            "etl/execute.py",
            "reading or writing failed: {os.strerror(int(found[1]))};",
            "reading or writing failed: {text};",
        ),
    ),
    mutant(
        "workers print what failed",
        "tests/privacy/test_t06_canaries.py::test_a_crash_in_a_worker_process",
        ("etl/job.py", "quiet_worker()  #", "quiet_worker  #"),
    ),
    mutant(
        "programs may be given secrets",
        "tests/transforms/test_command_secrets.py",
        (
            "transforms/scrub.py",
            "given = hide_command_secrets(values, programs)",
            "given = Applied(values, {})",
        ),
    ),
    mutant(
        "a word typed at a prompt passes",
        "tests/transforms/test_bare_words.py",
        ("transforms/paths.py", "    if spec.typed_at_prompt:\n", "    if False:\n"),
    ),
    mutant(
        "columns of sentences pass",
        "tests/etl/test_content_gate.py",
        ("transforms/sentences.py", "return self.sentences >= LEAST and", "return False and"),
    ),
    mutant(
        "names are looked for in one form",
        "tests/transforms/test_inflection.py",
        ("transforms/gazetteer.py", "        bent -= wanted\n", "        bent = set()\n"),
    ),
)
