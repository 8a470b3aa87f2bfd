from __future__ import annotations

import pytest
import yaml
from huggingface_hub import constants

from etl.hub.source import DERIVED
from tests.hub.registries import REPO, add_version, push, withdraw
from tests.hub.stand_in import TOKEN, Fault, Repo, World


def named(repo: Repo, commit: str) -> set[str]:
    """The data files that the card of a commit names."""
    card = repo.trees[commit].get("README.md")
    if card is None:
        return set()
    configs = yaml.safe_load((card.content or b"").decode().split("---")[1])["configs"]
    return {path for config in configs for files in config["data_files"] for path in files["path"]}


def assert_safe(world: World) -> None:
    """At no commit does a card name what is not there, or is data there without a card."""
    repo = world.repos[REPO]
    for commit in repo.commits:
        tree = repo.trees[commit]
        assert named(repo, commit) <= tree.keys()
        assert "README.md" in tree or not any(path.startswith("data/") for path in tree)
        assert not any(path.startswith((".private", "reports")) for path in tree)


def test_everything_public_arrives_and_nothing_else(world, endpoint, registry):
    assert push(registry, endpoint) == 0
    repo = world.repos[REPO]
    local = {str(p.relative_to(registry.root)) for p in registry.root.rglob("*") if p.is_file()}
    public = {p for p in local if p.startswith(("data/", "manifests/")) or p in DERIVED}
    assert repo.tree.keys() - {".gitattributes"} == public
    for path in public:
        assert world.content(repo.tree[path]) == (registry.root / path).read_bytes()
    assert repo.private
    assert repo.tags == {"v2026-11-21": repo.head, "v2026-11-22": repo.head}
    assert "manifest sha256" in repo.messages["v2026-11-21"]
    assert repo.titles[1:] == [
        "Card of what is here",
        "Version 2026-11-21",
        "Version 2026-11-22",
        "Card of 2 versions",
    ]
    assert_safe(world)


def test_a_second_push_changes_nothing(world, endpoint, registry):
    assert push(registry, endpoint) == 0
    world.requests.clear()
    assert push(registry, endpoint) == 0
    assert world.changes() == []


def test_the_next_night_sends_its_own_files_only(world, endpoint, registry):
    assert push(registry, endpoint) == 0
    first = world.repos[REPO].head
    add_version(registry, "2026-11-23")
    world.requests.clear()
    assert push(registry, endpoint) == 0
    repo = world.repos[REPO]
    uploads = [path for method, path in world.requests if method == "PUT"]
    assert len(uploads) == len(registry.manifest("2026-11-23")["files"])
    assert repo.titles[-2:] == ["Version 2026-11-23", "Card of 3 versions"]
    assert repo.tags["v2026-11-22"] == first
    assert repo.tags["v2026-11-23"] == repo.head


def test_one_version_has_a_card_of_its_own(world, endpoint, registry):
    assert push(registry, endpoint, "--version", "2026-11-22") == 0
    assert world.repos[REPO].tags.keys() == {"v2026-11-22"}
    assert named(world.repos[REPO], world.repos[REPO].head) == {
        file["path"] for file in registry.manifest("2026-11-22")["files"]
    }
    assert push(registry, endpoint, "--as-of", "2026-11-21") == 0
    assert world.repos[REPO].tags.keys() == {"v2026-11-21", "v2026-11-22"}
    assert world.content(world.repos[REPO].tree["README.md"]) == (registry.root / "README.md").read_bytes()
    assert_safe(world)


@pytest.mark.parametrize("kind", ["refuse", "lose"])
def test_interrupted_at_any_request_it_is_resumed(kind, world, endpoint, small_registry):
    """A push of a new night, while an old one is withdrawn: everything that a push can do."""

    registry = small_registry

    def fresh() -> None:
        world.repos.clear()
        world.store.clear()
        world.requests.clear()
        world.fault = None

    def whole() -> tuple[object, ...]:
        repo = world.repos[REPO]
        return world.files(REPO), sorted(repo.tags), sorted(world.store), sorted(repo.stored)

    assert push(registry, endpoint, "--version", "2026-11-21") == 0
    base = world.repos[REPO].trees[world.repos[REPO].head], dict(world.store)
    withdraw(registry, "2026-11-21")
    add_version(registry, "2026-11-23", 1)

    def start() -> None:
        fresh()
        repo = world.repos[REPO] = Repo(True)
        repo.commit("before", dict(base[0]))
        repo.tags["v2026-11-21"] = repo.head
        world.store |= base[1]

    start()
    assert push(registry, endpoint) == 0
    expected, requests = whole(), len(world.requests)
    assert requests > 20
    for number in range(1, requests + 1):
        start()
        world.fault = Fault(number, kind)
        assert push(registry, endpoint) == 74, f"request {number}"
        assert_safe(world)
        world.fault = None
        assert push(registry, endpoint) == 0, f"request {number}"
        assert whole() == expected, f"request {number}"
        assert_safe(world)


