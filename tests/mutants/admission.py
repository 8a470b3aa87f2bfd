"""Mutants of who takes part, when, and as whom."""

from __future__ import annotations

from tests.mutants.mutant import mutant

T1 = "tests/privacy/test_t01_oracle.py::test_with_a_participation_file_too"
T7 = "tests/privacy/test_t07_disjoint_versions.py"
T8 = "tests/privacy/test_t08_objection_after_publication.py"
T10 = "tests/privacy/test_t10_units_and_sybils.py"
PARTICIPATION, EVENTS = "transforms/participation.py", "transforms/events.py"
RESOLVED = '        resolved[str(row["account"])] = name if kind == "person" else None\n'

ADMISSION = (
    mutant(
        "an objection is ignored",
        f"{T8} {T1}",
        (PARTICIPATION, "        if person in objected and", "        if False and"),
    ),
    mutant(
        "an objection holds for the account only, not for the person",
        T8,
        (
            PARTICIPATION,
            "objected[person] = max(objected.get(person, NEVER), recorded)",
            'objected[str(row["account"])] = recorded',
        ),
        (
            PARTICIPATION,
            "if person in objected and recorded <= objected[person]:",
            'if str(row["account"]) in objected and recorded <= objected[str(row["account"])]:',
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
        T1,
        (
            PARTICIPATION,
            "(time_us < registry.span_to_us[span])",
            "(time_us.max() < registry.span_to_us[span])",
        ),
    ),
    mutant(
        "the end of a validity is within it",
        "tests/transforms/test_participation.py",
        (PARTICIPATION, "(time_us < registry.span_to_us[span])", "(time_us <= registry.span_to_us[span])"),
    ),
    mutant(
        "who is not listed takes part",
        f"{T10} {T1}",
        (
            EVENTS,
            "rows, _ = drops.keep(rows, account, admitted, NOT_ADMITTED)",
            "admitted = np.ones_like(admitted)",
        ),
        (
            EVENTS,
            "person = policy.registry.person.take(entry).take(pa.array(code))",
            "person = pc.coalesce(policy.registry.person.take(entry), digests).take(pa.array(code))",
        ),
    ),
    mutant(
        "accounts of one person are not merged",
        T10,
        (PARTICIPATION, RESOLVED, RESOLVED.replace("= name if", '= str(row["account"]) if')),
    ),
    mutant(
        "an account's first link stands, later ones are ignored",
        T10,
        (
            PARTICIPATION,
            '        if row["person"] is not None:\n            person = root',
            '        if row["person"] is not None and account[0] == "account":\n            person = root',
        ),
    ),
    mutant(
        "shared accounts count",
        T10,
        (PARTICIPATION, RESOLVED, RESOLVED.replace(' if kind == "person" else None', "")),
    ),
    mutant(
        "spellings are people",
        T10,
        (
            "transforms/account.py",
            "    text = pc.utf8_normalize",
            "    return values\n    text = pc.utf8_normalize",
        ),
    ),
    mutant(
        "the window is ignored",
        T7,
        (
            EVENTS,
            "inside = (time_us >= policy.first_us) & (time_us < policy.end_us)",
            "inside = time_us == time_us",
        ),
    ),
    mutant(
        "a window may touch a published one",
        T7,
        (
            "etl/settle.py",
            '    touching = [old["version"] for old',
            '    touching = [] and [old["version"] for old',
        ),
    ),
)
