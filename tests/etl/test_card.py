"""The dataset card: what `load_dataset` obeys, and what a person reads."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from etl.card import card_version, render_card
from tests.etl.registries import Folder, many


def head(card: str) -> dict[str, Any]:
    return yaml.safe_load(card.split("---")[1])


def configs(card: str) -> dict[str, Any]:
    return {config["config_name"]: config for config in head(card)["configs"]}


@pytest.fixture
def folder(tmp_path):
    made = Folder(tmp_path / "registry")
    made.publish("2026-11-20", many("Mail open", 60))
    made.publish("2026-11-21", many("Editor run", 60))
    return made


def card(folder: Folder) -> str:
    return folder.read("README.md").decode()


def test_a_config_per_version_and_kind_and_one_over_all(folder):
    found = configs(card(folder))
    names = ["default", "2026-11-20", "2026-11-20-actions", "2026-11-21", "2026-11-21-actions"]
    assert list(found) == names == [info["config_name"] for info in head(card(folder))["dataset_info"]]
    train = found["default"]["data_files"][0]
    assert train["split"] == "train"
    assert [path.split("/")[1] for path in train["path"]] == ["2026-11-20", "2026-11-21"]


def test_the_cache_of_datasets_sees_other_content(folder, tmp_path):
    other = Folder(tmp_path / "other")
    other.publish("2026-11-20", many("Mail shut", 60))
    mine, theirs = (configs(card(each))["2026-11-20"]["description"] for each in (folder, other))
    assert mine != theirs


def test_a_withdrawn_version_is_told_and_has_no_config(folder):
    before = configs(card(folder))["default"]["description"]
    folder.withdraw("2026-11-20", "a | wrong\n<b>mapping</b>")
    found = configs(card(folder))
    assert list(found) == ["default", "2026-11-21", "2026-11-21-actions"]
    assert found["default"]["description"] != before
    row = next(line for line in card(folder).splitlines() if line.startswith("| 2026-11-20 "))
    assert "**withdrawn** 2026-12-01: a \\| wrong &lt;b&gt;mapping&lt;/b&gt;" in row
    assert "| 2026-11-21 | live | 2026-11-21 | 10 | 60 people | 75 | 62.5% |" in card(folder)


def test_without_a_live_version_default_has_no_files(folder):
    folder.withdraw("2026-11-20")
    folder.withdraw("2026-11-21")
    assert list(configs(card(folder))) == ["default"]
    assert configs(card(folder))["default"]["data_files"] == []
    assert head(card(folder))["dataset_info"][0]["version"] == card_version([]) == "1.1.1"


def test_statistics_are_sums_of_the_manifests(folder):
    table = card(folder).split("## Statistics")[1]
    assert f"| 2 | 120 | {'█' * 40} |" in table
    assert f"| 1 | 30 | {'█' * 10} |" in table
    assert f"| 10 | 150 | {'█' * 40} |" in table
    folder.withdraw("2026-11-20")
    assert "| 2 | 60 |" in card(folder).split("## Statistics")[1]


def test_the_policy_in_force_is_told(folder):
    assert "*k* = 10, *j* = 3, *c* = 20, *C* = 5000, *N_min* = 50" in card(folder)
    policy = folder.versions()[0].manifest["policy"] | {"k": 6, "allow_low_k": True, "participation": "none"}
    folder.publish("2026-11-22", many("x", 4), k=6, policy=policy, privacy={"people_counted_as": "accounts"})
    assert "*k* = 6 or 10" in card(folder)
    assert "6 (**below 10, allowed by flag**)" in card(folder)
    assert "one person with two counts twice" in card(folder)


def test_it_has_every_part_that_a_reader_needs(folder):
    titles = [line[3:] for line in card(folder).splitlines() if line.startswith("## ")]
    assert titles == [
        "How it was made",
        "Versions",
        "Columns and splits",
        "Statistics",
        "What is guaranteed, and what is not",
        "What it may be used for",
        "How to load it",
        "Tokenizer",
        "How to cite",
        "Withdrawals and questions",
    ]
    assert "@misc{desirepath-2026-11-21," in card(folder)


def test_who_to_ask_is_told_where_it_is_known(folder):
    assert "the data stewards who gave you access" in card(folder)
    policy = folder.versions()[0].manifest["policy"] | {"contact": "stewards@example.org"}
    folder.publish("2026-11-22", many("x", 4), policy=policy)
    assert "Contact: stewards@example.org." in card(folder)


def test_what_was_not_stated_and_what_was_not_released(tmp_path):
    folder = Folder(tmp_path / "registry")
    policy = {"allow_low_k": False, "min_outside_unit": 0, "participation": "none"}
    stated = dict.fromkeys(("purpose", "works_agreement"), "not stated")
    version = folder.publish("2026-11-21", {}, policy=policy | stated)
    assert "| 0 (nothing could be released) | 0 % | not stated | not stated |" in card(folder)
    assert "counts accounts, not people" in card(folder)
    assert render_card([version]) == card(folder)


@pytest.mark.parametrize(("rows", "size"), [(75, "n<1K"), (1_500, "1K<n<10K")])
def test_the_size_as_the_hub_words_it(tmp_path, rows, size):
    folder = Folder(tmp_path / "registry")
    folder.publish("2026-11-21", {(f"a {at}", "b"): 10 for at in range(rows)})
    assert head(card(folder))["size_categories"] == [size]
