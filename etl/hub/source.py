"""Where a push takes a registry's files from: the one place that knows how the registry stores them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Protocol

from etl.audit import latest, read_chain
from etl.derived import derive
from etl.errors import LockedError, StorageError
from etl.layout import CARD, CROISSANT, TOKENIZER, TOKENIZER_CONFIG
from etl.registry import Registry
from etl.versions import Version

DERIVED: Final = (CARD, TOKENIZER, TOKENIZER_CONFIG, CROISSANT)
"""Files in the root that are derived from the versions: one that is not derived any more is deleted."""


class Source(Protocol):
    """A registry, as a push needs it."""

    def versions(self) -> list[Version]:
        """All versions, live and withdrawn, in order of their nights, as they are now."""
        ...

    def read(self, name: str) -> bytes:
        """A small public file (a manifest, a tombstone), by its name in the registry."""
        ...

    def file(self, name: str) -> AbstractContextManager[Path]:
        """A data file, by its name in the registry, as a file on this machine."""
        ...

    def derive(self, versions: Sequence[Version]) -> dict[str, bytes]:
        """The files derived from these versions, by name."""
        ...


class RegistrySource:
    """A registry in any store. Nothing is written to it, and its lock is not needed."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        withdrawn = latest(read_chain(registry.store), "withdrawn").keys()
        if withdrawn - {version.name for version in self.versions() if not version.is_live}:
            raise LockedError(
                "a withdrawal from the registry was interrupted before it could be seen: withdraw the version again to "
                "finish it, then push"
            )

    def versions(self) -> list[Version]:
        """See `Source`."""
        return self._registry.versions()

    def read(self, name: str) -> bytes:
        """See `Source`."""
        try:
            return self._registry.store.read(name)
        except FileNotFoundError:
            raise _missing(name) from None

    @contextmanager
    def file(self, name: str) -> Iterator[Path]:
        """See `Source`. A file of a remote registry is copied, and the copy removed afterwards."""
        root = self._registry.root
        if isinstance(root, Path):
            if not (root / name).is_file():
                raise _missing(name)
            yield root / name
            return
        with TemporaryDirectory(prefix="desirepath-push-") as folder:
            copy = Path(folder) / "file"
            try:
                with self._registry.store.open(name) as stream, open(copy, "wb") as target:
                    shutil.copyfileobj(stream, target, 1 << 20)
            except FileNotFoundError:
                raise _missing(name) from None
            yield copy

    def derive(self, versions: Sequence[Version]) -> dict[str, bytes]:
        """See `Source`."""
        return derive(versions, self.read)


def _missing(name: str) -> StorageError:
    return StorageError(
        f"the registry's {name} is missing; run `desirepath verify`, and restore the file from a backup"
    )
