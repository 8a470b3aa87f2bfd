"""Re-measure a release from the written files and from staging: `verify` is the whole of it (DESIGN §4, §8)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from verifier.before import Before
from verifier.counts import Counts
from verifier.held import Held, held_by, named_in, together
from verifier.intervals import Claims, check_intervals, digest_array
from verifier.people import Owned, People, owned
from verifier.policy import Policy
from verifier.release import Release, read_release
from verifier.staging import Bucket, Staged, active_people, is_sound, read_events
from verifier.tokens import give_their_record
from verifier.violations import Tally


class Each(Protocol):
    """`map`, or what does the same on several threads."""

    def __call__(self, function: Callable[[Any], Any], items: Iterable[Any], /) -> Iterable[Any]:
        """The results, in the order of the items."""


@dataclass(frozen=True)
class Measured:
    """Exact figures, recounted. They are for the private manifest: a public one holds no exact count (G6).

    `people`, `events`, `sessions`: staged, of sessions that are over; `active`: people with events in the window itself.
    `emissions`: all of them; `occurrences`: true ones of released records, and `transitions`, `released_events`: adjacent
    pairs of actions, and events, in these. `smallest_support`, `median_support`: people of a record; 0 where there is none.
    `min_outside_unit`: the j in force, 0 where nobody's unit is known.
    """

    people: int
    active: int
    events: int
    sessions: int
    emissions: int
    occurrences: int
    transitions: int
    released_events: int
    smallest_support: int
    median_support: float
    min_outside_unit: int


@dataclass(frozen=True)
class Verification:
    """What came out: `records` checked, `violations` by kind (`violations.KINDS`; empty: the release holds)."""

    records: int
    violations: dict[str, int]
    measured: Measured

    @property
    def ok(self) -> bool:
        """Whether every promise holds."""
        return not self.violations


def verify(
    parquet: Sequence[Path],
    buckets: Iterable[Callable[[], Bucket]],
    policy: Policy,
    people: People,
    before: Before,
    *,
    in_order: Each = map,
) -> Verification:
    """Hold a release to its policy.

    Args:
        parquet: all files of one version, `…/<kind>/<split>-<i>-of-<n>.parquet`; none where nothing could be released.
        buckets: loaders of all person buckets. Memory is bounded by as many as are looked at at a time.
        policy: what was promised.
        people: who takes part, and the nights drawn on.
        before: what earlier versions released.
        in_order: like `map`, one at a time; or several at a time, if the results keep the order.

    Raises:
        OSError: a file is not there or may not be read. What a file or a bucket *holds* never raises: it is counted.
    """
    tally = Tally()
    release = read_release(parquet, policy, tally)
    recount = _Recount(release, policy, people, before, tally)
    for one in in_order(recount.examine, buckets):
        recount.add(one)
    return recount.close()


class _Examined(NamedTuple):
    """One bucket, looked at by itself. `claims`: of released records, and true. `owners`: of each of its tables."""

    staged: Staged
    claims: Claims
    held: Held
    owners: list[Owned]
    active: int
    events: int
    emissions: int


class _Recount:
    """The state between buckets."""

    def __init__(
        self, release: Release, policy: Policy, people: People, before: Before, tally: Tally
    ) -> None:
        self.release, self.policy, self.people, self.tally = release, policy, people, tally
        self.before = before.of_people(people)
        self.digests = digest_array(release.digests)
        self.spans = people.spans()
        known = self.spans is not None and self.spans.num_rows > 0
        self.counts = Counts(len(release.digests), units_known=known)
        self.persons: list[Any] = []
        self.present: list[Any] = []
        self.pairs: list[Any] = []
        self.active = self.events = self.sessions = self.emissions = self.released_events = 0

    def examine(self, load: Callable[[], Bucket]) -> tuple[_Examined | None, Tally]:
        """What does not depend on other buckets, and changes nothing here; None: the bucket cannot be read."""
        bucket, tally = load(), Tally()
        if not is_sound(bucket, tally):
            return None, tally
        tables = [table.unify_dictionaries() for table in (bucket.events, bucket.waiting, bucket.named)]
        owners = [owned(table, self.people, tally) for table in tables]
        staged = read_events(
            tables[0],
            owners[0],
            gap_us=self.policy.gap_us,
            longest_us=self.policy.longest_us,
            before=self.before,
            tally=tally,
        )
        claims = check_intervals(bucket.emissions, staged, self.digests, tally)
        # Of a record that was withheld only the digest is known: there is nothing to compare its rows with.
        claims = _where(claims, claims.record >= 0)
        true = give_their_record(
            claims, staged.path, staged.paths, self.release, drop_repeats=self.policy.drop_repeats
        )
        tally.add("wrong_token", ~true)
        one = _Examined(
            staged,
            _where(claims, true),
            together(
                [
                    held_by(staged.persons, self.spans),
                    *(named_in(tables[at], owners[at], staged.persons) for at in (1, 2)),
                ]
            ),
            owners,
            active_people([(tables[at], owners[at]) for at in (0, 1)], self.before.first_us),
            bucket.events.num_rows,
            bucket.emissions.num_rows,
        )
        return one, tally

    def add(self, examined: tuple[_Examined | None, Tally]) -> None:
        """Count a bucket in."""
        one, tally = examined
        self.tally.merge(tally)
        if one is None:
            return
        self.counts.add(one.claims, one.staged, one.held, self.policy, self.tally)
        self.persons.append(one.staged.persons)
        self.present.append(pc.unique(pa.chunked_array([owner.persons for owner in one.owners])))
        self.pairs += [owner.pairs for owner in one.owners]
        self.active += one.active
        self.events += one.events
        self.sessions += int(one.staged.session[-1]) if len(one.staged.session) else 0
        self.emissions += one.emissions
        self.released_events += int(one.claims.length.sum())

    def close(self) -> Verification:
        people = len(pc.unique(pa.chunked_array(self.persons, pa.binary(16))))
        present = pa.chunked_array(self.present, pa.binary(16))
        self.tally.add("person_in_two_buckets", len(present) - len(pc.unique(present)))
        if self.pairs:
            pairs = pa.concat_tables(self.pairs)
            pairs = pairs.group_by(pairs.column_names, use_threads=False).aggregate([])
            staged, own = (len(pc.unique(pairs.column(name))) for name in ("staged", "person"))
            self.tally.add("split_person", pairs.num_rows - own)
            self.tally.add("merged_people", pairs.num_rows - staged)
        self.counts.check(self.release, self.policy, self.tally)
        support, occurrences = self.counts.people, self.counts.occurrences
        measured = Measured(
            people=people,
            active=self.active,
            events=self.events,
            sessions=self.sessions,
            emissions=self.emissions,
            occurrences=int(occurrences.sum()),
            transitions=int((occurrences * (self.release.lengths - 1)).sum()),
            released_events=self.released_events,
            smallest_support=int(support.min()) if len(support) else 0,
            median_support=float(np.median(support)) if len(support) else 0.0,
            min_outside_unit=self.counts.outside_needed(self.policy),
        )
        return Verification(len(support), self.tally.counts, measured)


def _where(claims: Claims, mask: Any) -> Claims:
    return Claims(claims.record[mask], claims.start[mask], claims.length[mask])
