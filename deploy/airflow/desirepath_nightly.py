"""The nightly run as an Airflow DAG (Airflow 2.9 or later with the standard provider, and 3).

One run at a time, oldest night first. A night that failed holds up no other: clear it when what was wrong is mended. Only
exit codes 74 (reading or writing failed) and 75 (another run holds the lock) are tried again, and not for long; every other
failure needs a person (docs/operating.md).
"""

from __future__ import annotations

import subprocess
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from airflow import DAG
from airflow.exceptions import AirflowException, AirflowFailException
from airflow.providers.standard.operators.python import PythonOperator
from airflow.timetables.interval import CronDataIntervalTimetable

CONFIG = "/etc/desirepath/pipeline.yaml"
KEY_FILE = "/etc/desirepath/key"
POOL_KEY_FILE = "/etc/desirepath/pool-key"
METRICS_FILE = "/var/lib/node_exporter/desirepath.prom"
NIGHT_TIMEZONE = "UTC"
FIRST_NIGHT = (2026, 11, 1)
AGAIN_LATER = (74, 75)


def night_of(context: dict) -> str:
    """The night that a run is about: the one given by hand, else the day on which its interval begins where the nights are.

    Never `ds`: that is the day in UTC, and a run that is started by hand has none.
    """
    given = str((context.get("params") or {}).get("night") or "").strip()
    if given:
        return given
    begins = context.get("data_interval_start")
    if begins is None:
        raise AirflowFailException('started by hand without a date: say which night, {"night": "2026-11-22"}')
    return begins.astimezone(ZoneInfo(NIGHT_TIMEZONE)).strftime("%Y-%m-%d")


def release_night(**context: object) -> None:
    """Run the night; say whether trying again can help."""
    command = ["desirepath", "run", "--config", CONFIG, "--date", night_of(context)]
    command += ["--night-timezone", NIGHT_TIMEZONE, "--key-file", KEY_FILE, "--pool-key-file", POOL_KEY_FILE]
    command += ["--metrics-file", METRICS_FILE, "--log-format", "json"]
    code = subprocess.run(command, check=False).returncode
    if code in AGAIN_LATER:
        raise AirflowException(f"exit code {code}: try again later")
    if code != 0:
        raise AirflowFailException(f"exit code {code}: somebody must look (docs/operating.md)")


with DAG(
    dag_id="desirepath_nightly",
    description="Release last night's action sequences",
    # A data interval begins on the night that is over when it ends. At 04:17 no zone puts its clock forward or back.
    schedule=CronDataIntervalTimetable("17 4 * * *", timezone=NIGHT_TIMEZONE),
    start_date=datetime(*FIRST_NIGHT, tzinfo=ZoneInfo(NIGHT_TIMEZONE)),
    catchup=True,
    # Not depends_on_past: the night after one that failed would hold this one place, and wait for it for ever.
    max_active_runs=1,
    params={"night": ""},
    tags=["desirepath"],
) as dag:
    PythonOperator(
        task_id="release_night",
        python_callable=release_night,
        # Airflow's own backfill has a limit of runs of its own; this one counts over all runs.
        max_active_tis_per_dag=1,
        # In all a quarter of an hour, in which the next night waits.
        retries=3,
        retry_delay=timedelta(minutes=5),
        execution_timeout=timedelta(hours=8),
    )
