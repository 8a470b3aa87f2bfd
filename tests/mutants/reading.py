"""Mutants of what the text of a log means: whose a record is, and what is one."""

from __future__ import annotations

from tests.mutants.mutant import mutant

DELIMITED = "tests/transforms/test_decode_delimited.py"
SCAN, HEADER = "transforms/decode/delimited_scan.py", "transforms/decode/header_again.py"

READING = (
    mutant(
        "a stray quote swallows the records behind it",
        f"{DELIMITED}::test_a_stray_quote_moves_no_act_to_another_person",
        (SCAN, "    if found != expected:\n        return 0\n", "    if found >= 0:\n        return 0\n"),
    ),
    mutant(
        "a TSV has quotes",
        f"{DELIMITED}::test_a_tsv_quotes_nothing_unless_the_mapping_says_so",
        ("transforms/mapping.py", 'values.get("format") == "tsv"', 'values.get("format") == "none"'),
    ),
    mutant(
        "another header in mid-file is a record",
        f"{DELIMITED}::test_another_header_ends_the_reading",
        (HEADER, 'return "other" if header else "record"', 'return "record"'),
    ),
    mutant(
        "small files claim no night",
        "tests/etl/test_read_together.py::test_small_files_named_after_a_night_must_be_of_it",
        ("etl/read_step.py", "claims=self._claims(splits[0])", "claims=False"),
    ),
    mutant(
        "null words are people",
        "tests/transforms/test_missing.py",
        (
            "transforms/missing.py",
            "*(mapping.null_ids if name in ids else ())",
            "*(mapping.null_ids if name is None else ())",
        ),
    ),
    mutant(
        "the mapping's null words are known in text only",
        "tests/transforms/test_missing.py",
        (
            "transforms/missing.py",
            "if words and column.null_count < len(column):",
            "if words and pa.types.is_string(column.type):",
        ),
    ),
    mutant(
        "the machine says what a zone's name means",
        "tests/transforms/test_times.py::test_names_of_zones_mean_the_same_on_every_machine",
        ("transforms/times.py", 'if "%Z" in pattern:', 'if "%Q" in pattern:'),
    ),
)
