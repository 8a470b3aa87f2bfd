from __future__ import annotations

import pytest

from tests.hub.endpoints import small
from tests.hub.registries import REPO, add_version, new_registry, push, withdraw
from tests.hub.stand_in import TOKEN, Repo


@pytest.mark.parametrize(
    "repo", ["paths", "a/b/c", "acme/", "acme/-x", "acme/x--y", "acme/x.git", "acme/pa ths", "../x"]
)
def test_a_bad_name_is_refused_before_anything_is_sent(repo, world, endpoint, registry):
    assert push(registry, endpoint, "--repo", repo) == 2
    assert world.requests == []


@pytest.mark.parametrize(
    "address", ["http://hub.example.org", "ftp://127.0.0.1", "hub.example.org", "https://"]
)
def test_the_token_travels_encrypted_or_not_at_all(address, registry, capsys):
    assert push(registry, address) == 2
    assert "--endpoint" in capsys.readouterr().err


@pytest.mark.parametrize("tag", ["v2026-11-22", "a b", "-a", "x.lock"])
def test_a_bad_tag_is_refused(tag, world, endpoint, registry):
    assert push(registry, endpoint, "--tag", tag) == 2
    assert world.requests == []


def test_without_a_token_nothing_is_sent(world, endpoint, registry, monkeypatch, capsys):
    monkeypatch.delenv("HF_TOKEN")
    assert push(registry, endpoint) == 2
    assert "HF_TOKEN" in capsys.readouterr().err
    assert world.requests == []


def test_a_token_file_goes_before_the_environment(world, endpoint, registry, monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("HF_TOKEN", "hf_another")
    (tmp_path / "token").write_text(TOKEN + "\n")
    assert push(registry, endpoint, "--token-file", str(tmp_path / "token")) == 0
    (tmp_path / "token").write_text("hf_secret one\nhf_secret two")
    assert push(registry, endpoint, "--token-file", str(tmp_path / "token")) == 2
    assert push(registry, endpoint, "--token-file", str(tmp_path / "missing")) == 2
    assert "hf_" not in capsys.readouterr().err


def test_a_token_that_the_hub_does_not_know_is_a_wrong_configuration(world, endpoint, registry, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_another")
    assert push(registry, endpoint) == 2
    assert world.repos == {}


def test_nobody_listens(registry, capsys, monkeypatch):
    from huggingface_hub.utils import _http

    monkeypatch.setattr(_http.time, "sleep", lambda _: None)
    assert push(registry, "http://127.0.0.1:9") == 74
    assert "connection failed" in capsys.readouterr().err


def test_a_public_repository_takes_an_explicit_wish(world, endpoint, registry, capsys):
    repo = world.repos[REPO] = Repo(private=False)
    repo.commit("initial commit", {".gitattributes": small(b"")})
    assert push(registry, endpoint) == 2
    assert "--public" in capsys.readouterr().err
    assert world.changes() == []
    assert push(registry, endpoint, "--public") == 0


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"k": 5}, "k below 10"),
        ({"simulated": True}, "simulated"),
        (
            {
                "policy": {
                    "allow_low_k": False,
                    "participation": "none",
                    "min_outside_unit": 0,
                    "purpose": "",
                    "works_agreement": "",
                }
            },
            "accounts",
        ),
    ],
)
def test_what_is_not_protected_goes_to_members_only(fields, why, world, endpoint, tmp_path, capsys):
    registry = new_registry(tmp_path / "weak", {})
    add_version(registry, "2026-11-21", **fields)
    assert push(registry, endpoint, "--public") == 2
    assert why in capsys.readouterr().err
    assert world.repos == {}
    assert push(registry, endpoint) == 0
    assert world.repos[REPO].private


def test_who_answers_for_it_may_publish_it(world, endpoint, tmp_path):
    registry = new_registry(tmp_path / "weak", {})
    add_version(registry, "2026-11-21", k=5)
    assert push(registry, endpoint, "--public", "--allow-unprotected") == 0
    assert not world.repos[REPO].private


def test_a_weak_version_that_is_there_already_counts_too(world, endpoint, tmp_path):
    registry = new_registry(tmp_path / "weak", {"2026-11-22": 10})
    add_version(registry, "2026-11-21", k=5)
    assert push(registry, endpoint, "--public", "--allow-unprotected") == 0
    assert push(registry, endpoint, "--public", "--version", "2026-11-22") == 2


def test_somebody_elses_repository_is_left_alone(world, endpoint, registry, capsys):
    repo = world.repos[REPO] = Repo(private=True)
    repo.commit("theirs", {"README.md": small(b"theirs"), "train.csv": small(b"a,b")})
    assert push(registry, endpoint) == 2
    assert "not empty" in capsys.readouterr().err
    assert world.changes() == []


def test_another_registrys_repository_is_left_alone(world, endpoint, registry, tmp_path, capsys):
    assert push(new_registry(tmp_path / "other", {"2026-10-01": 10}), endpoint) == 0
    world.requests.clear()
    assert push(registry, endpoint) == 2
    assert "2026-10-01" in capsys.readouterr().err
    assert world.changes() == []


def test_a_version_with_another_manifest_is_a_conflict(world, endpoint, registry, tmp_path):
    assert push(registry, endpoint) == 0
    world.requests.clear()
    assert push(new_registry(tmp_path / "twin", {"2026-11-21": 41, "2026-11-22": 40}), endpoint) == 5
    assert world.changes() == []


def test_a_file_in_no_manifest_is_a_conflict(world, endpoint, registry):
    assert push(registry, endpoint) == 0
    repo = world.repos[REPO]
    repo.commit(
        "by hand", repo.tree | {"data/2026-11-21/sequences/train-00009-of-00009.parquet": small(b"x")}
    )
    world.requests.clear()
    assert push(registry, endpoint) == 5
    assert world.changes() == []


def test_a_withdrawn_version_does_not_come_back(world, endpoint, registry, tmp_path):
    assert push(registry, endpoint) == 0
    restored = new_registry(tmp_path / "restored", {"2026-11-21": 40, "2026-11-22": 40})
    withdraw(registry, "2026-11-21")
    assert push(registry, endpoint) == 0
    world.requests.clear()
    assert push(restored, endpoint) == 5
    assert world.changes() == []


def test_files_that_the_hub_stores_as_small_ones_are_compared_too(world, endpoint, registry):
    world.large_from = 1 << 30
    assert push(registry, endpoint) == 0
    world.requests.clear()
    assert push(registry, endpoint) == 0
    assert world.changes() == []


@pytest.mark.parametrize(
    "flags",
    [("--version", "2026-01-01"), ("--as-of", "yesterday"), ("--version", "x", "--as-of", "2026-11-21")],
)
def test_a_choice_that_makes_no_sense_is_refused(flags, world, endpoint, registry):
    assert push(registry, endpoint, *flags) == 2
    assert world.requests == []


def test_a_folder_that_is_no_registry(world, endpoint, tmp_path):
    from etl.registry import Registry

    assert push(Registry(tmp_path), endpoint) == 2
