"""RAW → EVENTS: filter, read the time, admit, minimise and pseudonymise, in one step inside one worker.

The order matters: the records of an account that never takes part are gone before anything else is looked at, and one that
is not admitted before anything of it is shaped, so that no count, no reject and no failure depends on what it held.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from transforms.account import canonical
from transforms.compaction import used_only
from transforms.decode import reasons
from transforms.edges import DAY_US, Edges, edges_of
from transforms.erased_before import ErasedBefore, were_erased
from transforms.gazetteer import Gazetteer
from transforms.identity import identities
from transforms.mapping import Mapping, PersonSpec
from transforms.memo import Memo
from transforms.missing import named, without_null_words
from transforms.named import naming
from transforms.newest_first import backwards
from transforms.own_account import ACCOUNT_JOINT
from transforms.participation import Registry, admit, ever_admitted
from transforms.past import AHEAD, BURNED, NEAR, OUTSIDE, TOO_LATE, WINDOW, PastSpan, fates
from transforms.paths import action_paths
from transforms.pseudonym import derive_key, pseudonyms, unit_pseudonyms
from transforms.record_ids import record_ids, words_of
from transforms.repeated_hour import repeated_hours
from transforms.rules.programs import Programs
from transforms.schemas import DIGEST, EVENTS, POSITION, REJECTS
from transforms.sentences import Seen, look_at
from transforms.text import as_distinct_text, as_text, recoded
from transforms.times import parse_times
from transforms.where import chosen

FILTERED: Final = "where_filter"
OUTSIDE_WINDOW: Final = "outside_window"
OUTSIDE_NEAR: Final = "outside_window_near"
NOT_ADMITTED: Final = "not_admitted"
DUPLICATE: Final = "duplicate"
TOO_LATE_REASON: Final = "too_late"
BURNED_REASON: Final = "withdrawn_night"

COUNTED_PEOPLE: Final = 1024
"""People behind a drop are counted up to this many: enough to know whether they are k."""


def fewest(digests: frozenset[bytes]) -> frozenset[bytes]:
    """The smallest so many of some digests: merging does not depend on the order of parts."""
    return digests if len(digests) <= COUNTED_PEOPLE else frozenset(sorted(digests)[:COUNTED_PEOPLE])


@dataclass(frozen=True)
class EventPolicy:
    """What `to_events` needs to know beside the rows. Times are µs UTC; `registry` None: everybody is admitted;
    `gazetteer` None: no names are known; `past`: what became of the nights before the window; `erased`: binary(16),
    accounts that are never admitted again, `erased_before` such accounts under former keys or spellings;
    `programs` None: the package's; `held_from_us`: since when units that records name are counted (None: the window's
    begin); `support`: how many people's clocks it takes to say when a log ends; `night`: YYYY-MM-DD, the one night of the
    window, by which files claim to be its."""

    mapping: Mapping
    first_us: int
    end_us: int
    person_key: bytes = field(repr=False)
    record_key: bytes = field(repr=False)
    unit_key: bytes = field(repr=False)
    counting_key: bytes = field(repr=False)
    registry: Registry | None = field(repr=False)
    gazetteer: Gazetteer | None = field(default=None, repr=False)
    past: tuple[PastSpan, ...] = ()
    erased: pa.Array = field(default_factory=lambda: pa.array([], DIGEST), repr=False)
    programs: Programs | None = field(default=None, repr=False)
    held_from_us: int | None = None
    erased_before: tuple[ErasedBefore, ...] = field(default=(), repr=False)

    @property
    def names_units(self) -> bool:
        """Whether records name units themselves; those of the participation file count anyway."""
        return self.mapping.unit not in (None, "participation")

    support: int = 1
    night: str | None = None

    @property
    def is_bounded(self) -> bool:
        """Whether the window is known before anything is read."""
        return self.end_us < np.iinfo(np.int64).max


CLOCKS: Final = pa.schema([REJECTS.field("position"), EVENTS.field("time_us")])
"""Where a record stands, and its time."""


class Normalised(NamedTuple):
    """EVENTS in the order of the rows, of the window and of nights before it that may be late; REJECTS; and counts by
    reason and by scrub rule. `too_late`: where the records are that came too late, as REJECTS; they count as dropped.
    `named`: which units admitted records name that are no events, as rows that travel (`transforms.named`).
    `ahead`: CLOCKS, those of which only the whole input can tell whether they are of a later night, or of a wrong clock;
    they count as neither. `claimed`: events of the window or near it, in a file that claims to be the night's."""

    events: pa.Table
    rejects: pa.Table
    too_late: pa.Table
    dropped: dict[str, int]
    behind: dict[str, frozenset[bytes]]  # by drop reason: people, as digests that mean nothing after the run
    hits: dict[str, int]
    present: dict[str, frozenset[bytes]]  # by mapped column: people whose records fill it, as such digests
    seen: dict[str, Seen]  # by column of an action that nobody reviewed: a sample of its values
    named: pa.Table
    edges: Edges = Edges()
    ahead: pa.Table = CLOCKS.empty_table()
    claimed: int = 0


