"""The plan as a pure function: whatever was interrupted before, each commit leaves a repository that is safe to read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import sha256

from hypothesis import given, settings
from hypothesis import strategies as st

from etl.hub.files import File, Repository, Stored, git_blob_id
from etl.hub.holdings import Holding
from etl.hub.plan import FILES_A_COMMIT, Plan, plan_push
from etl.hub.verify import verify
from etl.versions import Version

NIGHTS = ("2026-11-20", "2026-11-21", "2026-11-22", "2026-11-23")


def holding(name: str, files: int, *, withdrawn: bool = False) -> Holding:
    paths = [f"data/{name}/sequences/train-{n}.parquet" for n in range(files)]
    data = tuple(File(path, sha256(path.encode()).hexdigest()) for path in paths)
    told = {"version": name, "files": [{"path": file.path, "sha256": file.sha256} for file in data]}
    manifest = File.of(f"manifests/{name}.json", json.dumps(told).encode())
    if not withdrawn:
        return Holding(Version(told), manifest, data)
    return Holding(Version(told, {"version": name}), manifest, (), File.of(f"withdrawn/{name}.json", b"{}"))


def derive(versions: Sequence[Version]) -> dict[str, bytes]:
    """A card that is the list of the data files it names; a tokenizer where something is live."""
    named = [file["path"] for version in versions for file in version.files]
    tokenizer = {"tokenizer.json": json.dumps(len(named)).encode()} if named else {}
    return tokenizer | {"README.md": json.dumps(named).encode()}


class Remote:
    """A repository in memory, to which commits are applied."""

    def __init__(self) -> None:
        self.files: dict[str, Stored] = {}
        self.card: bytes | None = None
        self.tags: dict[str, str] = {}

    def find(self) -> Repository:
        return Repository("head", True, dict(self.files), dict(self.tags))

    def apply(self, plan: Plan, commits: int | None = None) -> None:
        for commit in plan.all_commits[:commits]:
            assert len(commit.add) + len(commit.delete) > 0
            for path in commit.delete:
                del self.files[path]
            for file in commit.add:
                large = file.content is None
                blob = "" if large else git_blob_id(file.content or b"")
                self.files[file.path] = Stored(file.path, 1, blob, file.sha256 if large else None)
                if file.path == "README.md":
                    self.card = file.content
            self.assert_safe()

    def assert_safe(self) -> None:
        data = {path for path in self.files if path.startswith("data/")}
        assert self.card is not None
        assert set(json.loads(self.card)) <= data
        for path in self.files:
            if path.startswith("manifests/") and path.replace("manifests", "withdrawn") not in self.files:
                night = path.removeprefix("manifests/").removesuffix(".json")
                assert {file.path for file in holding(night, 2).data} <= data, (
                    "a manifest came before its data"
                )


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_any_history_of_interrupted_pushes_ends_as_one_push_does(data):
    remote, withdrawn = Remote(), set()
    nights: list[str] = []
    for night in NIGHTS:
        nights.append(night)
        withdrawn |= data.draw(st.sets(st.sampled_from(nights)))
        live = [name for name in nights if name not in withdrawn]
        chosen = data.draw(st.sets(st.sampled_from(live))) if live else set()
        registry = [holding(name, 2, withdrawn=name in withdrawn) for name in nights]
        plan = plan_push(registry, chosen, remote.find(), derive)
        stop = data.draw(st.integers(0, len(plan.all_commits)))
        remote.apply(plan, stop)
    plan = plan_push(registry, set(live), remote.find(), derive)
    remote.apply(plan)
    verify(plan.wanted.values(), plan.gone, remote.files)
    assert {path for path in remote.files if path.startswith("data/")} == {
        file.path for h in registry for file in h.data
    }
    assert plan_push(registry, set(live), remote.find(), derive).all_commits == ()


def test_withdrawn_data_and_its_name_in_the_card_go_in_one_commit_before_anything_else():
    remote = Remote()
    remote.apply(plan_push([holding("2026-11-20", 2)], {"2026-11-20"}, remote.find(), derive))
    now = [holding("2026-11-20", 2, withdrawn=True), holding("2026-11-21", 2)]
    first, *_, last = plan_push(now, {"2026-11-21"}, remote.find(), derive).all_commits
    assert [path.split("/")[0] for path in first.delete] == ["data", "data", "tokenizer.json"]
    assert [file.path for file in first.add][-1] == "README.md"
    assert [file.path for file in last.add] == ["tokenizer.json", "README.md"]


def test_a_large_version_takes_several_commits_and_its_manifest_comes_last():
    many = holding("2026-11-20", 2 * FILES_A_COMMIT)
    plan = plan_push([many], {"2026-11-20"}, Remote().find(), derive)
    parts = [commit for commit in plan.commits if commit.message.startswith("Version")]
    assert [len(commit.add) for commit in parts] == [FILES_A_COMMIT, FILES_A_COMMIT, 1]
    assert parts[-1].add == (many.manifest,)


def test_a_damaged_file_of_a_version_that_was_not_chosen_is_sent_again():
    remote = Remote()
    night = holding("2026-11-20", 2)
    remote.apply(plan_push([night], {"2026-11-20"}, remote.find(), derive))
    path = night.data[0].path
    remote.files[path] = Stored(path, 1, "", "0" * 64)
    plan = plan_push([night, holding("2026-11-21", 1)], {"2026-11-21"}, remote.find(), derive)
    assert path in {file.path for commit in plan.all_commits for file in commit.add}
