"""Why a record was rejected: the words that dead letters, metrics and the manifest use."""

from __future__ import annotations

from typing import Final

JSON_MALFORMED: Final = "json_malformed"
NOT_AN_OBJECT: Final = "not_an_object"
NESTING_TOO_DEEP: Final = "nesting_too_deep"
WRONG_TYPE: Final = "wrong_type"
"""A mapped column holds an object or an array, or something other than an object is on the way to it."""

RECORD_TOO_LONG: Final = "record_too_long"
UTF8_INVALID: Final = "utf8_invalid"
"""Not valid text in the mapping's encoding."""

FIELD_COUNT: Final = "field_count"
QUOTE_UNCLOSED: Final = "quote_unclosed"
QUOTE_MALFORMED: Final = "quote_malformed"
"""Text between a closing quote and the next separator."""

STREAM_TRUNCATED: Final = "stream_truncated"
STREAM_CORRUPT: Final = "stream_corrupt"
DAMAGE: Final = frozenset({STREAM_TRUNCATED, STREAM_CORRUPT})
"""Reasons that say a file could not be read to its end."""

TIME_MISSING: Final = "time_missing"
TIME_MALFORMED: Final = "time_malformed"
TIME_OUT_OF_RANGE: Final = "time_out_of_range"
TIME_IN_FUTURE: Final = "time_in_future"
"""Later than the run may know, by the clocks of enough people."""
TIME_WITHOUT_OFFSET: Final = "time_without_offset"
TIME_ZONE_UNKNOWN: Final = "time_zone_unknown"
"""A time that names a zone which is neither UTC's nor one that the mapping knows."""
PERSON_MISSING: Final = "person_missing"
ACTION_MISSING: Final = "action_missing"
