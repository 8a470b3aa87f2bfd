"""One dataset repository at the Hub: find out what it holds, and change it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from contextlib import ExitStack
from typing import Any

from etl.errors import StorageError
from etl.hub.failures import told
from etl.hub.files import File, Repository, Stored
from etl.hub.plan import Commit
from etl.hub.source import Source


class Hub:
    """A repository. Use it inside `online`. `token` None: ask as nobody."""

    def __init__(self, endpoint: str, name: str, token: str | None) -> None:
        from huggingface_hub import HfApi

        self._api = HfApi(endpoint=endpoint, token=token or False, library_name="desirepath")
        self._repository: dict[str, Any] = {"repo_id": name, "repo_type": "dataset"}

    def find(self) -> Repository:
        """What the repository holds now, all of one commit."""
        from huggingface_hub.errors import RepositoryNotFoundError

        with told("look at the repository"):
            try:
                info = self._api.repo_info(**self._repository)
            except RepositoryNotFoundError:
                return Repository(None, True, {}, {})
        head = str(info.sha)
        with told("list the tags"):
            tags = {tag.name: tag.target_commit for tag in self._api.list_repo_refs(**self._repository).tags}
        return Repository(head, bool(info.private), self.files(head), tags)

    def files(self, commit: str) -> dict[str, Stored]:
        """What the repository held at a commit."""
        with told("list the files"):
            entries = self._api.list_repo_tree(**self._repository, recursive=True, revision=commit)
            return {stored.path: stored for stored in _stored(entries)}

    def files_at(self, tag: str, paths: Sequence[str]) -> dict[str, Stored]:
        """Which of these files a tag shows."""
        found: dict[str, Stored] = {}
        with told("look at a tag"):
            for start in range(0, len(paths), 500):  # the Hub takes 1,000
                part = list(paths[start : start + 500])
                entries = self._api.get_paths_info(**self._repository, paths=part, revision=tag)
                found |= {stored.path: stored for stored in _stored(entries)}
        return found

    def create(self, *, private: bool) -> None:
        """Make the repository."""
        with told("create the repository"):
            self._api.create_repo(**self._repository, private=private, exist_ok=True)

    def commit(self, commit: Commit, source: Source, *, parent: str) -> str:
        """Upload the files of a commit and make it, all or nothing; returns its id.

        Raises:
            LockedError: the repository is no longer at `parent`. StorageError: a local file is not what its manifest says.
        """
        from huggingface_hub import CommitOperationAdd, CommitOperationDelete

        with ExitStack() as opened:
            added = [_addition(CommitOperationAdd, file, source, opened) for file in commit.add]
            gone = [CommitOperationDelete(path_in_repo=path, is_folder=False) for path in commit.delete]
            with told("take a commit"):
                made = self._api.create_commit(
                    **self._repository,
                    operations=[*gone, *added],
                    commit_message=commit.message,
                    parent_commit=parent,
                )
        return str(made.oid)

    def tag(self, name: str, message: str, *, commit: str) -> None:
        """Name a commit, for good."""
        with told(f"set the tag {name}"):
            self._api.create_tag(**self._repository, tag=name, tag_message=message, revision=commit)

    def untag(self, name: str) -> None:
        """Take a name away."""
        with told(f"delete the tag {name}"):
            self._api.delete_tag(**self._repository, tag=name)

    def large_files(self, digests: Collection[str]) -> list[Any]:
        """Which of these contents the repository stores anywhere, in its history too."""
        with told("list the stored large files"):
            return [file for file in self._api.list_lfs_files(**self._repository) if file.file_oid in digests]

    def purge(self, files: Iterable[Any]) -> None:
        """Delete the content of large files for good, from the history too; names and digests stay in it."""
        with told("delete withdrawn data from the history"):
            self._api.permanently_delete_lfs_files(**self._repository, lfs_files=files, rewrite_history=False)


def _addition(operation: Any, file: File, source: Source, opened: ExitStack) -> Any:
    if file.content is not None:
        return operation(path_in_repo=file.path, path_or_fileobj=file.content)
    addition = operation(
        path_in_repo=file.path, path_or_fileobj=str(opened.enter_context(source.file(file.path)))
    )
    if addition.upload_info.sha256.hex() != file.sha256:  # it is computed once, and sent as it is
        raise StorageError(
            f"the registry's {file.path} is not what its manifest says, nothing of it was sent; run `desirepath verify` and "
            "restore the file from a backup"
        )
    return addition


def _stored(entries: Iterable[Any]) -> Iterable[Stored]:
    from huggingface_hub.hf_api import RepoFile

    for entry in entries:
        if isinstance(entry, RepoFile):
            yield Stored(entry.path, entry.size, entry.blob_id, entry.lfs.sha256 if entry.lfs else None)
