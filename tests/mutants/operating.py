"""Mutants of what a run tells of itself: metrics, lineage, the private record, and the nights of a backfill."""

from __future__ import annotations

from tests.mutants.mutant import mutant

METRICS = "tests/etl/test_metrics.py"
LINEAGE = "tests/etl/test_lineage.py"
OBSERVED = "tests/etl/test_observe.py"
FACTS = "tests/etl/test_facts.py"
BACKFILL = "tests/etl/test_backfill.py"
SCHEDULERS = "tests/deploy/test_schedulers.py"
CREATE_ONLY = "tests/store/test_create_only.py"
DRY_RUN = "tests/etl/test_pipeline.py::test_a_dry_run_does_not_bind_the_registry_to_its_keys"
REJECTS = "tests/etl/test_pipeline.py::test_too_many_rejects_point_to_a_record_that_is_there"

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
        (
            "deploy/airflow/desirepath_nightly.py",
            'raise AirflowFailException(f"exit',
            'raise AirflowException(f"exit',
        ),
    ),
    mutant(
        "the night of an Airflow run is a day in UTC",
        SCHEDULERS,
        ("deploy/airflow/desirepath_nightly.py", "astimezone(ZoneInfo(NIGHT_TIMEZONE)).", ""),
    ),
    mutant(
        "a server that overwrites what it should refuse gets a registry",
        CREATE_ONLY,
        ("etl/store/objects.py", "        return not self.conditional\n", "        return True\n"),
    ),
    mutant(
        "only a new registry asks its server whether it refuses",
        CREATE_ONLY,
        (
            "etl/store/remote.py",
            "        self._assert_create_only()  # the lock is made of such writes\n",
            "",
        ),
    ),
    mutant(
        "a dry run binds the registry to its keys",
        DRY_RUN,
        ("etl/housekeeping.py", "remember = not config.dry_run", "remember = True"),
    ),
    mutant(
        "a window that is taken is judged before its record is there",
        REJECTS,
        ("etl/again.py", "    keep(statistics)\n", ""),
    ),
    mutant(
        "what a run leaves is not named as its log lines say",
        "tests/etl/test_run_id.py",
        ("etl/run.py", "registry.staging(dated(console.run_id))", 'registry.staging(dated("run"))'),
    ),
)