def to_events(
    rows: pa.Table,
    policy: EventPolicy,
    *,
    file: int,
    path_account: str | None = None,
    memo: Memo | None = None,
    claims: bool = False,
) -> Normalised:
    """Turn decoded records into admitted, pseudonymised events.

    Linear in the rows and in the registry; hashes and rules cost once for each distinct account, name, and pair of them.

    Args:
        rows: RAW, as a decoder returns it.
        file: rank of the file's name among the run's inputs.
        path_account: the account that the file's path names, where the mapping asks for it.
        claims: whether the file is named after the night.
        memo: what names were shaped to before, under this policy; None: nothing is remembered.

    Returns:
        `events.num_rows + rejects.num_rows + ahead.num_rows + sum(dropped.values()) == rows.num_rows`.
    """
    mapping, registry = policy.mapping, policy.registry
    rejects: list[pa.Table] = []
    rows = without_null_words(rows, mapping)
    account = _accounts(rows, mapping.person, named(path_account, mapping))
    digests = pseudonyms(account.dictionary, key=policy.person_key)
    drops = _Drops(_whose(digests, registry), policy.counting_key)
    code = np.asarray(account.indices.fill_null(-1), np.int32)
    admissible = ~np.asarray(pc.is_in(digests, value_set=policy.erased), np.bool_)
    if policy.erased_before:
        admissible &= ~were_erased(account.dictionary, policy.erased_before)
    if registry is not None:
        admissible &= ever_admitted(registry, digests)
    aside = _Aside(digests, policy)
    # A record that names no account (-1) is nobody's objection: it stays, and is rejected.
    rows, code = drops.keep(rows, code, np.append(admissible, True)[code], NOT_ADMITTED)
    if mapping.where is not None:
        wanted = chosen(rows.column(mapping.where.column), mapping.where.in_)
        aside.untimed(rows, code, ~wanted)
        rows, code = drops.keep(rows, code, wanted, FILTERED)
    rejects.append(_rejected(rows, code < 0, reasons.PERSON_MISSING))
    rows, code = _only(rows, code >= 0), code[code >= 0]
    parsed = parse_times(
        rows.column(mapping.time.column), mapping.time, mapping.timezone, dict(mapping.zones)
    )
    bad = _mask(pc.is_null(parsed.time_us))
    rejects.append(_rejected(rows, bad, parsed.reason))
    if bad.any():
        drops.note(reasons.TIME_OUT_OF_RANGE, code[_mask(pc.equal(parsed.reason, reasons.TIME_OUT_OF_RANGE))])
    rows, code = _only(rows, ~bad), code[~bad]
    time_us = np.asarray(parsed.time_us.drop_null(), np.int64)

    fate = fates(time_us, first_us=policy.first_us, end_us=policy.end_us, past=policy.past)
    edges = Edges(policy.support)
    if policy.is_bounded:
        edges = drops.edges(code, time_us, support=policy.support)
        fate = _told_apart(fate, time_us, policy, edges, claims=claims)
    claimed = int(np.isin(fate, (WINDOW, NEAR)).sum()) if claims else 0
    too_late = _rejected(rows, fate == TOO_LATE, TOO_LATE_REASON)
    ahead = _clocks(rows, time_us, fate == AHEAD)
    for wrong, reason in _LEFT_OUT.items():
        mask = fate != wrong
        aside.timed(rows, code, time_us, ~mask)
        rows, code = drops.keep(rows, code, mask, reason)
        if not mask.all():
            time_us, fate = time_us[mask], fate[mask]

    if registry is None:
        person, unit = digests.take(pa.array(code)), _unit_column(rows, policy)
    else:
        admitted, span = admit(registry, digests, code, time_us)
        for hour in repeated_hours(
            mapping.repeats_hours, int(time_us.min(initial=0)), int(time_us.max(initial=0))
        ):
            # Which pass a time is of is not known yet: who takes part in one of the two only, is not admitted.
            inside = (time_us >= hour.from_us) & (time_us < hour.to_us)
            if inside.any():
                later = np.where(inside, time_us + (hour.to_us - hour.from_us), time_us)
                admitted &= admit(registry, digests, code, later)[0]
        rows, code = drops.keep(rows, code, admitted, NOT_ADMITTED)
        time_us = time_us[admitted]
        entry = pc.index_in(digests, value_set=registry.accounts)
        person = registry.person.take(entry).take(pa.array(code))
        unit = _unit_column(rows, policy)
        if unit.null_count:
            unit = _either(unit, _registry_unit(registry, span[admitted]))

    if not policy.is_bounded:
        edges = drops.edges(code, time_us, support=policy.support)
    present = _filled(rows, code, mapping, drops)
    own = pa.DictionaryArray.from_arrays(pa.array(code), account.dictionary)
    paths = action_paths(
        rows, mapping, gazetteer=policy.gazetteer, account=own, programs=policy.programs, memo=memo
    )
    rejects.append(_rejected(rows, paths.missing, reasons.ACTION_MISSING))
    aside.timed(rows, code, time_us, paths.missing)
    files = np.full(rows.num_rows, file, np.int32)
    places = np.asarray(rows.column(POSITION), np.int64)
    if mapping.order == "newest_first":
        files, places = backwards(files, places)
    identity = pa.array(
        identities(rows, mapping, digests, code, time_us, key=derive_key(policy.record_key, "identity"))
    )
    events = pa.table(
        {
            "person": person,
            "unit": unit,
            "time_us": pa.array(time_us),
            "file": pa.array(files),
            "position": pa.array(places),
            "path": paths.path,
            "record_id": identity if mapping.dedupe == "record" else _record_ids(rows, policy),
            "account": digests.take(pa.array(code)),
            "fragment": pa.nulls(rows.num_rows, pa.int64()),
            "identity": identity,
        },
        schema=EVENTS,
    )
    events = _only(events, ~paths.missing)
    drops.forget(_AHEAD_OF_ALL)
    return Normalised(
        events,
        pa.concat_tables(rejects),
        too_late,
        drops.counts,
        drops.behind,
        paths.hits,
        present,
        _look_at(paths.shaped, code, drops, policy.record_key),
        aside.named(),
        edges,
        ahead,
        claimed,
    )


