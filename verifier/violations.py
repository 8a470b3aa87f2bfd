"""Every way a release can break its promise, by name, and the tally of how often it did; never with a value."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

KINDS: Final[dict[str, str]] = {
    # the files
    "file_name": "a file is not named <kind>/<split>-<i>-of-<n>.parquet, or a shard is missing",
    "unreadable_file": "a file is not sound Parquet",
    "empty_file": "a file holds no row",
    "schema": "a file's columns are not exactly those of a record",
    "null": "a value is null",
    "length": "length is not the number of actions",
    "length_range": "a sequence is not of 2 to the longest length, or an action not of 1",
    "duplicate_record": "a record stands in the release more than once",
    "repeat_in_record": "an action follows itself although repeats collapse",
    "split": "a record is in another split than its digest says",
    "row_order": "rows are not in the order of their digests",
    # the files' bytes
    "extra_metadata": "a file carries metadata that a release has no use for",
    "stray_dictionary_value": "a dictionary page holds a value that no row has",
    "stray_statistic": "a minimum or maximum is a value that no row has",
    "stray_bytes": "a file holds bytes that are no part of its Parquet",
    # what was staged
    "bucket_schema": "a bucket's tables are not of the schemas EVENTS and EMISSIONS",
    "bucket_null": "a staged value is null where none may be",
    "unsorted_events": "staged events are not in total order",
    "duplicate_event": "an event was staged twice",
    # whose it is
    "split_person": "accounts of one person are staged as several people",
    "merged_people": "accounts of several people are staged as one person",
    "person_in_two_buckets": "a person is in more than one bucket",
    "not_admitted": "a staged event or unit is of an account that does not take part then",
    "outside_nights": "a staged event or unit is of no night that the version draws on",
    # what was emitted
    "interval_bounds": "an emission's rows are not in its bucket",
    "two_persons": "an emission's rows are of several people",
    "crosses_gap": "an emission's rows are of several sessions",
    "wrong_person": "an emission names another person than its rows",
    "session_label": "session numbers do not name the sessions one to one",
    "overlap": "two emissions share rows",
    "wrong_token": "the rows of an emission do not give its record",
    # what was counted
    "never_emitted": "nobody emitted a record",
    "support": "fewer than k people emitted a record (G1)",
    "unit_diversity": "too few of a record's people are outside one unit (G2)",
    "cap_per_person": "a person has more than c occurrences in a record (G4)",
    "max_per_person": "a person has more than C occurrences in the version (G4)",
    "people_off_ladder": "a published number of people is no step of the ladder (G6)",
    "people_value": "a published number of people is not the exact one rounded down (G6)",
    "occurrences_value": "published occurrences are not the exact ones rounded down (G6)",
}


class Tally:
    """Counts of violations by kind; a kind that never happened is not there."""

    def __init__(self) -> None:
        """Start without any violation."""
        self.counts: dict[str, int] = {}

    def add(self, kind: str, found: Any) -> None:
        """Count violations: a number, or a boolean mask with True where the promise is broken."""
        number = int(np.count_nonzero(found)) if isinstance(found, np.ndarray) else int(found)
        if number:
            self.counts[kind] = self.counts.get(kind, 0) + number
        if kind not in KINDS:
            raise KeyError(f"{kind} is no kind of violation")

    def merge(self, other: Tally) -> None:
        """Count what another tally counted."""
        for kind, number in other.counts.items():
            self.add(kind, number)
