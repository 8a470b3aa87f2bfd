"""Person buckets: a person lives in exactly one, so that counts of people are sums over buckets (DESIGN §3)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from transforms.compaction import used_only
from transforms.schemas import EVENTS


def partition(events: pa.Table, *, buckets: int) -> Iterator[tuple[int, pa.RecordBatch]]:
    """Cut EVENTS by bucket, keeping their order within each.

    Linear in the rows.

    Returns:
        (bucket, EVENTS batch) for each bucket that has events; dictionaries hold used values only.
    """
    if events.num_rows == 0:
        return
    bucket = bucket_of(events.column("person").combine_chunks(), buckets=buckets)
    for index, rows in by_bucket(events, bucket, buckets=buckets):
        yield index, compact(rows)


def by_bucket(
    table: pa.Table, bucket: npt.NDArray[np.int64], *, buckets: int
) -> Iterator[tuple[int, pa.Table]]:
    """Cut a table by each row's bucket, keeping the order within; buckets without rows are left out.

    Linear: sorted by radix.
    """
    order = np.argsort(bucket.astype(np.uint16), kind="stable")  # by radix, where so few bits say it all
    bounds = np.cumsum(np.bincount(bucket, minlength=buckets))
    bounds = np.append(0, bounds)
    ordered = table.take(pa.array(order))
    for index in range(buckets):
        start, stop = int(bounds[index]), int(bounds[index + 1])
        if stop > start:
            yield index, ordered.slice(start, stop - start)


def bucket_of(person: pa.Array, *, buckets: int) -> npt.NDArray[np.int64]:
    """The bucket that each person (binary(16), without nulls) lives in: a function of the pseudonym alone. Linear."""
    encoded = person.dictionary_encode()
    head = pc.binary_slice(encoded.dictionary, 0, 4).cast(pa.binary())
    number = np.frombuffer(b"".join(head.to_pylist()), ">u4").astype(np.int64) % buckets
    return np.asarray(number[np.asarray(encoded.indices)], np.int64)


def compact(events: pa.Table) -> pa.RecordBatch:
    """One batch whose dictionaries hold only the values that its rows use. Linear in the rows."""
    columns = []
    for field in EVENTS:
        column = events.column(field.name)
        if pa.types.is_dictionary(field.type) and column.num_chunks > 1:
            column = column.unify_dictionaries()
        array = column.combine_chunks()
        if isinstance(array, pa.ChunkedArray):
            array = array.chunk(0) if array.num_chunks == 1 else pa.concat_arrays(array.chunks)
        columns.append(used_only(array) if pa.types.is_dictionary(field.type) else array)
    return pa.RecordBatch.from_arrays(columns, schema=EVENTS)
