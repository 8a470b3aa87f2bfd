"""The Croissant metadata, judged by `mlcroissant`: what it validates, and what it reads."""

from __future__ import annotations

import json
import logging
from collections import Counter

import mlcroissant
import pytest

from tests.etl.registries import Folder, many
from transforms.records import record_digest, split_of

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*:DeprecationWarning:rdflib", "ignore:.*:DeprecationWarning:mlcroissant"
)
"""What the libraries below say of themselves."""

FIRST, SECOND = many("Mail open", 80), many("Editor run", 60)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = Folder(tmp_path_factory.mktemp("croissant") / "registry")
    made.publish("2026-11-21", FIRST)
    made.publish("2026-11-22", SECOND)
    made.publish("2026-11-23", {("gone", "away"): 10})
    made.withdraw("2026-11-23")
    made.publish("2026-11-24", {})
    return made


def open_dataset(folder: Folder, caplog: pytest.LogCaptureFixture) -> mlcroissant.Dataset:
    with caplog.at_level(logging.WARNING):
        return mlcroissant.Dataset(folder.root / "croissant.json")


def text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def test_it_validates_without_errors_and_warnings(folder, caplog):
    dataset = open_dataset(folder, caplog)
    assert dataset.metadata.issues.errors == set()
    assert dataset.metadata.issues.warnings == set()
    assert [record.getMessage() for record in caplog.records] == []


def test_record_sets_are_the_configs_of_load_dataset(folder, caplog):
    names = [record_set.name for record_set in open_dataset(folder, caplog).metadata.record_sets]
    nights = ("2026-11-21", "2026-11-22")
    assert names == ["default", *(name for night in nights for name in (night, f"{night}-actions"))]


@pytest.mark.parametrize(
    ("name", "records"),
    [
        ("2026-11-21", {row: n for row, n in FIRST.items() if len(row) > 1}),
        ("2026-11-21-actions", {row: n for row, n in FIRST.items() if len(row) == 1}),
        ("default", {row: n for row, n in (FIRST | SECOND).items() if len(row) > 1}),
    ],
)
def test_it_reads_what_was_published(folder, caplog, name, records):
    read = list(open_dataset(folder, caplog).records(name))
    found = {
        tuple(map(text, row[f"{name}/actions"])): (
            row[f"{name}/occurrences"],
            row[f"{name}/length"],
            row[f"{name}/people"],
            text(row[f"{name}/split"]),
        )
        for row in read
    }
    assert found == {row: (n, len(row), 10, split_of(record_digest(row))) for row, n in records.items()}
    assert len(read) == len(records)
    assert len(Counter(values[3] for values in found.values())) == 3 or name.endswith("-actions")


@pytest.mark.parametrize("split", ["train", "validation", "test"])
@pytest.mark.parametrize("name", ["default", "2026-11-21"])
def test_a_filter_by_split_gives_the_rows_of_the_split(folder, caplog, name, split):
    rows = FIRST if name == "2026-11-21" else FIRST | SECOND
    wanted = {row for row in rows if len(row) > 1 and split_of(record_digest(row)) == split}
    read = list(open_dataset(folder, caplog).records(name, filters={f"{name}/split": split}))
    assert {tuple(map(text, row[f"{name}/actions"])) for row in read} == wanted
    assert len(read) == len(wanted) > 0
    assert {text(row[f"{name}/split"]) for row in read} == {split}


def test_digests_are_those_of_the_files(folder):
    content = json.loads((folder.root / "croissant.json").read_bytes())
    objects = {o["contentUrl"]: o["sha256"] for o in content["distribution"] if o["@type"] == "cr:FileObject"}
    assert objects == {
        file["path"]: file["sha256"] for version in folder.versions() for file in version.files
    }
    assert "2026-11-23" not in json.dumps(content["distribution"])


def test_an_empty_registry_validates(tmp_path, caplog):
    dataset = open_dataset(Folder(tmp_path / "registry"), caplog)
    assert dataset.metadata.issues.errors == set()
    assert list(dataset.metadata.record_sets) == []
