from __future__ import annotations

import json

import pytest

from etl.errors import StorageError
from etl.vocabulary import SPECIAL, live_vocabulary, next_id, write_vocabulary
from tests.etl.registries import Folder


def numbers(folder: Folder) -> dict[str, int]:
    return live_vocabulary(folder.versions(), folder.read)


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path / "registry")


def test_the_first_version_numbers_in_sorted_order_after_the_special_ones(folder):
    version = folder.publish("2026-11-21", {("b", "a"): 10, ("c",): 10})
    assert numbers(folder) == {"a": 4, "b": 5, "c": 6}
    assert version.manifest["tokenizer"] == {"next_id": 7, "new": 3}


def test_an_action_keeps_its_number_and_a_new_one_gets_the_next(folder):
    folder.publish("2026-11-21", {("m", "z"): 10})
    version = folder.publish("2026-11-22", {("a", "z"): 10})
    assert numbers(folder) == {"m": 4, "z": 5, "a": 6}
    assert version.manifest["tokenizer"] == {"next_id": 7, "new": 1}


def test_a_night_that_comes_late_does_not_move_numbers(folder):
    folder.publish("2026-11-22", {("m", "z"): 10})
    before = numbers(folder)
    folder.publish("2026-11-20", {("a", "z"): 10})
    assert before.items() <= numbers(folder).items()
    assert numbers(folder)["a"] == 6


def test_a_withdrawn_number_never_comes_again(folder):
    folder.publish("2026-11-21", {("a", "b"): 10})
    folder.publish("2026-11-22", {("b", "c"): 10})
    folder.withdraw("2026-11-21")
    assert numbers(folder) == {"b": 5, "c": 6}  # b lives on in the other one
    folder.withdraw("2026-11-22")
    assert numbers(folder) == {}
    assert next_id(folder.versions()) == 7
    folder.publish("2026-11-23", {("a", "b"): 10})  # not the numbers of before: those tokens were withdrawn
    assert numbers(folder) == {"a": 7, "b": 8}


def test_a_run_again_finds_the_same_numbers(folder, tmp_path):
    folder.publish("2026-11-21", {("a", "b"): 10})
    again = write_vocabulary(
        tmp_path / "vocabulary.json", "2026-11-21", {"a", "b"}, folder.versions(), folder.read
    )
    tokens = [
        json.loads(path.read_bytes())["tokens"]
        for path in (tmp_path / "vocabulary.json", folder.root / "vocabulary/2026-11-21.json")
    ]
    assert tokens[0] == tokens[1]
    assert again["tokenizer"] == {"next_id": 6, "new": 0}


def test_nothing_released_leaves_no_file(folder, tmp_path):
    said = write_vocabulary(tmp_path / "vocabulary.json", "2026-11-21", set(), folder.versions(), folder.read)
    assert said == {"tokenizer": {"next_id": len(SPECIAL), "new": 0}, "vocabulary_file": None}
    assert list(tmp_path.glob("*.json")) == []


def test_an_action_called_like_a_special_token_gets_no_number_of_its_own(folder):
    folder.publish("2026-11-21", {("[PAD]", "a"): 10})
    assert numbers(folder) == {"a": 4}


def test_a_vocabulary_of_other_content_is_refused(folder):
    folder.publish("2026-11-21", {("a", "b"): 10})
    (folder.root / "vocabulary/2026-11-21.json").write_text('{"tokens": {"a": 9}}')
    with pytest.raises(StorageError, match="not what its manifest says"):
        numbers(folder)


@pytest.mark.parametrize("other", [{"a": 9}, {"x": 4}])
def test_vocabularies_that_contradict_each_other_are_refused(folder, other):
    from hashlib import sha256

    folder.publish("2026-11-21", {("a", "b"): 10})
    content = json.dumps({"tokens": other}).encode()
    path = folder.root / "vocabulary/2026-11-22.json"
    path.write_bytes(content)
    manifest = folder.versions()[0].manifest | {
        "version": "2026-11-22",
        "vocabulary_file": {"path": "vocabulary/2026-11-22.json", "sha256": sha256(content).hexdigest()},
    }
    (folder.root / "manifests/2026-11-22.json").write_text(json.dumps(manifest))
    with pytest.raises(StorageError, match="contradicts"):
        numbers(folder)
