"""Work ahead on a few threads, results in order: decoding and shaping run in code that lets go of the interpreter's lock."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any, Generic, TypeVar

from etl import logs

Item = TypeVar("Item")
Made = TypeVar("Made")


@contextmanager
def beside(function: Callable[..., Made], *arguments: Any, at_once: bool) -> Iterator[Callable[[], Made]]:
    """Make one call while the body is at work, on a thread of its own that ends before this does, however the body ends.

    Args:
        at_once: or else the call is made where its result is asked for, if it is.

    Yields:
        What gives the result, or raises the call's exception. Where nobody asks, an exception means nothing.
    """
    if not at_once:
        yield partial(function, *arguments)
        return
    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(function, *arguments).result


class Ahead(Generic[Made]):
    """Up to `threads` calls under way at a time, and one more that waits; results in the order of the calls.

    With no threads a call is made where it is given. An exception of a call is raised in its result's place.
    """

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._pool = ThreadPoolExecutor(threads) if threads else None
        self._pending: deque[Future[Made]] = deque()

    def give(self, function: Callable[..., Made], *arguments: Any) -> Iterator[Made]:
        """Give a call, and take the results that are due before another may be given."""
        if self._pool is None:
            yield function(*arguments)
            return
        self._pending.append(self._pool.submit(_unless_interrupted, function, *arguments))
        while len(self._pending) > self._threads:
            yield self._pending.popleft().result()

    def rest(self) -> Iterator[Made]:
        """Take the results of all the calls that were given."""
        while self._pending:
            yield self._pending.popleft().result()

    def close(self) -> None:
        """Give up what has not begun, and wait for what has; once the command is interrupted for nothing."""
        for future in self._pending:
            future.cancel()
        self._pending.clear()
        if self._pool is not None:
            self._pool.shutdown(wait=not logs.interrupted.is_set())


def _unless_interrupted(function: Callable[..., Made], *arguments: Any) -> Made:
    if logs.interrupted.is_set():
        raise KeyboardInterrupt
    return function(*arguments)


def map_ahead(function: Callable[[Item], Made], items: Iterable[Item], *, threads: int) -> Iterator[Made]:
    """Like `map`, with up to `threads` calls under way beside the one that draws the items.

    An exception of a call is raised in its place; the items after it that were drawn already are dropped.
    """
    ahead: Ahead[Made] = Ahead(threads)
    try:
        for item in items:
            yield from ahead.give(function, item)
        yield from ahead.rest()
    finally:
        ahead.close()
