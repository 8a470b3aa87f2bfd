"""One way to compile a decoding kernel: cached on disk, the interpreter's lock released, its signature kept for mypy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


def kernel(function: Function) -> Function:
    """Compile a function of NumPy arrays and numbers on its first call; it must not call back into Python."""
    return cast(Function, numba.njit(cache=True, nogil=True)(function))
