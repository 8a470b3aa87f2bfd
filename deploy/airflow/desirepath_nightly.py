"""The nightly run as an Airflow DAG (Airflow 2.9 or later with the standard provider, and 3).

One night after the other, one at a time. Only exit codes 74 (reading or writing failed) and 75 (another run holds the lock)
are tried again; every other failure needs a person, and the nights behind it wait (docs/operating.md).
"""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta

from airflow import DAG
from airflow.exceptions import AirflowException, AirflowFailException
from airflow.providers.standard.operators.python import PythonOperator
from airflow.timetables.interval import CronDataIntervalTimetable

CONFIG = "/etc/desirepath/pipeline.yaml"
KEY_FILE = "/etc/desirepath/key"
POOL_KEY_FILE = "/etc/desirepath/pool-key"
METRICS_FILE = "/var/lib/node_exporter/desirepath.prom"
AGAIN_LATER = (74, 75)


def release_night(night: str) -> None:
    """Run the night; say whether trying again can help."""
    command = ["desirepath", "run", "--config", CONFIG, "--date", night, "--key-file", KEY_FILE]
    command += ["--pool-key-file", POOL_KEY_FILE]
    command += ["--metrics-file", METRICS_FILE, "--log-format", "json"]
    code = subprocess.run(command, check=False).returncode
    if code in AGAIN_LATER:
        raise AirflowException(f"exit code {code}: try again later")
    if code != 0:
        raise AirflowFailException(f"exit code {code}: somebody must look (docs/operating.md)")


with DAG(
    dag_id="desirepath_nightly",
    description="Release last night's action sequences",
    # A data interval: {{ ds }} is the day on which it begins, so the night that is over, in Airflow 2 and 3 alike.
    schedule=CronDataIntervalTimetable("17 2 * * *", timezone="UTC"),
    start_date=datetime(2026, 11, 1, tzinfo=UTC),
    catchup=True,
    max_active_runs=1,
    default_args={"depends_on_past": True},
    tags=["desirepath"],
) as dag:
    PythonOperator(
        task_id="release_night",
        python_callable=release_night,
        op_kwargs={"night": "{{ ds }}"},
        retries=6,
        retry_delay=timedelta(minutes=5),
        retry_exponential_backoff=True,
        max_retry_delay=timedelta(hours=1),
        execution_timeout=timedelta(hours=8),
    )
