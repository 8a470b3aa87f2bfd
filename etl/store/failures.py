"""What went wrong with a place, told as a StorageError: what was being done, why it failed, what to do; never a value."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from etl.errors import StorageError

_LIBRARIES: Final = {
    "adlfs",
    "aiobotocore",
    "aiohttp",
    "azure",
    "botocore",
    "gcsfs",
    "google",
    "paramiko",
    "requests",
}
"""Where exceptions come from that are a place's and no OSError."""

_NOT_ALLOWED: Final = {errno.EACCES, errno.EPERM, errno.EROFS}


@contextmanager
def told(
    doing: str, *, passing: tuple[type[OSError], ...] = (FileNotFoundError, FileExistsError)
) -> Iterator[None]:
    """Turn what a place raises into a StorageError. `passing`: what the caller deals with."""
    try:
        yield
    except passing:
        raise
    except OSError as error:
        raise StorageError(f"{doing} failed: {_reason(error)}; {_advice(error)}") from None
    except Exception as error:
        if type(error).__module__.partition(".")[0] not in _LIBRARIES:
            raise
        raise StorageError(f"{doing} failed: {type(error).__name__}; {_advice(error)}") from None


def code_of(error: BaseException) -> str | None:
    """What an S3-compatible server called the error (`AccessDenied`, `PreconditionFailed`, …)."""
    response = getattr(error, "response", None) or getattr(error.__cause__, "response", None)
    code = response.get("Error", {}).get("Code") if isinstance(response, dict) else None
    return str(code) if code else None


def _reason(error: OSError) -> str:
    if (code := code_of(error)) is not None:
        return code
    if isinstance(error, PermissionError):
        return "permission denied"
    return os.strerror(error.errno) if error.errno else type(error).__name__


def _advice(error: Exception) -> str:
    number = error.errno if isinstance(error, OSError) else None
    if number in (errno.ENOSPC, errno.EDQUOT):
        return "make room there and run again: what was begun is completed or removed then"
    if isinstance(error, PermissionError) or number in _NOT_ALLOWED:
        return "let this user write there, or give another registry; what is published is untouched"
    if isinstance(error, FileNotFoundError):
        return "check that the bucket or folder exists"
    if type(error).__name__ in ("NoCredentialsError", "PartialCredentialsError"):
        return "give the credentials as the file system's own documentation says (for S3 in the environment or a profile)"
    return "check the place and the way to it, and run again: what was begun is completed or removed then"
