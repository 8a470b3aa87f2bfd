"""Mutants of what a run tells of itself: metrics, lineage, the private record, and the nights of a backfill."""

from __future__ import annotations

from tests.mutants.mutant import mutant

METRICS = "tests/etl/test_metrics.py"
LINEAGE = "tests/etl/test_lineage.py"
OBSERVED = "tests/etl/test_observe.py"
FACTS = "tests/etl/test_facts.py"
BACKFILL = "tests/etl/test_backfill.py"
SCHEDULERS = "tests/deploy/test_schedulers.py"

OPERATING = (
    mutant(
        "a failure forgets when the last success was",
        METRICS,
        ("etl/metrics.py", "if ending.is_success else last_success\n", "if ending.is_success else None\n"),
    ),
    mutant(
        "events for others name the input files",
        LINEAGE,
        (
            "etl/lineage.py",
            '(_files(inputs.records()) if kind == "private" else [])',
            "_files(inputs.records())",
        ),
    ),
    mutant(
        "a run sends lineage without being asked",
        OBSERVED,
        ("etl/observe.py", 'self._client = config.lineage == "client"', "self._client = True"),
    ),
    mutant(
        "the client's own events tell of the checkout",
        OBSERVED,
        ("etl/observe.py", "OpenLineageClient().transport.emit(event)", "OpenLineageClient().emit(event)"),
    ),
    mutant(
        "watching a run makes a registry of any folder",
        OBSERVED,
        ("etl/observe.py", "if PRIVATE in store.top():", "if True:"),
    ),
    mutant(
        "the values of a runner's flags are on record",
        FACTS,
        ("etl/facts.py", 'flag.partition("=")[0] for flag', "flag for flag"),
    ),
    mutant(
        "the commitment to the inputs has no key",
        FACTS,
        ("etl/input_digests.py", 'self._key = derive_key(key, "input")', 'self._key = b""'),
    ),
    mutant(
        "a night with too many rejects counts as empty",
        BACKFILL,
        (
            "etl/commands/backfill.py",
            "empty = (NothingMatchedError, NoEventError) if skip_empty",
            "empty = (NothingMatchedError.__base__,) if skip_empty",
        ),
    ),
    mutant(
        "Airflow tries every failure again",
        SCHEDULERS,
        ("deploy/airflow/desirepath_nightly.py", "raise AirflowFailException(", "raise AirflowException("),
    ),
)