def _look_at(
    shaped: dict[str, list[pa.DictionaryArray]], code: npt.NDArray[np.int32], drops: _Drops, key: bytes
) -> dict[str, Seen]:
    used, people = np.unique(code, return_inverse=True)
    digests = drops.each(used)
    return {
        name: sum((look_at(column, people, digests, key=key) for column in columns), Seen())
        for name, columns in shaped.items()
    }


_AHEAD_OF_ALL: Final = "ahead"
_LEFT_OUT: Final = {
    OUTSIDE: OUTSIDE_WINDOW,
    NEAR: OUTSIDE_NEAR,
    AHEAD: _AHEAD_OF_ALL,
    TOO_LATE: TOO_LATE_REASON,
    BURNED: BURNED_REASON,
}


def _told_apart(
    fate: npt.NDArray[np.int8],
    time_us: npt.NDArray[np.int64],
    policy: EventPolicy,
    edges: Edges,
    *,
    claims: bool,
) -> npt.NDArray[np.int8]:
    """Of what is outside the window: what is next to it in a file that claims to be the night's, and what may be of a clock
    that is ahead. What enough people of the batch did at the time, or later, is of no wrong clock."""
    outside = fate == OUTSIDE
    if not outside.any():
        return fate
    agreed = edges.last_us if edges.last_us is not None and edges.needed == policy.support else policy.end_us
    ahead = outside & (time_us >= max(agreed, policy.end_us) + DAY_US)
    fate = np.where(ahead, np.int8(AHEAD), fate)
    if claims:
        beside = (time_us >= policy.first_us - DAY_US) & (time_us < policy.end_us + DAY_US)
        fate = np.where(outside & beside, np.int8(NEAR), fate)
    return fate


def _clocks(rows: pa.Table, time_us: npt.NDArray[np.int64], mask: npt.NDArray[np.bool_]) -> pa.Table:
    if not mask.any():
        return CLOCKS.empty_table()
    position = rows.column(POSITION).filter(pa.array(mask)).combine_chunks()
    return pa.table([position, pa.array(time_us[mask])], schema=CLOCKS)


