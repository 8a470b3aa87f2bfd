"""Cut a bucket's sessions into released phrases: what each person emits, caps applied, and what was withheld why."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from transforms.caps import apply_caps
from transforms.context import cut_in_rounds
from transforms.distinct import distinct
from transforms.leftover import Segments
from transforms.lift import steps_of
from transforms.pack import Packed
from transforms.plan import Plan
from transforms.schemas import EMISSIONS

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]

RARE_TOKEN: Final = "rare_token"
MERGED: Final = "merged_by_lifting"
CAPPED: Final = "cap"
UNSHARED: Final = "no_shared_sequence"


class Emitted(NamedTuple):
    """Segments that a bucket emits, in order, after caps; arrays of equal length but for the counts.

    `person`: index into the bucket's persons. `session`: of the bucket. `start`, `length`: rows of the bucket's staged
    EVENTS. `capped`: those that a cap withheld. `withheld`: reason → (actions, people behind it), for reasons known
    before the filter.
    """

    record: Int32s
    person: Int32s
    session: Int32s
    start: Int64s
    length: Int32s
    actions: Int32s
    packed: Packed
    capped: Segments
    withheld: dict[str, tuple[int, int]]


def emit(
    packed: Packed,
    first_row: Int64s,
    plan: Plan,
    *,
    cap_per_person: int,
    max_per_person: int,
    drop_repeats: bool,
    salt: bytes,
) -> Emitted:
    """Cut one bucket and apply the caps c and C (0: none).

    O(a + s log s) for a actions, in each round, and s segments, which the caps sort.

    Args:
        packed: the bucket's sessions.
        first_row: for each action its first row in the bucket's staged EVENTS, and after the last the number of rows.
        salt: the version's name: what keys the choice of the segments that C keeps.
    """
    steps = steps_of(packed.paths, plan.recoding)
    pieces = cut_in_rounds(packed, steps, plan.rounds, drop_repeats=drop_repeats)
    session_of = np.repeat(np.arange(len(packed.person), dtype=np.int32), np.diff(packed.starts))
    session = session_of[pieces.start]
    person = packed.person[session]
    single = pieces.phrase < 0
    record = np.where(single, plan.phrases + pieces.token, pieces.phrase).astype(np.int32)
    keep = apply_caps(
        person, record, plan.digests, cap_per_person=cap_per_person, max_per_person=max_per_person, salt=salt
    )
    start, stop = first_row[pieces.start], first_row[pieces.stop]
    holder = packed.person[session_of]
    withheld = {
        RARE_TOKEN: (int(pieces.withheld.sum()), len(distinct(holder[pieces.withheld]))),
        CAPPED: (int(pieces.length[~keep].sum()), len(distinct(person[~keep]))),
        MERGED: (int(pieces.merged.sum()), len(distinct(holder[pieces.merged]))),
    }
    return Emitted(
        record[keep],
        person[keep],
        session[keep],
        start[keep],
        (stop - start)[keep].astype(np.int32),
        pieces.length[keep],
        packed,
        Segments(start[~keep], (stop - start)[~keep]),
        withheld,
    )


def emissions_table(emitted: Emitted, persons: pa.Array, plan: Plan) -> pa.Table:
    """What the verifier recounts (EMISSIONS).

    O(s log s) for s segments.

    Args:
        persons: binary(16), the bucket's people.
    """
    used, code = np.unique(emitted.record, return_inverse=True)
    digests = pa.array([plan.digests[record] for record in used], pa.binary(32))
    record = pa.DictionaryArray.from_arrays(pa.array(code.astype(np.int32)), digests)
    columns = {
        "record": record,
        "person": persons.take(pa.array(emitted.person)),
        "session": pa.array(emitted.session),
        "start": pa.array(emitted.start),
        "length": pa.array(emitted.length),
    }
    return pa.table(columns, schema=EMISSIONS)
