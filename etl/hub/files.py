"""A file as the Hub should have it, a file as the Hub has it, and whether the two are the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha1, sha256


@dataclass(frozen=True)
class File:
    """What a repository should hold under `path`.

    `content`: of a small file; None: it is the registry's data file of that name. `blob_id`: git's id of the content;
    None: not known (it is needed only where the Hub stores the file as a regular one).
    """

    path: str
    sha256: str
    content: bytes | None = None
    blob_id: str | None = None

    @classmethod
    def of(cls, path: str, content: bytes) -> File:
        """A small file with this content."""
        return cls(path, sha256(content).hexdigest(), content, git_blob_id(content))


@dataclass(frozen=True)
class Stored:
    """What a repository holds under `path`. `sha256`: of a large file (LFS); None: it is a regular one."""

    path: str
    size: int
    blob_id: str
    sha256: str | None = None


@dataclass(frozen=True)
class Repository:
    """A repository as it was found. `head`: its newest commit; None: there is no such repository.

    `tags`: the commit that each tag names.
    """

    head: str | None
    is_private: bool
    files: Mapping[str, Stored]
    tags: Mapping[str, str]


def is_same(file: File, stored: Stored | None) -> bool:
    """Whether a repository holds this file with this content."""
    if stored is None:
        return False
    if stored.sha256 is not None:
        return stored.sha256 == file.sha256
    return stored.blob_id == file.blob_id


def git_blob_id(content: bytes) -> str:
    """Git's id of a file with this content.

    >>> git_blob_id(b"")
    'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391'
    """
    return sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