def _only(rows: pa.Table, mask: npt.NDArray[np.bool_]) -> pa.Table:
    """The rows of the mask; the very table, not a copy of it, where these are all."""
    return rows if mask.all() else rows.filter(pa.array(mask))


def _mask(values: pa.Array | pa.ChunkedArray) -> npt.NDArray[np.bool_]:
    return np.asarray(pc.fill_null(values, False)).astype(np.bool_)


def _filled(
    rows: pa.Table, code: npt.NDArray[np.int32], mapping: Mapping, drops: _Drops
) -> dict[str, frozenset[bytes]]:
    everybody = drops.people(code)
    columns = {name: rows.column(name) for name in mapping.columns}
    return {
        name: drops.people(code[_mask(column.is_valid())]) if column.null_count else everybody
        for name, column in columns.items()
        if column.null_count < len(column)
    }


def _whose(digests: pa.Array, registry: Registry | None) -> pa.Array:
    """By account its person, where the registry knows one: several accounts of a person are one person behind a drop."""
    if registry is None:
        return digests
    return pc.coalesce(registry.person.take(pc.index_in(digests, value_set=registry.accounts)), digests)


class _Aside:
    """Which units the records name that come to nothing else, though account and time were read.

    A record that names none says nothing of units: it is no event. Where no column names units there is nothing to find.
    """

    def __init__(self, digests: pa.Array, policy: EventPolicy) -> None:
        """Args: digests: binary(16), the accounts that codes are indices into."""
        self._digests, self._policy = digests, policy
        self._asks = policy.names_units
        self._found = [EVENTS.empty_table()]

    def untimed(self, rows: pa.Table, code: npt.NDArray[np.int32], mask: npt.NDArray[np.bool_]) -> None:
        """Note rows (a mask) whose times have not been looked at."""
        mask = mask & (code >= 0)
        if not self._asks or not mask.any():
            return
        rows, code = _only(rows, mask), code[mask]
        time = self._policy.mapping.time
        parsed = parse_times(rows.column(time.column), time, self._policy.mapping.timezone)
        known = np.asarray(parsed.time_us.is_valid())
        self.timed(rows, code, np.asarray(parsed.time_us.fill_null(0), np.int64), known)

    def timed(
        self,
        rows: pa.Table,
        code: npt.NDArray[np.int32],
        time_us: npt.NDArray[np.int64],
        mask: npt.NDArray[np.bool_],
    ) -> None:
        """Note rows (a mask) with their times, µs UTC: those of the nights that units are counted over."""
        policy, registry, digests = self._policy, self._policy.registry, self._digests
        since = policy.first_us if policy.held_from_us is None else policy.held_from_us
        mask = mask & (time_us >= since) & (time_us < policy.end_us)
        if self._asks and registry is not None and mask.any():
            mask[mask] = admit(registry, digests, code[mask], time_us[mask]).mask
        if not self._asks or not mask.any():
            return
        account = digests.take(pa.array(code[mask]))
        person = _whose(digests, registry).take(pa.array(code[mask]))
        unit = _unit_column(_only(rows, mask), policy)
        self._found.append(naming(person, account, unit, time_us[mask], unknown_too=False))

    def named(self) -> pa.Table:
        """All of it, as rows of EVENTS."""
        return pa.concat_tables(self._found).unify_dictionaries()


