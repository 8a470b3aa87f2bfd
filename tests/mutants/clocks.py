"""Mutants of clocks: times that are not believed, nights that are not over, sessions without end (docs/decisions/0023)."""

from __future__ import annotations

from tests.mutants.mutant import mutant

BELIEVED = "tests/transforms/test_believed.py"
EDGES = "tests/transforms/test_edges.py"
ENDLESS = "tests/transforms/test_endless.py"
RUNS = "tests/etl/test_clocks.py"

CLOCKS = (
    mutant(
        "an event of the future is accepted",
        BELIEVED,
        (
            "transforms/believed.py",
            "& (time_us < believed.end_us)\n        if",
            "& (time_us < 2**62)\n        if",
        ),
    ),
    mutant(
        "one clock says when a log ends",
        EDGES,
        (
            "transforms/edges.py",
            "return sorted(self.latest.values())[-self.needed] if",
            "return max(self.latest.values()) if",
        ),
    ),
    mutant(
        "one clock says when a log begins",
        EDGES,
        ("transforms/edges.py", "if first - day > LONGEST_PAUSE_DAYS:", "if False:"),
    ),
    mutant(
        "of a night a time in the future is of another night",
        BELIEVED,
        ("transforms/events.py", "np.where(ahead, np.int8(AHEAD), fate)", "fate"),
    ),
    mutant(
        "the cut of a session depends on what was released",
        ENDLESS,
        ("transforms/endless.py", "if spent is not None and spent.num_rows:", "if False:"),
    ),
    mutant(
        "the cut of a session depends on when it began",
        ENDLESS,
        (
            "transforms/endless.py",
            "since_us <= instant_us - longest_us + gap_us",
            "since_us <= instant_us - longest_us",
        ),
    ),
    mutant(
        "the verifier cuts at every instant",
        ENDLESS,
        ("verifier/endless.py", "return began is not None and began <= by_us", "return began is not None"),
    ),
    mutant(
        "an endless session waits for a night that cannot go on with it",
        ENDLESS,
        ("transforms/endless.py", "return (last_us < instant) & _covers(", "return (last_us < 0) & _covers("),
    ),
    mutant(
        "files of other hours are published without a word",
        f"{RUNS}::test_files_of_a_local_day_are_stopped_at_the_first_night",
        ("etl/input_check.py", "return systematic and not config.files_before", "return False"),
    ),
    mutant(
        "a night that is not over is published",
        f"{RUNS}::test_a_history_that_runs_into_a_night_that_is_not_over_leaves_it",
        ("etl/clock.py", "    if last > over:", "    if False:"),
    ),
    mutant(
        "a history takes a night that is not over",
        f"{RUNS}::test_a_history_that_runs_into_a_night_that_is_not_over_leaves_it",
        ("etl/span.py", "last = min(last, self.over)", "pass"),
    ),
    mutant(
        "what came to a night of a history is never read",
        f"{RUNS}::test_only_the_files_of_nights_in_a_span_are_read_again",
        ("etl/nights_of_files.py", "before |= {one for one in late if first <= one <= last}", "pass"),
    ),
)
