"""What the attacks must succeed on: the same sessions without protection, or with one promise broken.

An attack that finds nothing shows something only if it finds something where there is something to find.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from risk.draws import mix
from risk.evidence import Int64s, Occurrences, Published
from risk.linked import ranges
from risk.stitching import Texts, followed, texts


def windows(
    published: Published, emitted: Occurrences, *, size: int, step: int
) -> tuple[Published, Occurrences]:
    """Every window of `size` actions of each unbroken run of released occurrences, one each `step` actions, no k asked for.

    Windows overlap where `step` is smaller than `size`. Rows stand in the order in which people and sessions came;
    people and occurrences are exact.
    """
    words = texts(published.actions)
    lengths = np.diff(words.offsets)[emitted.record]
    ends = np.cumsum(lengths)
    token = words.tokens[ranges(words.offsets[emitted.record], lengths)]
    opens = np.ones(len(emitted), np.bool_)
    opens[followed(emitted) + 1] = False
    begins = (ends - lengths)[opens]
    run = np.diff(np.append(begins, ends[-1:]))
    many = np.maximum((run - size) // step + 1, 0)
    place = np.repeat(begins, many) + step * ranges(np.zeros(len(many), np.int64), many)
    return _release(words, token, place, size, np.repeat(np.flatnonzero(opens), many), published, emitted)


def in_order_of_arrival(published: Published, emitted: Occurrences) -> tuple[Published, Occurrences]:
    """The same records, but the rows of each file stand in the order in which they were first emitted."""
    first = np.full(len(published), len(emitted))
    np.minimum.at(first, emitted.record, np.arange(len(emitted)))
    order = np.lexsort((first, published.file))
    now = np.empty(len(order), np.int32)
    now[order] = np.arange(len(order))
    return (
        Published(
            published.actions.take(pa.array(order)),
            published.file,
            published.row,
            published.people[order],
            published.occurrences[order],
        ),
        Occurrences(now[emitted.record], emitted.person, emitted.session, emitted.start, emitted.stop),
    )


def _release(
    words: Texts,
    token: Int64s,
    place: Int64s,
    size: int,
    source: Int64s,
    published: Published,
    emitted: Occurrences,
) -> tuple[Published, Occurrences]:
    cell = place[:, None] + np.arange(size)
    code = np.zeros(len(place), np.uint64)
    for column in token[cell].T:
        code = mix(code ^ column.astype(np.uint64))
    _, first, inverse, occurrences = np.unique(
        code, return_index=True, return_inverse=True, return_counts=True
    )
    order = np.argsort(first)
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    record, person = rank[inverse], emitted.person[source]
    pairs = np.unique(record * (int(person.max(initial=0)) + 1) + person)
    people = np.bincount(pairs // (int(person.max(initial=0)) + 1), minlength=len(order))
    flat = (
        published.actions.flatten()
        .dictionary_encode()
        .dictionary.take(pa.array(token[cell[first[order]]].ravel()))
    )
    actions = pa.ListArray.from_arrays(pa.array(np.arange(len(order) + 1, dtype=np.int32) * size), flat)
    rows = np.arange(len(order))
    columns = (record, person, source, place, place + size)
    return (
        Published(actions, np.zeros(len(order), np.int32), rows, people, occurrences[order]),
        Occurrences(*(column.astype(np.int32) for column in columns)),
    )
