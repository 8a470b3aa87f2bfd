"""Work ahead on a few threads, results in order: decoding and shaping run in code that lets go of the interpreter's lock."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Made = TypeVar("Made")


def map_ahead(function: Callable[[Item], Made], items: Iterable[Item], *, threads: int) -> Iterator[Made]:
    """Like `map`, with up to `threads` calls under way beside the one that draws the items.

    An exception of a call is raised in its place; the items after it that were drawn already are dropped.
    """
    if threads < 1:
        yield from map(function, items)
        return
    pending: deque[Future[Made]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        try:
            for item in items:
                pending.append(pool.submit(function, item))
                if len(pending) > threads:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:
            for future in pending:
                future.cancel()
