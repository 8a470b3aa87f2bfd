"""Run the real pipeline on a log, and keep what its release and its emissions look like: what the attacks work on."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson

from etl.again import measured_window
from etl.config import load_config
from etl.evidence import collect_evidence
from etl.execute import run_pipeline
from etl.gates import verify_staged
from etl.inheritance import Bequest, pool_figures
from etl.input_check import check_input
from etl.inputs import find_inputs
from etl.leave import leave
from etl.memory import Memory
from etl.participation import read_participation
from etl.plan import plan_job
from etl.registry import Registry
from etl.settle import record_of
from etl.source import load_mapping
from etl.staging import Staging
from risk.evidence import Occurrences, Published

KEY = bytes(32)
"""Nothing that is measured depends on it."""


def release_log(inputs: Sequence[str], source: str, **flags: Any) -> tuple[Published, Occurrences]:
    """Release a log as one window and read back its evidence; nothing is published, nothing stays on the disk.

    Args:
        source: `native`, or the path of a mapping.
        flags: of the configuration: k, participation, …

    Raises:
        InputError, UnusableRecordsError: what would stop a run, too. RuntimeError: the verifier found a fault.
    """
    values = {"input": tuple(inputs), "source": source, "window": "all", "participation": "none", **flags}
    with tempfile.TemporaryDirectory() as folder:
        config = load_config(None, {**values, "registry": f"{folder}/registry"})
        mapping = load_mapping(config.source, config.input, None)
        staging = Staging(Path(folder) / "staging")
        staging.create()
        participation = read_participation(config.participation, KEY)
        files = find_inputs(config.input, mapping, date=None)
        memory = Memory.blank()
        job, pooled = plan_job(config, mapping, files, KEY, staging, participation, memory, workers="threads")
        run_pipeline(job, [])
        statistics = orjson.loads(staging.statistics.read_bytes())
        check_input(config, statistics, Registry(config.registry), record_of(staging))
        bequest = Bequest(config, "none", measured_window(config, statistics), 1)
        outcome = orjson.loads(staging.outcome.read_bytes())
        left = leave(job, pooled.carried, **bequest.horizons())
        outcome["pool"] = pool_figures(outcome, pooled, left, bequest)
        verification = verify_staged(job, outcome, participation, memory)
        if not verification.ok:
            raise RuntimeError(f"the verifier found faults in the release: {verification.violations}")
        evidence = collect_evidence(job)
        return evidence.published, evidence.emitted
