"""Mutants of units that are named beside the closed sessions, and of what the verifier finds out about people by itself."""

from __future__ import annotations

from tests.mutants.mutant import mutant

NAMED = "tests/transforms/test_named.py"
WHOLE = "tests/privacy/test_units_and_second_eyes.py::test_a_unit_named_in_an_open_session_is_held"
LIES = "tests/verifier/test_lies.py::test_lie_is_caught"
DRAW, EVENTS, PACK = "transforms/draw.py", "transforms/events.py", "transforms/pack.py"
ROSTER = "tests/verifier/test_roster.py"

UNITS_NAMED = (
    mutant(
        "units of open sessions are not counted",
        NAMED,
        (DRAW, "for rows in (waiting, before, ordered.repeats)]", "for rows in (before, ordered.repeats)]"),
    ),
    mutant(
        "what is named beside the closed sessions is not counted, and a whole run ends as a fault",
        WHOLE,
        ("etl/steps.py", "named=units_of(drawn.named))", "named=units_of(drawn.named.slice(0, 0)))"),
    ),
    mutant(
        "units of events that were consumed before are not counted",
        NAMED,
        (DRAW, "for rows in (waiting, before, ordered.repeats)]", "for rows in (waiting, ordered.repeats)]"),
    ),
    mutant(
        "units of repeats are not counted",
        NAMED,
        (DRAW, "for rows in (waiting, before, ordered.repeats)]", "for rows in (waiting, before)]"),
    ),
    mutant(
        "units of filtered records are not counted",
        NAMED,
        (EVENTS, "        aside.untimed(rows, code, ~wanted)\n", ""),
    ),
    mutant(
        "units of records of other nights are not counted",
        NAMED,
        (EVENTS, "        aside.timed(rows, code, time_us, ~mask)\n", ""),
    ),
    mutant(
        "units of records without an action are not counted",
        NAMED,
        (EVENTS, "    aside.timed(rows, code, time_us, paths.missing)\n", ""),
    ),
    mutant(
        "who does not take part at the time names a unit",
        NAMED,
        (
            EVENTS,
            "if self._asks and registry is not None and mask.any():",
            "if False and registry is not None:",
        ),
    ),
    mutant(
        "units of what may not be used of the pool are not counted",
        NAMED,
        ("transforms/resume.py", "pa.array(takes_part & ~admitted)", "pa.array(takes_part & False)"),
    ),
    mutant(
        "a unit that only an absent person names is not known",
        NAMED,
        (PACK, '    words.append(pc.unique(named.column("unit")).drop_null())\n', ""),
    ),
    mutant(
        "the verifier passes over open sessions",
        LIES,
        (
            "verifier/verification.py",
            "for at in (1, 2)),\n",
            "for at in (2,)),\n",
        ),
    ),
    mutant(
        "the verifier passes over records that only name a unit",
        LIES,
        (
            "verifier/verification.py",
            "for at in (1, 2)),\n",
            "for at in (1,)),\n",
        ),
    ),
    mutant(
        "the verifier believes who is one person",
        LIES,
        (
            "verifier/people.py",
            "    owner = people.whose(accounts)\n",
            "    owner = accounts\n",
        ),
    ),
    mutant(
        "the verifier believes that an event was admitted",
        LIES,
        ("verifier/people.py", "    absent = int(length[never[code]].sum())\n", "    return 0\n"),
    ),
    mutant(
        "the verifier believes which nights were drawn on",
        LIES,
        ("verifier/people.py", "(time_us < people.first_us) | (time_us >= people.end_us)", "0"),
    ),
    mutant(
        "the verifier looks at the ends of a stretch only",
        ROSTER,
        ("verifier/people.py", "doubtful = ((begin < 0) | (begin != end))", "doubtful = (begin < 0)"),
    ),
)
