"""Sort whole numbers in place: a heap sort, because the library's takes seconds to compile and is no faster here."""

from __future__ import annotations

from transforms.kernel import inner
from transforms.segmentation.inventory import Int64


@inner
def sort_numbers(numbers: Int64) -> None:
    """Ascending (Williams 1964); O(n log n), no memory."""
    end = len(numbers)
    start = end // 2
    while end > 1:
        if start > 0:
            start -= 1
        else:
            end -= 1
            numbers[end], numbers[0] = numbers[0], numbers[end]
        root = start
        while 2 * root + 1 < end:
            child = 2 * root + 1
            if child + 1 < end and numbers[child] < numbers[child + 1]:
                child += 1
            if numbers[root] >= numbers[child]:
                break
            numbers[root], numbers[child] = numbers[child], numbers[root]
            root = child
