"""Mutants of who takes part, when, and as whom."""

from __future__ import annotations

from tests.mutants.mutant import mutant

T1 = "tests/privacy/test_t01_oracle.py::test_with_a_participation_file_too"
T7 = "tests/privacy/test_t07_disjoint_versions.py"
T8 = "tests/privacy/test_t08_objection_after_publication.py"
T10 = "tests/privacy/test_t10_units_and_sybils.py"
RULES = "tests/transforms/test_participation.py"
AT_PUBLICATION = "tests/etl/test_known_at_publication.py"
PARTICIPATION, EVENTS = "transforms/participation.py", "transforms/events.py"
SPANS, LINKS = "transforms/spans.py", "transforms/links.py"
RESOLVED = 'top if kind == "person" else None for name'
NOT_SHARED = "        if account in shared:\n"
SPELLING = "tests/transforms/test_spelling.py"
UNICODE_FORM = "transforms/unicode_form.py"

ADMISSION = (
    mutant(
        "an objection is ignored",
        T8,
        (SPANS, "            if person in objected and", "            if False and"),
    ),
    mutant(
        "an objection holds for the account only, not for the person",
        RULES,
        (
            SPANS,
            'objected[person] = max(objected.get(person, NEVER), _time(row["recorded_at_us"], EVER))',
            'objected[str(row["account"])] = _time(row["recorded_at_us"], EVER)',
        ),
        (
            SPANS,
            "if person in objected and recorded_us <= objected[person]:",
            "if account in objected and recorded_us <= objected[account]:",
        ),
    ),
    mutant(
        "a corrected row stays in force",
        RULES,
        (SPANS, "        current = _current(group)\n", "        current = group\n"),
        (
            SPANS,
            'to_us = _time(row["recorded_at_us"], NEVER), end_us',
            'to_us = _time(row["recorded_at_us"], NEVER), _time(row["valid_to_us"], EVER)',
        ),
    ),
    mutant(
        "leaving ends nothing",
        RULES,
        (SPANS, "if recorded_us <= _time(left_recorded, EVER):", "if False:"),
    ),
    mutant(
        "the participation file is not read again before publishing",
        f"{AT_PUBLICATION}::test_who_objects_while_the_run_works_is_not_in_it",
        (
            "etl/run.py",
            'advance("gates", len(checks))\n        if not '
            "still_holds(participation, config.participation, this.keys.pseudonym):",
            'advance("gates", len(checks))\n        if False:',
        ),
    ),
    mutant(
        "another participation file is taken for the same",
        f"{AT_PUBLICATION}::test_whether_a_later_reading_says_the_same",
        (
            "etl/participation.py",
            "or now.resolves_like(read)",
            "or now.registry.accounts.equals(read.registry.accounts)",
        ),
    ),
    mutant(
        "validity is not checked",
        T1,
        (
            PARTICIPATION,
            "inside & (registry.span_from_us[span] <= time_us) & (time_us < registry.span_to_us[span])",
            "inside",
        ),
    ),
    mutant(
        "validity is of the run's time, not of the event's",
        RULES,
        (
            PARTICIPATION,
            "(time_us < registry.span_to_us[span])",
            "(time_us.max() < registry.span_to_us[span])",
        ),
    ),
    mutant(
        "the end of a validity is within it",
        RULES,
        (PARTICIPATION, "(time_us < registry.span_to_us[span])", "(time_us <= registry.span_to_us[span])"),
    ),
    mutant(
        "who is not listed takes part",
        T10,
        (
            EVENTS,
            "admissible &= ever_admitted(registry, digests)",
            "pass",
        ),
        (
            EVENTS,
            "rows, code = drops.keep(rows, code, admitted, NOT_ADMITTED)",
            "admitted[:] = True",
        ),
        (
            EVENTS,
            "person = registry.person.take(entry).take(pa.array(code))",
            "person = pc.coalesce(registry.person.take(entry), digests).take(pa.array(code))",
        ),
    ),
    mutant(
        "accounts of one person are not merged",
        RULES,
        (LINKS, RESOLVED, RESOLVED.replace("top if", "name if")),
    ),
    mutant(
        "an account's first link stands, later ones are ignored",
        RULES,
        (
            LINKS,
            '        if row["person"] is not None:\n',
            '        if row["person"] is not None and root(account) == account:\n',
        ),
    ),
    mutant(
        "shared accounts count",
        T10,
        (LINKS, RESOLVED, RESOLVED.replace(' if kind == "person" else None', "")),
        (SPANS, NOT_SHARED, NOT_SHARED.replace("account in shared", "False")),
    ),
    mutant(
        "an account that was shared once counts again",
        RULES,
        (SPANS, NOT_SHARED, NOT_SHARED.replace("account in shared", "False")),
    ),
    mutant(
        "spellings are people",
        T10,
        (
            "transforms/account.py",
            "    plain = pc.string_is_ascii(values)\n",
            "    return values\n    plain = pc.string_is_ascii(values)\n",
        ),
    ),
    mutant(
        "lower case for case folding",
        SPELLING,
        (
            UNICODE_FORM,
            'unicodedata.normalize("NFD", text).casefold()',
            'unicodedata.normalize("NFD", text).lower()',
        ),
    ),
    mutant(
        "default ignorables stay in names",
        SPELLING,
        (UNICODE_FORM, '    seen = _UNSEEN_RUN.sub("", text)\n', "    seen = text\n"),
        (
            UNICODE_FORM,
            'unicodedata.normalize("NFKC", _UNSEEN_RUN.sub("", plain))',
            'unicodedata.normalize("NFKC", plain)',
        ),
    ),
    mutant(
        "inner blanks tell names apart",
        SPELLING,
        ("transforms/account.py", 'pc.replace_substring_regex(text, r"[\\t-\\r ]+", " ")', "text"),
    ),
    mutant(
        "inner blanks beyond ASCII tell names apart",
        SPELLING,
        (UNICODE_FORM, '_BLANKS.sub(" ", folded)', "folded"),
    ),
    mutant(
        "the Turkish i is another letter",
        SPELLING,
        (UNICODE_FORM, '            dotted = letter in "ij"', "            dotted = False"),
    ),
    mutant(
        "a domain before the name tells accounts apart",
        SPELLING,
        (
            "transforms/account.py",
            "    text = pc.replace_substring_regex(text, _DOMAIN_USER",
            "    pc.replace_substring_regex(text, _DOMAIN_USER",
        ),
    ),
    mutant(
        "the window is ignored",
        T7,
        (
            EVENTS,
            "fate = fates(time_us, first_us=policy.first_us, end_us=policy.end_us, past=policy.past)",
            "fate = np.ones(len(time_us), np.int8)",
        ),
    ),
    mutant(
        "a window may touch a published one",
        T7,
        (
            "etl/history.py",
            "for version, begin, stop in spans if begin < end and first < stop]",
            "for version, begin, stop in spans if False]",
        ),
    ),
    mutant(
        "the unit that somebody left is forgotten",
        "tests/transforms/test_spans.py",
        (SPANS, "        if _unit(row) is not None:  # held it", "        if False:  # held it"),
    ),
)