class _Drops:
    """What is dropped, by reason, and how many people are behind it: as many digests as it takes to know."""

    def __init__(self, people: pa.Array, key: bytes) -> None:
        """Args: people: binary(16), whose each account is; codes are indices into it. key: of digests for this alone."""
        self._people = people
        self._key = key
        self.counts: dict[str, int] = {}
        self.behind: dict[str, frozenset[bytes]] = {}

    def people(self, code: npt.NDArray[np.int32]) -> frozenset[bytes]:
        """Whose some accounts are, as digests; -1: nobody's."""
        there = np.zeros(len(self._people) + 1, np.bool_)  # the last: nobody
        there[code] = True
        some = fewest(frozenset(self._people.filter(pa.array(there[:-1])).to_pylist()))
        return frozenset(pseudonyms(pa.array(sorted(some), pa.binary()), key=self._key).to_pylist())

    def each(self, code: npt.NDArray[np.int32]) -> list[bytes]:
        """Whose each account is, as a digest."""
        return list(pseudonyms(self._people.take(pa.array(code)), key=self._key).to_pylist())

    def edges(self, code: npt.NDArray[np.int32], time_us: npt.NDArray[np.int64], *, support: int) -> Edges:
        """Of the events of some accounts: people are told by such digests, too."""
        whose = self._people.dictionary_encode()

        def name(numbers: list[int]) -> list[bytes]:
            named: list[bytes] = pseudonyms(
                whose.dictionary.take(pa.array(numbers, pa.int64())), key=self._key
            ).to_pylist()
            return named

        people = np.asarray(whose.indices, np.int64)[code]
        return edges_of(people, time_us, support=support, name=name)

    def note(self, reason: str, code: npt.NDArray[np.int32]) -> None:
        """Whose some records are that are rejected, and counted elsewhere."""
        if len(code):
            self.behind[reason] = fewest(self.behind.get(reason, frozenset[bytes]()) | self.people(code))

    def forget(self, reason: str) -> None:
        """Count a reason no longer."""
        self.counts.pop(reason, None)
        self.behind.pop(reason, None)

    def keep(
        self, rows: pa.Table, code: npt.NDArray[np.int32], mask: npt.NDArray[np.bool_], reason: str
    ) -> tuple[pa.Table, npt.NDArray[np.int32]]:
        lost = int(len(mask) - mask.sum())
        if not lost:
            return rows, code
        self.counts[reason] = self.counts.get(reason, 0) + lost
        before = self.behind.get(reason, frozenset[bytes]())
        self.behind[reason] = fewest(before | self.people(code[~mask]))
        return rows.filter(pa.array(mask)), code[mask]


def _rejected(rows: pa.Table, mask: npt.NDArray[np.bool_], reason: str | pa.Array) -> pa.Table:
    if not mask.any():
        return REJECTS.empty_table()
    positions = rows.column(POSITION).filter(pa.array(mask)).combine_chunks()
    words = (
        pa.repeat(pa.scalar(reason), len(positions))
        if isinstance(reason, str)
        else reason.filter(pa.array(mask))
    )
    return pa.table({"position": positions, "reason": words}, schema=REJECTS)


def _accounts(rows: pa.Table, person: PersonSpec, path_account: str | None) -> pa.DictionaryArray:
    if person.source_columns:
        columns = [as_distinct_text(rows.column(name)) for name in person.source_columns]
        spelled = [recoded(column, canonical(column.dictionary)) for column in columns]
        if len(spelled) == 1:
            return spelled[0]
        return pc.binary_join_element_wise(*map(as_text, spelled), ACCOUNT_JOINT).dictionary_encode()
    constant = person.constant if person.path is None else path_account
    nobody = pa.DictionaryArray.from_arrays(
        pa.array(np.zeros(rows.num_rows, np.int32)), pa.array([constant], pa.string())
    )
    return recoded(nobody, canonical(nobody.dictionary))


def _unit_column(rows: pa.Table, policy: EventPolicy) -> pa.DictionaryArray:
    name = policy.mapping.unit
    if name is None or name == "participation":
        return pa.nulls(rows.num_rows, EVENTS.field("unit").type)
    encoded = as_distinct_text(rows.column(name))
    return recoded(encoded, unit_pseudonyms(canonical(encoded.dictionary), key=policy.unit_key))


def _registry_unit(registry: Registry, span: npt.NDArray[np.int64]) -> pa.DictionaryArray:
    unit = registry.span_unit[span]
    units = pa.array(registry.units, pa.string())
    return used_only(pa.DictionaryArray.from_arrays(pa.array(unit, mask=unit < 0), units))


def _either(log: pa.DictionaryArray, registry: pa.DictionaryArray) -> pa.DictionaryArray:
    """The unit that the log names; the registry's where it names none. (The registry's count anyway: see `pack`.)"""
    if log.null_count in (0, len(log)):
        return registry if log.null_count else log
    words = (column.dictionary.take(column.indices) for column in (log, registry))
    return pc.coalesce(*words).dictionary_encode()


def _record_ids(rows: pa.Table, policy: EventPolicy) -> pa.Array:
    mapping = policy.mapping
    if mapping.dedupe == "event_id" and mapping.event_id is not None and rows.num_rows:
        ids = record_ids(as_text(rows.column(mapping.event_id)), key=policy.record_key)
        return pa.array(words_of(ids)[:, 0], mask=np.asarray(ids.is_null()))
    return pa.nulls(rows.num_rows, EVENTS.field("record_id").type)