def test_a_first_push_interrupted_at_any_request_is_resumed(world, endpoint, small_registry):
    registry = small_registry
    assert push(registry, endpoint) == 0
    expected, requests = world.files(REPO), len(world.requests)
    for number in range(1, requests + 1):
        world.repos.clear()
        world.store.clear()
        world.requests.clear()
        world.fault = Fault(number, "lose")
        assert push(registry, endpoint) == 74, f"request {number}"
        world.fault = None
        assert push(registry, endpoint) == 0, f"request {number}"
        assert world.files(REPO) == expected
        assert world.repos[REPO].tags.keys() == {"v2026-11-21", "v2026-11-22"}
        assert_safe(world)


def test_a_connection_cut_in_an_upload_is_tried_again(world, endpoint, registry):
    assert push(registry, endpoint) == 0
    upload = next(n for n, (method, _) in enumerate(world.requests, 1) if method == "PUT")
    expected = world.files(REPO)
    world.repos.clear()
    world.store.clear()
    world.requests.clear()
    world.fault = Fault(upload, "cut", on=False)
    assert push(registry, endpoint) == 0
    assert world.files(REPO) == expected


def test_a_short_outage_is_waited_for(world, endpoint, registry):
    assert push(registry, endpoint) == 0
    upload = next(n for n, (method, _) in enumerate(world.requests, 1) if method == "PUT")
    world.repos.clear()
    world.store.clear()
    world.requests.clear()
    world.fault = Fault(upload, "refuse", status=503, on=False)
    assert push(registry, endpoint) == 0
    assert_safe(world)


def test_a_withdrawn_version_is_gone_from_files_card_tags_and_history(world, endpoint, registry):
    assert push(registry, endpoint) == 0
    before = world.repos[REPO].head
    digests = {file["sha256"] for file in registry.manifest("2026-11-21")["files"]}
    assert digests <= world.store.keys()
    withdraw(registry, "2026-11-21")
    assert push(registry, endpoint) == 0
    repo = world.repos[REPO]
    assert repo.titles[-1] == "Withdraw 2026-11-21"
    assert len(repo.commits) == repo.commits.index(before) + 2, "one commit: data and config go together"
    assert not any(path.startswith("data/2026-11-21/") for path in repo.tree)
    assert {"manifests/2026-11-21.json", "withdrawn/2026-11-21.json"} <= repo.tree.keys()
    assert "2026-11-21" not in {path.split("/")[1] for path in named(repo, repo.head)}
    assert repo.tags == {"v2026-11-22": before}
    assert not digests & world.store.keys()
    world.requests.clear()
    assert push(registry, endpoint) == 0
    assert world.changes() == []


def test_nothing_that_fails_keeps_withdrawn_data_in_the_history(world, endpoint, registry):
    assert push(registry, endpoint) == 0
    digests = {file["sha256"] for file in registry.manifest("2026-11-21")["files"]}
    withdraw(registry, "2026-11-21")
    add_version(registry, "2026-11-23")
    (registry.root / registry.manifest("2026-11-23")["files"][0]["path"]).write_bytes(b"damaged")
    assert push(registry, endpoint) == 74
    assert not digests & world.store.keys()
    assert world.repos[REPO].tags.keys() == {"v2026-11-22"}


def test_a_withdrawn_version_that_was_never_there_is_not_told_of(world, endpoint, registry):
    withdraw(registry, "2026-11-21")
    assert push(registry, endpoint) == 0
    assert not any("2026-11-21" in path for path in world.repos[REPO].tree)
    assert push(registry, endpoint, "--version", "2026-11-21") == 2


def test_content_that_a_live_version_shares_is_not_purged(world, endpoint, registry):
    assert push(registry, endpoint) == 0
    shared = registry.manifest("2026-11-21")["files"][0]
    twin = {
        "path": "data/2026-11-23/sequences/train-00000-of-00001.parquet",
        "sha256": shared["sha256"],
        "rows": 1,
    }
    add_version(registry, "2026-11-23", files=[twin])
    kept = registry.root / twin["path"]
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_bytes((registry.root / shared["path"]).read_bytes())
    withdraw(registry, "2026-11-21")
    assert push(registry, endpoint) == 0
    assert shared["sha256"] in world.store


