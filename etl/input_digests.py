"""What was read, to the byte: SHA-256 of each input file, computed beside the work, which never waits or fails for it."""

from __future__ import annotations

import hashlib
import hmac
import os
import threading
from collections.abc import Sequence
from typing import Any, Final

from etl.inputs import InputFile
from etl.read_stream import is_remote
from transforms.pseudonym import derive_key

PATIENCE_SECONDS: Final = 30.0
"""How long the end of a run waits for digests. They are read many times faster than the pipeline reads."""

_CHUNK_BYTES: Final = 1 << 24
"""Read and hashed at a time, without the interpreter's lock: small pieces would wait for it again and again."""


class InputDigests:
    """The files of one run. Digests come from a thread of their own; what cannot be read twice has none, and says why."""

    def __init__(self, files: Sequence[InputFile], key: bytes) -> None:
        """Args: key: the registry's; the commitment is made under a key derived from it."""
        self._files: list[dict[str, Any]] = [
            {"file": file.index, "path": printable(file.path), "bytes": file.size_bytes} for file in files
        ]
        self._paths = [file.path for file in files]
        self._key = derive_key(key, "input")
        self._found: list[dict[str, Any]] = [{"sha256": None, "why": "not read in time"} for _ in files]
        self._thread = threading.Thread(target=self._work, name="input-digests", daemon=True)
        self._thread.start()

    @property
    def files(self) -> list[dict[str, Any]]:
        """Number, path and bytes of each file, as they were found."""
        return [dict(file) for file in self._files]

    def wait(self, seconds: float = PATIENCE_SECONDS) -> None:
        """Let the digests finish; those that do not are left out."""
        self._thread.join(seconds)

    def records(self) -> list[dict[str, Any]]:
        """`files`, each with `sha256`, or None and `why`; `changed`: its size was another one when it was read again."""
        return [file | found for file, found in zip(self.files, list(self._found), strict=True)]

    def commitment(self) -> str | None:
        """HMAC-SHA256 of all the digests, in any order: whoever holds key and files can prove that these were read.

        None: a file has no digest.
        """
        digests = [found["sha256"] for found in list(self._found)]
        if not digests or None in digests:
            return None
        return hmac.new(self._key, "\n".join(sorted(digests)).encode(), hashlib.sha256).hexdigest()

    def _work(self) -> None:
        buffer = memoryview(bytearray(_CHUNK_BYTES))
        for index, (file, path) in enumerate(zip(self._files, self._paths, strict=True)):
            if is_remote(path):
                self._found[index] = {"sha256": None, "why": "not local: not read twice"}
                continue
            try:
                self._found[index] = _digest(path.removeprefix("file://"), file["bytes"], buffer)
            except OSError as error:
                self._found[index] = {"sha256": None, "why": os.strerror(error.errno or 0)}


def _digest(path: str, size_bytes: int, buffer: memoryview) -> dict[str, Any]:
    digest, read = hashlib.sha256(), 0
    # Not blocking: a pipe that took a file's place has nobody at its other end.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(descriptor, "rb", buffering=0) as stream:
        while count := stream.readinto(buffer):
            digest.update(buffer[:count])
            read += count
    changed = {"changed": True} if read != size_bytes else {}
    return {"sha256": digest.hexdigest(), **changed}


def printable(path: str) -> str:
    """A path as text that JSON can hold, whatever bytes it is made of."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")
