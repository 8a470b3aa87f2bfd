"""The Arrow schemas that flow between the stages, and what null means in each.

RAW ─ to_events ─▶ EVENTS ─ build_actions ─▶ ACTIONS ─ cut ─▶ EMISSIONS ─ release ─▶ RELEASE

A raw value lives only in RAW, inside one worker; everything from EVENTS on is minimised and pseudonymised.
"""

from __future__ import annotations

from typing import Final

import pyarrow as pa

POSITION: Final = "__position__"
"""RAW: where a record starts: the byte (after decompression) in text formats, the row in Parquet. int64, never null."""

RECORD_ID: Final = "__record_id__"
"""RAW: the keyed digest of the record's own bytes, 16 bytes; there only when the mapping says `dedupe: record`."""

LEVEL_SEPARATOR: Final = "\x1f"
"""Joins the levels of an action's hierarchy, finest first, into one `path` string. No token may contain it."""

DIGEST: Final = pa.binary(16)

REJECTS: Final = pa.schema(
    [pa.field("position", pa.int64(), nullable=False), pa.field("reason", pa.string(), nullable=False)]
)
"""Records that could not be used: where and why, never what."""

EVENTS: Final = pa.schema(
    [
        pa.field("person", DIGEST, nullable=False),  # keyed 128-bit digest of the person
        pa.field("unit", pa.dictionary(pa.int32(), pa.string())),  # null: unknown, which counts as one unit
        pa.field("time_us", pa.int64(), nullable=False),  # microseconds since the epoch, UTC
        pa.field("file", pa.int32(), nullable=False),  # rank of the file's name among the run's inputs
        pa.field("position", pa.int64(), nullable=False),
        pa.field(
            "path", pa.dictionary(pa.int32(), pa.string()), nullable=False
        ),  # levels joined by LEVEL_SEPARATOR
        # The first 64 bits of the keyed digest of the record's id: enough to tell one person's records apart.
        pa.field(
            "record_id", pa.int64()
        ),  # null: the mapping asks for no deduplication, or the record has no id
        pa.field(
            "account", DIGEST, nullable=False
        ),  # keyed 128-bit digest of the account; people may have several
        pa.field(
            "fragment", pa.int64()
        ),  # of the pool: which fragment it waited in; null: read from the files
        # 64 bits of `transforms.identity.identities`: what the event is known by when it comes again.
        pa.field("identity", pa.int64()),  # null: of the pool, or it was looked at already
    ]
)
"""One admitted event a row. Dictionaries hold used values only, so that nothing filtered out stays in the bytes.

Events of the pool have file −1 and their row there as position."""

POOL: Final = pa.schema(
    [
        pa.field("account", DIGEST, nullable=False),
        pa.field("unit", pa.dictionary(pa.int32(), pa.string())),  # null: unknown when it was read
        pa.field("time_us", pa.int64(), nullable=False),
        pa.field("path", pa.dictionary(pa.int32(), pa.string()), nullable=False),
        pa.field("fragment", pa.int64(), nullable=False),
    ]
)
"""One waiting event a row, in order of time and of where it stood. Whose it is, is found anew at every run."""

SPENT: Final = pa.schema(
    [
        pa.field("account", DIGEST, nullable=False),
        pa.field("from_us", pa.int64(), nullable=False),
        pa.field("to_us", pa.int64(), nullable=False),  # the last event's time: closed
    ]
)
"""Where events of an account were released, or cut away by a cap: nothing is joined across these."""

SPENT_OF_PEOPLE: Final = pa.schema([pa.field("person", DIGEST, nullable=False), *list(SPENT)[1:]])
"""SPENT by whose accounts these are."""

LEDGER: Final = pa.schema(
    [
        pa.field("account", DIGEST, nullable=False),
        pa.field("digest", pa.int64(), nullable=False),  # EVENTS.identity
        pa.field("record_id", pa.int64()),  # EVENTS.record_id; null: the record had none
    ]
)
"""One consumed event a row: all that it is known by when it comes again."""

NAMED: Final = pa.schema(
    [EVENTS.field("person"), EVENTS.field("account"), EVENTS.field("unit"), EVENTS.field("time_us")]
)
"""Which unit an account named, and when (the first and the last time): what events and other records say. A null unit is
the unknown one."""

NAMED_BEFORE: Final = pa.schema([field for field in NAMED if field.name != "person"])
"""NAMED as a version leaves it: whose the accounts are, is found anew at every run."""

MEMBERSHIP: Final = pa.schema([pa.field("account", DIGEST, nullable=False)])
"""The accounts that emitted what a version releases, each once."""

ACTIONS: Final = pa.schema(
    [
        pa.field("person", pa.int32(), nullable=False),  # index into the bucket's persons
        pa.field("session", pa.int32(), nullable=False),  # index of the session in the bucket
        pa.field("path", pa.dictionary(pa.int32(), pa.string()), nullable=False),
        pa.field(
            "first_row", pa.int64(), nullable=False
        ),  # the run's first event in the bucket's staged EVENTS
        pa.field("rows", pa.int32(), nullable=False),  # how many events the run holds
    ]
)
"""One action a row, ordered by person, session and time."""

EMISSIONS: Final = pa.schema(
    [
        pa.field(
            "record", pa.dictionary(pa.int32(), pa.binary(32)), nullable=False
        ),  # SHA-256 of the record's actions
        pa.field("person", DIGEST, nullable=False),
        pa.field("session", pa.int32(), nullable=False),
        pa.field("start", pa.int64(), nullable=False),  # first row in the bucket's staged EVENTS
        pa.field(
            "length", pa.int32(), nullable=False
        ),  # how many consecutive staged EVENTS the segment covers
    ]
)
"""One emitted segment a row, caps applied: what the verifier recounts. Kept encrypted, removed when the run ends."""

RELEASE: Final = pa.schema(
    [
        pa.field("actions", pa.list_(pa.field("item", pa.string(), nullable=False)), nullable=False),
        pa.field("length", pa.int16(), nullable=False),
        pa.field("people", pa.int32(), nullable=False),  # different people who emitted it
        pa.field("occurrences", pa.int64(), nullable=False),  # after caps
    ]
)
"""One distinct sequence a row, ordered by the SHA-256 of its actions."""
