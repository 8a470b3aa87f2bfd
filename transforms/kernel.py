"""One way to compile a kernel: cached on disk, the interpreter's lock released, its Python signature kept for mypy.

A kernel's machine code holds that of the kernels it calls, and Numba renews its cache only when the caller's file changes.
Here the stamp is a digest of all the sources in the kernel's folder, so that no stale callee survives an edit or an upgrade.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


def kernel(function: Function) -> Function:
    """Compile a function of NumPy arrays and numbers on its first call; it must not call back into Python.

    Kernels may call kernels of their own folder. Where nothing can be written, nothing is cached.
    """
    return _compiled(function, numba.njit(nogil=True, no_cfunc_wrapper=True))


def inner(function: Function) -> Function:
    """A kernel that only kernels call: without the wrapper for Python, which takes most of a small one's compile time."""
    return _compiled(function, numba.njit(nogil=True, no_cfunc_wrapper=True, no_cpython_wrapper=True))


def _compiled(function: Function, compiler: Any) -> Function:
    compiled = compiler(function)
    with suppress(
        AttributeError, RuntimeError, OSError
    ):  # no compiler (NUMBA_DISABLE_JIT), or no place for a cache
        compiled.enable_caching()
        compiled._cache._cache_file._source_stamp = source_stamp(function.__code__.co_filename)
    return cast(Function, compiled)


@cache
def source_stamp(path: str) -> str:
    """A digest of the sources in the folder of the file at `path`."""
    digest = sha256()
    for source in sorted(Path(path).parent.glob("*.py")):
        content = source.read_bytes()
        digest.update(f"{source.name} {len(content)} ".encode() + content)
    return digest.hexdigest()
