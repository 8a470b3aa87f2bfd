"""A registry's objects on any file system that fsspec knows, under a lease: who lost it writes nothing more."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from etl.errors import ConfigError
from etl.layout import CREATE_ONLY, MARK
from etl.store.lease import Lease
from etl.store.objects import Objects


def without_conditions(where: str) -> str:
    """Say what is wrong with a server that ignores `If-None-Match`, and what to do."""
    return (
        f"the server of {where} has no conditional writes (it ignores If-None-Match), so two runs could both publish a "
        "night: nothing is written there; give the registry a place on a server that has them (docs/operating.md, "
        "A registry on S3)"
    )


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
        self._is_create_only = False

    def prepare(self) -> None:
        self._assert_create_only()
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
        self._assert_create_only()  # the lock is made of such writes
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

    def _assert_create_only(self) -> None:
        """Ask the server once, also that of a registry which was moved there.

        Raises:
            ConfigError: it overwrites what it should refuse, so that two runs could both publish.
        """
        if self._is_create_only:
            return
        if not self.refuses_second(CREATE_ONLY):
            Objects.remove(self, CREATE_ONLY)
            raise ConfigError(without_conditions(self.describe()))
        self._is_create_only = True

    def _assert_held(self) -> None:
        if self._lease is not None:
            self._lease.assert_held()
