"""OpenLineage events hold against the specification; what leaves the registry holds only what is public."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from openlineage.client.serde import Serde
from referencing import Registry, Resource

from etl.ending import Ending
from etl.input_digests import InputDigests
from etl.lineage import WHY, Lineage
from tests.etl.test_facts import file

MANIFEST = json.loads((Path(__file__).parents[1] / "golden" / "manifest.json").read_bytes())
SPECIFICATION = Path(__file__).parent / "openlineage"


def schemas() -> Registry:
    made = Registry()
    for path in SPECIFICATION.glob("*.json"):
        content = json.loads(path.read_bytes())
        name = content["$id"]
        made = made.with_resource(name, Resource.from_contents(content))
        if (
            "DataQualityMetricsDatasetFacet" in name
        ):  # the client's is one patch ahead of the specification's folder
            made = made.with_resource(name.replace("1-0-0", "1-0-1"), Resource.from_contents(content))
    return made


def hold_against_the_specification(event: dict) -> None:
    known = schemas()

    def check(value: dict, schema: str) -> None:
        Draft202012Validator(
            {"$ref": schema}, registry=known, format_checker=Draft202012Validator.FORMAT_CHECKER
        ).validate(value)

    check(event, event["schemaURL"])
    holders = [event["run"]["facets"], event["job"]["facets"]]
    for dataset in event["inputs"] + event["outputs"]:
        holders += [dataset[name] for name in ("facets", "inputFacets", "outputFacets") if name in dataset]
    facets = [(name, facet) for holder in holders for name, facet in holder.items()]
    assert len(facets) >= 3
    for name, facet in facets:
        check({name: facet}, facet["_schemaURL"].partition("#")[0])
        check(facet, facet["_schemaURL"])


@pytest.fixture
def inputs(tmp_path):
    paths = [tmp_path / "jane.doe" / f"{name}.jsonl" for name in ("quokka1", "quokka2")]
    for path in paths:
        path.parent.mkdir(exist_ok=True)
        path.write_text(path.name)
    made = InputDigests([file(path, index=n) for n, path in enumerate(paths)], b"k" * 32)
    made.wait(10)
    return made


def lineage(
    nights: tuple[date, date] | None = (date(2026, 11, 3), date(2026, 11, 3)), zone: str = "UTC"
) -> Lineage:
    began = datetime(2026, 11, 4, 2, 17, tzinfo=UTC)
    return Lineage(dataset="registry", run_id="run-1", began=began, nights=nights, zone=zone)


def told(event) -> dict:
    return json.loads(Serde.to_json(event))


ENDED = Ending(0, 1_000.0, 1_012.5, manifest=MANIFEST | {"code_version": "0.1.0"}, gates=[])


@pytest.mark.parametrize("kind", ["private", "public"])
def test_a_run_that_published(kind, inputs):
    run = lineage()
    start, complete = told(run.start(kind, inputs)), told(run.end(kind, inputs, ENDED))
    for event in (start, complete):
        hold_against_the_specification(event)
    assert (start["eventType"], complete["eventType"]) == ("START", "COMPLETE")
    assert start["run"]["runId"] == complete["run"]["runId"]
    assert start["job"]["name"] == complete["job"]["name"] == "registry.run"
    nominal = start["run"]["facets"]["nominalTime"]
    assert nominal["nominalStartTime"] == "2026-11-03T00:00:00+00:00"
    assert nominal["nominalEndTime"] == "2026-11-04T00:00:00+00:00"
    (output,) = complete["outputs"]
    assert output["facets"]["version"]["datasetVersion"] == "2026-11-03"
    assert output["facets"]["dataQualityMetrics"]["rowCount"] == MANIFEST["released"]["records"]
    assert [field["name"] for field in output["facets"]["schema"]["fields"]] == [
        "actions",
        "length",
        "people",
        "occurrences",
    ]
    together = complete["inputs"][0]
    assert together["name"] == f"input:{inputs.commitment()}"
    assert together["inputFacets"]["inputStatistics"]["rowCount"] == MANIFEST["rows"]["read"]
    assert len(complete["inputs"]) == (3 if kind == "private" else 1)


def test_what_is_public_names_no_file_and_has_no_plain_digest_or_size(inputs):
    run = lineage()
    events = [run.start("public", inputs), run.end("public", inputs, ENDED)]
    said = "".join(Serde.to_json(event) for event in events)
    digest = hashlib.sha256(b"quokka1.jsonl").hexdigest()
    for secret in ("jsonl", "jane", "quokka", digest, '"size"'):
        assert secret not in said
    private = "".join(
        Serde.to_json(event) for event in (run.start("private", inputs), run.end("private", inputs, ENDED))
    )
    assert "jane.doe/quokka1.jsonl" in private
    assert f"sha256:{digest}" in private


def test_a_count_that_is_not_shown_is_not_there(inputs):
    hidden = MANIFEST | {"rows": {"read": "< 10", "kept": "< 10", "rejected": {}, "dropped": {}}}
    event = told(lineage().end("public", inputs, Ending(0, 1.0, 2.0, manifest=hidden)))
    hold_against_the_specification(event)
    assert "rowCount" not in event["inputs"][0]["inputFacets"]["inputStatistics"]


@pytest.mark.parametrize(
    ("code", "state"), [(2, "FAIL"), (3, "FAIL"), (70, "FAIL"), (75, "FAIL"), (130, "ABORT")]
)
def test_a_run_that_failed(code, state):
    event = told(lineage().end("public", None, Ending(code, 1.0, 2.0)))
    hold_against_the_specification(event)
    assert event["eventType"] == state
    assert event["run"]["facets"]["errorMessage"]["message"] == f"exit code {code}: {WHY.get(code, 'a bug')}"
    assert event["outputs"] == []


def test_a_dry_run_has_no_output(inputs):
    event = told(lineage().end("private", inputs, Ending(0, 1.0, 2.0, manifest=MANIFEST, is_dry=True)))
    assert event["outputs"] == []


def test_nights_begin_at_midnight_where_they_are(inputs):
    nights = (date(2026, 10, 25), date(2026, 10, 25))  # clocks go back in Berlin
    nominal = told(lineage(nights, "Europe/Berlin").start("public", None))["run"]["facets"]["nominalTime"]
    assert nominal["nominalStartTime"] == "2026-10-24T22:00:00+00:00"
    assert nominal["nominalEndTime"] == "2026-10-25T23:00:00+00:00"


def test_the_whole_of_time_has_no_nominal_time_until_it_is_known(inputs):
    run = lineage(None)
    assert "nominalTime" not in told(run.start("private", inputs))["run"]["facets"]
    assert "nominalTime" in told(run.end("private", inputs, ENDED))["run"]["facets"]
