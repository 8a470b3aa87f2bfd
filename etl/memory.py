"""What a registry remembers that a window needs to know: nights that are taken, what waits, what was consumed and spent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from etl.audit import Entry
from etl.config import RunConfig
from etl.erased import erased_before, load_erased
from etl.errors import StorageError
from etl.history import instants, past_of, remembered_from_us
from etl.keys import Keys
from etl.registry import Registry
from etl.state import KNOWN_BY, SHAPED_BY, kept, object_name, read_content, read_state
from etl.versions import Version
from etl.waiting import current_generation, read_pool
from etl.window import begins_us, bounds_us
from transforms.erased_before import ErasedBefore
from transforms.ledger import known_by, shaped_by
from transforms.mapping import Mapping
from transforms.past import BURNED, PastSpan
from transforms.pseudonym import derive_key, key_fingerprint
from transforms.schemas import DIGEST, NAMED_BEFORE, POOL, SPENT


@dataclass(frozen=True)
class Memory:
    """`generation`: the pool's, 0: none yet; `pool` (POOL): what is in it. `ledgers` (LEDGER) and `spent` (SPENT): of the
    versions of which they are kept. `erased`: binary(16), accounts never to be admitted again, `erased_before`
    those under former keys or spellings. `burned`: withdrawn nights;
    `outdated`: whether what waits was named by another mapping. Of neither anything waits on. `named` (NAMED_BEFORE): which
    units were named in the nights of the versions of which it is kept."""

    past: tuple[PastSpan, ...]
    generation: int
    pool: pa.Table = field(repr=False)
    ledgers: list[pa.Table] = field(repr=False)
    spent: pa.Table = field(repr=False)
    erased: pa.Array = field(repr=False)
    burned: tuple[PastSpan, ...] = ()
    outdated: bool = False
    named: pa.Table = field(default_factory=NAMED_BEFORE.empty_table, repr=False)
    erased_before: tuple[ErasedBefore, ...] = field(default=(), repr=False)

    @classmethod
    def blank(cls) -> Memory:
        """Of a registry without a past."""
        return cls((), 0, POOL.empty_table(), [], SPENT.empty_table(), pa.array([], DIGEST))


def remember(
    registry: Registry,
    config: RunConfig,
    keys: Keys,
    mapping: Mapping,
    versions: Sequence[Version],
    entries: Sequence[Entry],
) -> Memory:
    """Read it all. Needs the lock."""
    generation = current_generation(
        [version.manifest for version in versions], [entry.fields for entry in entries]
    )
    past: tuple[PastSpan, ...] = ()
    with_ledger = kept(registry, "ledger")
    if not _recognises(registry, with_ledger, mapping, keys):
        with_ledger = set()
    if config.nights is not None:
        late_from_us = begins_us(config.nights[0], config.night_timezone, nights_before=config.late_days)
        first_us = bounds_us(config.nights, config.night_timezone)[0]
        past = past_of(
            versions,
            with_ledger,
            first_us=first_us,
            late_from_us=max(late_from_us, remembered_from_us(versions, first_us)),
        )
    ledgers = [read_state(registry, name, "ledger", key=keys.pool) for name in sorted(with_ledger)]
    _none_lost(registry, versions, entries)
    spent = [read_state(registry, name, "spent", key=keys.pool) for name in sorted(kept(registry, "spent"))]
    named = [read_state(registry, name, "units", key=keys.pool) for name in sorted(kept(registry, "units"))]
    return Memory(
        past,
        generation,
        read_pool(registry, generation, key=keys.pool, fingerprint=key_fingerprint(keys.pseudonym)),
        [table for table in ledgers if table is not None],
        pa.concat_tables([SPENT.empty_table(), *(table for table in spent if table is not None)]),
        load_erased(registry.store, keys.pool),
        tuple(PastSpan(*instants(old.manifest["window"]), BURNED) for old in versions if not old.is_live),
        _is_outdated(registry, versions, mapping, keys),
        pa.concat_tables([NAMED_BEFORE.empty_table(), *(table for table in named if table is not None)]),
        erased_before(registry.store, keys.pool, keys.pseudonym),
    )


def _none_lost(registry: Registry, versions: Sequence[Version], entries: Sequence[Entry]) -> None:
    expired = {name for entry in entries for name in (entry.fields.get("tables") or {}).get("spent", ())}
    left = {version.name for version in versions if version.manifest.get("pool")}
    lost = sorted(left - expired - kept(registry, "spent"))
    if lost:
        raise StorageError(
            f"where version {lost[0]} released something is not known any more, and nothing may be joined across it: "
            f"restore {object_name(lost[0], 'spent')} from a backup"
        )


def _recognises(registry: Registry, with_ledger: set[str], mapping: Mapping, keys: Keys) -> bool:
    """Whether all ledgers name events as this mapping does; if not, what comes of their nights may have been consumed."""
    asked = known_by(mapping, key=derive_key(keys.pseudonym, "ledger"))
    return all((read_content(registry, name) or {}).get(KNOWN_BY) == asked for name in with_ledger)


def _is_outdated(registry: Registry, versions: Sequence[Version], mapping: Mapping, keys: Keys) -> bool:
    """Whether the version that wrote the pool last named actions by another mapping; unknown: after a change of keys."""
    writers = [version for version in versions if version.manifest.get("pool")]
    if not writers:
        return False
    last = max(writers, key=lambda version: int(version.manifest["pool"]["generation"]))
    said = (read_content(registry, last.name) or {}).get(SHAPED_BY)
    return said is not None and said != shaped_by(mapping, key=derive_key(keys.pseudonym, "ledger"))
