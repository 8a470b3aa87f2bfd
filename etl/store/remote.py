"""A registry's objects on any file system that fsspec knows, under a lease: who lost it writes nothing more."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from etl.layout import MARK
from etl.store.lease import Lease
from etl.store.objects import Objects


class FsspecStore(Objects):
    """See `etl.store.protocol.Store`, and `etl.store.objects` for what a file system must be able to do.

    Args:
        url: for instance `s3://bucket/prefix`. lease_s: how long the lock outlives a run that was killed. options: as the
            file system takes them; none are needed where its environment says everything (`AWS_ENDPOINT_URL` …).
    """

    def __init__(self, url: str, *, lease_s: float = 60.0, **options: Any) -> None:
        super().__init__(url, **options)
        self._lease_s = lease_s
        self._lease: Lease | None = None

    def prepare(self) -> None:
        if not self.exists(MARK):
            self.create(MARK, b"")

    def create(self, name: str, content: bytes) -> None:
        self._assert_held()
        super().create(name, content)

    def replace(self, name: str, content: bytes) -> None:
        self._assert_held()
        super().replace(name, content)

    def remove(self, name: str) -> None:
        self._assert_held()
        super().remove(name)

    def remove_tree(self, name: str) -> None:
        self._assert_held()
        super().remove_tree(name)

    @contextmanager
    def locked(self) -> Iterator[None]:
        lease = Lease(copy.copy(self), self._lease_s)  # its own writes ask nobody
        lease.acquire()
        self._lease = lease
        try:
            yield
        finally:
            self._lease = None
            lease.release()

    def _put_file(self, file: Path, name: str) -> None:
        self._assert_held()
        super()._put_file(file, name)

    def _assert_held(self) -> None:
        if self._lease is not None:
            self._lease.assert_held()
