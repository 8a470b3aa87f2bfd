from __future__ import annotations

import pytest

from etl.verify import Verified, verify_registry
from tests.etl.registries import Folder, many


@pytest.fixture
def folder(tmp_path):
    made = Folder(tmp_path / "registry")
    made.publish("2026-11-21", many("open", 20))
    made.publish("2026-11-22", many("run", 20))
    made.withdraw("2026-11-22")
    return made


def verified(folder: Folder) -> Verified:
    return verify_registry(folder.versions(), folder.names(), folder.read)


def test_a_registry_as_it_should_be(folder):
    found = verified(folder)
    assert found.faults == []
    assert found.checked == len(folder.names()) + 4


DATA = "data/2026-11-21/sequences/train-00000-of-00001.parquet"
VOCABULARY = "vocabulary/2026-11-21.json"


@pytest.mark.parametrize(
    ("change", "faults"),
    [
        ({DATA: None}, [f"{DATA} is missing"]),
        ({DATA: b"x"}, [f"{DATA} has other content"]),
        ({"data/2026-11-21/note": b""}, ["data/2026-11-21/note is in no manifest"]),
        ({"data/2026-11-22/a": b""}, ["data/2026-11-22/a is still there, though its version is withdrawn"]),
        (
            {"manifests/2026-11-22.json": b"{}"},
            ["manifests/2026-11-22.json is not the one that was withdrawn"],
        ),
        *(
            ({name: b"x"}, [f"{name} is not what the versions say it is; the next run writes it anew"])
            for name in ("README.md", "tokenizer.json", "tokenizer_config.json", "croissant.json")
        ),
        (
            {"tokenizer.json": None},
            ["tokenizer.json is not what the versions say it is; the next run writes it anew"],
        ),
        (
            {VOCABULARY: b"{}"},
            [
                f"{VOCABULARY} has other content",
                "the derived files cannot be checked: a vocabulary is not what it should be",
            ],
        ),
    ],
)
def test_each_fault_is_told(folder, change, faults):
    versions = folder.versions()
    for name, content in change.items():
        path = folder.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink() if content is None else path.write_bytes(content)
    assert verify_registry(versions, folder.names(), folder.read).faults == faults
