"""What a registry needs of a place: whole objects by name, written at once, some of them create-only; and one lock."""

from __future__ import annotations

from contextlib import AbstractContextManager
from io import BufferedIOBase
from pathlib import Path
from typing import Protocol


class Store(Protocol):
    """Objects below one root. A name is relative and its parts are apart by `/`; a folder is what names have in common.

    Whatever fails raises `StorageError` with a sentence that names the place; `FileNotFoundError` and `FileExistsError` are
    left to the caller, where the methods say so.
    """

    def describe(self, name: str = "") -> str:
        """The path or URL of an object, for messages and for whoever wants to look."""
        ...

    def prepare(self) -> None:
        """Make what must be there before anything is written."""
        ...

    def top(self) -> list[str]:
        """The first parts of the names that there are (folders without objects too, where a place knows them), sorted."""
        ...

    def read(self, name: str) -> bytes:
        """An object's content. Raises: FileNotFoundError."""
        ...

    def read_all(self, prefix: str, most_bytes: int | None = None) -> dict[str, bytes]:
        """The content of all objects below a folder, in order of their names; of each at most so many bytes, or an
        error where one is larger."""
        ...

    def open(self, name: str) -> BufferedIOBase:
        """An object to read from and seek in, for what is large (Parquet). Raises: FileNotFoundError."""
        ...

    def exists(self, name: str) -> bool:
        """Whether there is an object of this name; a folder is none."""
        ...

    def names(self, prefix: str = "") -> list[str]:
        """The full names of all objects below a folder, at any depth, sorted; none: there is no such folder."""
        ...

    def create(self, name: str, content: bytes) -> None:
        """Write a new object, whole or not at all; of several writers one wins.

        Raises:
            FileExistsError: it is there with other content. With this very content all is well: an answer that got lost is
                asked for again, and who must win alone puts something of its own into the content.
        """
        ...

    def replace(self, name: str, content: bytes) -> None:
        """Write an object, new or in place of the one there; a reader sees the old or the new one."""
        ...

    def put_tree(self, folder: Path, name: str) -> None:
        """Make a local folder's files objects below a name; the folder may be gone afterwards.

        Locally this is one step. Elsewhere it is an upload for each file, create-only, and may stop in between: the
        caller notes beforehand what it is about to write, and removes it when the manifest never came.

        Raises:
            FileExistsError: something is there already.
        """
        ...

    def remove(self, name: str) -> None:
        """Remove an object; that it is not there is fine."""
        ...

    def remove_tree(self, name: str) -> None:
        """Remove all objects below a name; that there are none is fine."""
        ...

    def clean(self) -> None:
        """Remove what writes that were killed left behind. Needs the lock."""
        ...

    def locked(self) -> AbstractContextManager[None]:
        """Hold the one lock of the place, or raise LockedError at once."""
        ...
