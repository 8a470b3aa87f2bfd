"""OpenLineage events of a run: START, then COMPLETE, FAIL or ABORT, with what went in and what came out.

`file`: one JSON line an event in `.private/lineage/`, with the paths of the inputs. `client`: wherever the OpenLineage
configuration of the environment says, and then only what is public: one commitment to all the inputs, no name or size of
any. Nothing but `client` ever uses the network.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState
from openlineage.client.facet_v2 import (
    data_quality_metrics_dataset,
    dataset_version_dataset,
    error_message_run,
    input_statistics_input_dataset,
    job_type_job,
    nominal_time_run,
    output_statistics_output_dataset,
    processing_engine_run,
    schema_dataset,
)
from openlineage.client.uuid import generate_static_uuid

from etl import __version__
from etl.ending import INTERRUPTED, Ending
from etl.input_digests import InputDigests

PRODUCER: Final = f"urn:desirepath:{__version__}"
NAMESPACE: Final = "desirepath"
COLUMNS: Final = (
    ("actions", "list<string>", "a sequence of actions"),
    ("length", "int16", "how many actions"),
    ("people", "int32", "how many different people emitted it, rounded down"),
    ("occurrences", "int64", "how often, after caps, rounded down"),
)
WHY: Final = {
    2: "usage or configuration",
    3: "a gate failed; the version is quarantined",
    4: "the input is unusable",
    5: "the night is published with other content",
    74: "reading or writing failed",
    75: "another run held the lock, or the participation file did not come to rest",
    INTERRUPTED: "interrupted",
}
"""What an exit code says, without the message, which may name a file."""

Kind = Literal["private", "public"]


class Lineage:
    """The events of one run. Each is built for whoever may read it: `private` with the inputs' paths, `public` without."""

    def __init__(
        self, *, dataset: str, run_id: str, began: datetime, nights: tuple[date, date] | None, zone: str
    ) -> None:
        """Args: dataset: what the registry is called. nights: of the window; None: all time."""
        self._dataset, self._nights, self._zone = dataset, nights, zone
        self._began = began
        self._run = str(generate_static_uuid(began, run_id.encode()))

    def start(self, kind: Kind, inputs: InputDigests | None) -> RunEvent:
        """The run has begun. Of the inputs it says what is known: not yet their digests."""
        found = _files(inputs.files) if inputs is not None and kind == "private" else []
        return self._event(RunState.START, self._began, {}, inputs=found)

    def end(self, kind: Kind, inputs: InputDigests | None, ending: Ending) -> RunEvent:
        """The run has ended, and how."""
        moment = datetime.fromtimestamp(ending.ended, UTC)
        manifest = ending.manifest
        if manifest is None:
            why = WHY.get(ending.exit_code, "a bug")
            message = error_message_run.ErrorMessageRunFacet(
                message=f"exit code {ending.exit_code}: {why}",
                programmingLanguage="python",
                producer=PRODUCER,
            )
            state = RunState.ABORT if ending.exit_code == INTERRUPTED else RunState.FAIL
            return self._event(state, moment, {"errorMessage": message}, inputs=_inputs(kind, inputs, None))
        window = manifest["window"]
        self._nights = (date.fromisoformat(window["first"]), date.fromisoformat(window["last"]))
        outputs = [] if ending.is_dry else [self._output(manifest)]
        found = _inputs(kind, inputs, manifest)
        return self._event(RunState.COMPLETE, moment, {}, inputs=found, outputs=outputs)

    def _event(
        self,
        state: RunState,
        moment: datetime,
        facets: dict[str, Any],
        *,
        inputs: list[InputDataset],
        outputs: list[OutputDataset] | None = None,
    ) -> RunEvent:
        engine = processing_engine_run.ProcessingEngineRunFacet(
            version=__version__, name="desirepath", producer=PRODUCER
        )
        if self._nights is not None:
            first, last = self._nights
            facets = facets | {
                "nominalTime": nominal_time_run.NominalTimeRunFacet(
                    nominalStartTime=_midnight(first, self._zone),
                    nominalEndTime=_midnight(last + timedelta(days=1), self._zone),
                    producer=PRODUCER,
                )
            }
        kind = job_type_job.JobTypeJobFacet(
            processingType="BATCH", integration="DESIREPATH", jobType="JOB", producer=PRODUCER
        )
        return RunEvent(
            eventType=state,
            eventTime=moment.isoformat(timespec="milliseconds"),
            run=Run(self._run, {"processing_engine": engine, **facets}),
            job=Job(NAMESPACE, f"{self._dataset}.run", {"jobType": kind}),
            inputs=inputs,
            outputs=outputs or [],
            producer=PRODUCER,
        )

    def _output(self, manifest: dict[str, Any]) -> OutputDataset:
        rows, files = manifest["released"]["records"], len(manifest["files"])
        fields = [
            schema_dataset.SchemaDatasetFacetFields(name=name, type=kind, description=text)
            for name, kind, text in COLUMNS
        ]
        return OutputDataset(
            NAMESPACE,
            self._dataset,
            facets={
                "version": dataset_version_dataset.DatasetVersionDatasetFacet(
                    datasetVersion=str(manifest["version"]), producer=PRODUCER
                ),
                "schema": schema_dataset.SchemaDatasetFacet(fields=fields, producer=PRODUCER),
                "dataQualityMetrics": data_quality_metrics_dataset.DataQualityMetricsDatasetFacet(
                    columnMetrics={}, rowCount=rows, fileCount=files, producer=PRODUCER
                ),
            },
            outputFacets={
                "outputStatistics": output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet(
                    rowCount=rows, fileCount=files, producer=PRODUCER
                )
            },
        )


def _inputs(kind: Kind, inputs: InputDigests | None, manifest: dict[str, Any] | None) -> list[InputDataset]:
    if inputs is None:
        return []
    commitment = inputs.commitment()
    together = [] if commitment is None else [_together(commitment, manifest)]
    return together + (_files(inputs.records()) if kind == "private" else [])


def _together(commitment: str, manifest: dict[str, Any] | None) -> InputDataset:
    """All the inputs as one dataset, with the counts that are public."""
    facets = {}
    if manifest is not None:
        read = manifest["rows"]["read"]
        facets["inputStatistics"] = input_statistics_input_dataset.InputStatisticsInputDatasetFacet(
            rowCount=read if isinstance(read, int) else None,
            fileCount=manifest["input"]["files"],
            producer=PRODUCER,
        )
    return InputDataset(NAMESPACE, f"input:{commitment}", inputFacets=dict(facets))


def _files(records: list[dict[str, Any]]) -> list[InputDataset]:
    """Each file as a dataset, for the private log alone."""
    return [
        InputDataset(
            "file",
            record["path"],
            facets=_version(record.get("sha256")),
            inputFacets={
                "inputStatistics": input_statistics_input_dataset.InputStatisticsInputDatasetFacet(
                    size=record["bytes"], fileCount=1, producer=PRODUCER
                )
            },
        )
        for record in records
    ]


def _version(sha256: str | None) -> dict[str, Any]:
    if sha256 is None:
        return {}
    facet = dataset_version_dataset.DatasetVersionDatasetFacet(
        datasetVersion=f"sha256:{sha256}", producer=PRODUCER
    )
    return {"version": facet}


def _midnight(day: date, zone: str) -> str:
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC).isoformat()
