"""A lock made of create-only writes: numbered leases, of which the highest that has neither ended nor expired holds.

Taking the lock is creating the next number, which one writer alone can do. The holder renews its own object; one that was
killed stops renewing, and the next run takes the number after it. A holder that could not renew in time knows it by
its own clock: before it writes again it takes the next number itself, which it gets only if nobody came in between.
Clocks of machines that share a registry must agree to well within a lease; what a slow clock or a request that hangs could
still do is caught by manifests and audit entries being create-only.
"""

from __future__ import annotations

import os
import secrets
import socket
import threading
import time
from contextlib import suppress
from typing import Final

import orjson

from etl.canonical import dump
from etl.errors import LockedError, StorageError
from etl.layout import LOCK
from etl.store.objects import Objects

_BEATS: Final = 4
"""Renewals in the time of one lease."""

_NEVER: Final = (0.0, 0.0)
"""Until when it holds: by the monotonic clock, which a suspended machine may stop, and by the wall's."""


class Lease:
    """One holder's lease on one registry."""

    def __init__(self, objects: Objects, seconds: float) -> None:
        self._objects = objects
        self._seconds = seconds
        self._holder = f"{socket.gethostname()} {os.getpid()} {secrets.token_hex(8)}"
        self._number = 0
        self._until = _NEVER
        self._is_lost = False
        self._mutex = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._renew, name="lease", daemon=True)

    def acquire(self) -> None:
        """Take the lock, or raise LockedError at once."""
        numbers = self._numbers()
        if numbers and not self._has_ended(numbers[-1]):
            raise self._locked()
        if not self._take(numbers[-1] + 1 if numbers else 1):
            raise self._locked()
        self._thread.start()

    def release(self) -> None:
        """Let go of it; should that fail, it expires."""
        self._stop.set()
        self._thread.join()
        if self._is_held():
            with suppress(StorageError):
                self._objects.replace(self._name(self._number), self._content(0, released=True))

    def assert_held(self) -> None:
        """Raise LockedError if another run took over. A lease that expired and that nobody took is taken anew."""
        if self._is_held():
            return
        with self._mutex:
            if not self._is_held() and not self._take_anew():
                raise LockedError(
                    f"the lock of the registry {self._objects.describe()} was lost to another run, because it could not be "
                    "renewed in time: check the connection and the machine's clock, and run again"
                )

    def _take(self, number: int) -> bool:
        """Create a lease, if nobody else did, nor came and went while we were slow."""
        until = self._now(self._seconds)
        try:
            self._objects.create(self._name(number), self._content(until[1]))
        except FileExistsError:
            return False
        numbers = self._numbers()
        if numbers[-1] != number:
            self._objects.remove(self._name(number))
            return False
        self._number, self._until = number, until
        for old in numbers[:-1]:
            self._objects.remove(self._name(old))
        return True

    def _take_anew(self) -> bool:
        """Whoever held it after us would have created the next number."""
        self._is_lost = self._is_lost or not self._take(self._number + 1)
        return not self._is_lost

    def _renew(self) -> None:
        while not self._stop.wait(self._seconds / _BEATS):
            with self._mutex, suppress(StorageError):  # the next beat tries again
                self._beat()

    def _beat(self) -> None:
        if not self._is_held():
            self._take_anew()
            return
        until = self._now(self._seconds)
        self._objects.replace(self._name(self._number), self._content(until[1]))
        if self._objects.exists(self._name(self._number + 1)):
            self._until, self._is_lost = _NEVER, True
        elif self._is_held():  # a renewal that comes late may not have been seen
            self._until = until

    def _is_held(self) -> bool:
        monotonic, wall = self._until
        return time.monotonic() < monotonic and time.time() < wall

    def _has_ended(self, number: int) -> bool:
        try:
            found = orjson.loads(self._objects.read(self._name(number)))
            return bool(found["released"] or time.time() >= found["expires"])
        except FileNotFoundError:
            return False  # removed just now, so there is a higher one
        except (ValueError, KeyError, TypeError):
            return True  # torn by a kill, where writes are not atomic

    def _numbers(self) -> list[int]:
        found = (name.rpartition("/")[2] for name in self._objects.names(LOCK))
        return sorted(int(name) for name in found if name.isdigit())

    def _content(self, expires: float, *, released: bool = False) -> bytes:
        return dump({"holder": self._holder, "expires": expires, "released": released})

    def _locked(self) -> LockedError:
        return LockedError(
            f"another run holds the lock of the registry {self._objects.describe()}; wait until it has ended and run again "
            f"(the lock of a run that was killed ends by itself within {self._seconds:g} s)"
        )

    @staticmethod
    def _name(number: int) -> str:
        return f"{LOCK}/{number:08d}"

    @staticmethod
    def _now(plus: float) -> tuple[float, float]:
        return time.monotonic() + plus, time.time() + plus