@pytest.mark.parametrize("path", ["sequences/train-00000-of-00001.parquet", None])
def test_what_is_damaged_at_the_hub_is_not_tagged_and_is_repaired(path, world, endpoint, registry, capsys):
    bad = f"data/2026-11-21/{path}" if path else "README.md"
    world.corrupt = {bad}
    assert push(registry, endpoint) == 74
    assert f"{bad} has other content" in capsys.readouterr().err
    assert world.repos[REPO].tags == {}
    world.corrupt = set()
    assert push(registry, endpoint) == 0
    assert world.repos[REPO].tags.keys() == {"v2026-11-21", "v2026-11-22"}


def test_a_damaged_local_file_is_not_sent(world, endpoint, registry, capsys):
    file = registry.root / registry.manifest("2026-11-22")["files"][0]["path"]
    file.write_bytes(file.read_bytes() + b"x")
    assert push(registry, endpoint) == 74
    assert "not what its manifest says" in capsys.readouterr().err
    assert "Version 2026-11-22" not in world.repos[REPO].titles
    assert world.repos[REPO].tags == {}


def test_a_tag_on_other_content_is_left_alone(world, endpoint, registry, capsys):
    assert push(registry, endpoint, "--version", "2026-11-21") == 0
    repo = world.repos[REPO]
    repo.tags["v2026-11-22"] = repo.head
    world.requests.clear()
    assert push(registry, endpoint) == 5
    assert "v2026-11-22" in capsys.readouterr().err
    assert world.changes() == []


def test_an_extra_tag_names_what_was_pushed(world, endpoint, registry):
    assert push(registry, endpoint, "--tag", "paper") == 0
    assert world.repos[REPO].tags["paper"] == world.repos[REPO].head
    assert push(registry, endpoint, "--tag", "paper") == 0
    add_version(registry, "2026-11-23")
    assert push(registry, endpoint, "--tag", "paper") == 5
    assert "v2026-11-23" not in world.repos[REPO].tags


def test_a_dry_run_sends_nothing(world, endpoint, registry, capsys, monkeypatch):
    assert push(registry, endpoint, "--dry-run") == 0
    told = capsys.readouterr().out
    assert "create a private repository" in told
    assert "+ data/2026-11-21/sequences/train-00000-of-00001.parquet" in told
    assert "tag v2026-11-22" in told
    assert push(registry, endpoint) == 0
    withdraw(registry, "2026-11-21")
    world.requests.clear()
    capsys.readouterr()
    assert push(registry, endpoint, "--dry-run") == 0
    assert "- data/2026-11-21/" in capsys.readouterr().out
    assert world.changes() == []
    monkeypatch.delenv("HF_TOKEN")
    assert push(registry, endpoint, "--dry-run") == 0
    assert world.changes() == []


def test_another_push_at_the_same_time_is_noticed(world, endpoint, registry):
    """Between our look and our commit somebody commits."""
    assert push(registry, endpoint) == 0
    add_version(registry, "2026-11-23")
    repo, resolve = world.repos[REPO], Repo.commit

    class Busy(Repo):
        @property
        def head(self):
            if any("/preupload/" in path for _, path in world.requests) and self.titles[-1] != "theirs":
                resolve(self, "theirs", dict(self.trees[self.commits[-1]]))
            return self.commits[-1]

    world.requests.clear()
    world.repos[REPO] = Busy(**vars(repo))
    assert push(registry, endpoint) == 75
    assert "v2026-11-23" not in repo.tags


def test_the_client_is_left_as_it_was(world, endpoint, registry, monkeypatch):
    """Our own processes set it offline; push works nevertheless, and changes it for itself alone."""
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", False)
    assert push(registry, endpoint) == 0
    assert constants.HF_HUB_OFFLINE
    assert not constants.HF_HUB_DISABLE_XET


@pytest.mark.parametrize("flags", [(), ("--dry-run",), ("--public",)])
def test_the_token_is_never_shown(flags, world, endpoint, registry, capsys):
    codes = {push(registry, endpoint, *flags)}
    for number in (1, 3, 6, 9):
        world.requests.clear()
        world.fault = Fault(number, "refuse", status=401)
        codes.add(push(registry, endpoint, *flags))
    out = capsys.readouterr()
    assert out.out
    assert TOKEN not in out.out + out.err
    assert not any(TOKEN.encode() in body for body in world.bodies)
    assert codes <= {0, 2}
