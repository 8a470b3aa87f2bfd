from __future__ import annotations

import json
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest
from tokenizers import Tokenizer

from etl.errors import ConfigError, StorageError
from etl.pull import as_of, by_name, pull
from etl.verify import verify_registry
from etl.versions import Version
from tests.etl.registries import Folder, many

NIGHTS = ("2026-11-20", "2026-11-21", "2026-11-22", "2026-11-23")


@pytest.fixture
def folder(tmp_path):
    made = Folder(tmp_path / "registry")
    for at, night in enumerate(NIGHTS):
        made.publish(night, many(f"step of {at}", 30) | {("shared", "by all"): 40})
    made.withdraw("2026-11-21", "a wrong mapping")
    return made


def content(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def of_versions(files: dict[str, bytes]) -> dict[str, bytes]:
    return {
        name: held for name, held in files.items() if name.startswith(("data/", "manifests/", "vocabulary/"))
    }


def test_one_version_comes_with_everything_of_it(folder, tmp_path):
    pulled = pull([by_name(folder.versions(), "2026-11-22")], folder.read, tmp_path / "copy")
    files = content(tmp_path / "copy")
    there = content(folder.root)
    assert of_versions(files) == {
        name: held for name, held in of_versions(there).items() if "2026-11-22" in name
    }
    derived = {"README.md", "tokenizer.json", "tokenizer_config.json", "croissant.json"}
    assert files.keys() - of_versions(files).keys() == derived
    assert "vocabulary/2026-11-22.json" in files
    assert (pulled.versions, pulled.files, pulled.size_bytes) == (
        ["2026-11-22"],
        len(files),
        sum(map(len, files.values())),
    )


def test_as_of_is_every_live_version_up_to_that_night_and_no_other(folder, tmp_path):
    chosen = as_of(folder.versions(), date(2026, 11, 22))
    assert [version.name for version in chosen] == [
        "2026-11-20",
        "2026-11-22",
    ]  # that night too, no withdrawn one
    pull(chosen, folder.read, tmp_path / "copy")
    there = of_versions(content(folder.root))
    wanted = {name: held for name, held in there.items() if "2026-11-20" in name or "2026-11-22" in name}
    assert of_versions(content(tmp_path / "copy")) == wanted


def test_the_copy_speaks_of_what_is_in_it_only(folder, tmp_path):
    pull([by_name(folder.versions(), "2026-11-22")], folder.read, tmp_path / "copy")
    for name in ("README.md", "croissant.json"):
        text = (tmp_path / "copy" / name).read_text()
        assert "2026-11-22" in text
        assert not any(other in text for other in NIGHTS if other != "2026-11-22")


def test_numbers_of_actions_are_the_registrys(folder, tmp_path):
    pull([by_name(folder.versions(), "2026-11-23")], folder.read, tmp_path / "copy")
    part, whole = (
        {
            action: number
            for action, number in Tokenizer.from_file(str(root / "tokenizer.json")).get_vocab().items()
            if not action.startswith("[unused")
        }
        for root in (tmp_path / "copy", folder.root)
    )
    assert part.items() < whole.items()


def test_a_copy_is_a_registry_to_look_at(folder, tmp_path):
    copy = tmp_path / "copy"
    pull(as_of(folder.versions(), date(2026, 11, 30)), folder.read, copy)
    versions = [Version(json.loads(path.read_text())) for path in sorted((copy / "manifests").iterdir())]
    names = [name for name in content(copy) if name.startswith("data/")]
    assert verify_registry(versions, names, lambda name: (copy / name).read_bytes()).faults == []


def test_a_withdrawn_version_is_refused_with_its_reason(folder):
    with pytest.raises(ConfigError, match=r"withdrawn on 2026-12-01.*a wrong mapping"):
        by_name(folder.versions(), "2026-11-21")


def test_what_there_is_not_is_refused(folder):
    with pytest.raises(ConfigError, match="no version of that name"):
        by_name(folder.versions(), "2026-11-25")
    with pytest.raises(ConfigError, match="no live version up to 2026-11-19"):
        as_of(folder.versions(), date(2026, 11, 19))


def test_again_is_no_work_and_other_content_is_refused(folder, tmp_path):
    copy = tmp_path / "copy"
    chosen = [by_name(folder.versions(), "2026-11-22")]
    assert not pull(chosen, folder.read, copy).already_there
    assert pull(chosen, folder.read, copy).already_there
    before = content(copy)
    with pytest.raises(ConfigError, match="holds other content"):
        pull([by_name(folder.versions(), "2026-11-20")], folder.read, copy)
    assert content(copy) == before
    (copy / "data" / "note.txt").write_text("mine")
    with pytest.raises(ConfigError, match="holds other content"):
        pull(chosen, folder.read, copy)


def test_an_empty_folder_is_filled(folder, tmp_path):
    (tmp_path / "copy").mkdir()
    pull([by_name(folder.versions(), "2026-11-22")], folder.read, tmp_path / "copy")
    assert (tmp_path / "copy" / "README.md").exists()


def test_a_file_of_other_content_stops_it_and_leaves_nothing(folder, tmp_path):
    chosen = by_name(folder.versions(), "2026-11-22")
    path = folder.root / chosen.files[0]["path"]
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(StorageError, match="not what its manifest says"):
        pull([chosen], folder.read, tmp_path / "copy")
    assert [path.name for path in tmp_path.iterdir()] == ["registry"]


def test_a_disk_that_changes_what_was_written_is_noticed(folder, tmp_path, monkeypatch):
    """The digest is of what lies on disk, not of what was read."""
    import etl.pull

    write = etl.pull._write
    monkeypatch.setattr(etl.pull, "_write", lambda path, held: write(path, held[:-1]))
    with pytest.raises(StorageError, match="not what its manifest says"):
        pull([by_name(folder.versions(), "2026-11-22")], folder.read, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_a_version_that_goes_meanwhile_stops_it(folder, tmp_path):
    chosen = [by_name(folder.versions(), "2026-11-22")]
    folder.withdraw("2026-11-22")
    with pytest.raises(StorageError, match="cannot be read in the registry"):
        pull(chosen, folder.read, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


@pytest.mark.parametrize(
    "path", ["../outside.parquet", "data/../../outside.parquet", "/etc/passwd", "reports/x"]
)
def test_a_manifest_that_points_elsewhere_is_not_followed(folder, tmp_path, path):
    version = by_name(folder.versions(), "2026-11-22")
    lying = Version(
        version.manifest | {"files": [{"path": path, "sha256": sha256(b"").hexdigest(), "rows": 1}]}
    )
    with pytest.raises(StorageError, match="outside data/"):
        pull([lying], lambda name: b"" if name == path else folder.read(name), tmp_path / "copy")
