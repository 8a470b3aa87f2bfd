"""What each reason means, in words for somebody who has never seen the pipeline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

UNEXPLAINED: Final = "No explanation has been written for this reason yet."

REJECTED: Final[Mapping[str, str]] = {
    "json_malformed": "The line is not valid JSON.",
    "not_an_object": "The line is valid JSON, but not a record with named fields.",
    "nesting_too_deep": "The record is nested too deeply to be read safely.",
    "wrong_type": "A field holds a list or a record where one value is expected.",
    "record_too_long": "The record is longer than any real record; it was skipped without being read into memory.",
    "utf8_invalid": "The bytes are not text in the stated encoding.",
    "field_count": "The line has more or fewer fields than the file has columns.",
    "quote_unclosed": "A quotation mark was opened and never closed.",
    "quote_malformed": "Text stands between a closing quotation mark and the next separator.",
    "stream_truncated": "A file ends in the middle of a record, a list or a compressed stream; what came before was kept.",
    "stream_corrupt": "A file is damaged; what came before the damage was kept.",
    "time_missing": "The record has no time.",
    "time_malformed": "The time cannot be read.",
    "time_out_of_range": "The time is outside the plausible years: a clock was wrong.",
    "time_zone_unknown": "The time names a zone whose meaning is not certain: say in the mapping what it means (zones).",
    "time_in_future": "The time is later than the run can know by the clocks of everybody else: a clock was ahead.",
    "time_without_offset": "The time does not say its time zone, and no default zone was set.",
    "person_missing": "The record does not say whose it is.",
    "action_missing": "The record does not say what was done.",
}
"""Rows that could not be used."""

DROPPED: Final[Mapping[str, str]] = {
    "where_filter": "The mapping asks for other kinds of record only.",
    "outside_window": "The event belongs to another night.",
    "outside_window_near": "The event is of the night before or after, in a file that is named after this one.",
    "not_admitted": "The person does not take part, objected, or has left; or the account is not listed.",
    "duplicate": "The same record had already been read.",
    "seen_before": "The event was part of an earlier version's window; it came again.",
    "too_late": "The event came later than late events may.",
    "withdrawn_night": "The event belongs to a night whose version was withdrawn.",
    "other": "Reasons behind which there are too few people to tell them apart, told together.",
}
"""Rows that were readable and left out on purpose."""

WITHHELD: Final[Mapping[str, str]] = {
    "rare_token": "Too few different {who} did this action, even named in its most general form.",
    "no_shared_sequence": "Enough {who} did this action, but too few did what surrounds it in the same order.",
    "no_shared_phrase": "Enough {who} did this action, but too few did what surrounds it in the same order.",
    "cap": "One person may contribute only so much; what is above the cap is not used, nor kept for later.",
    "merged_by_lifting": "Named more generally, the action was the same as the one before it, and a repeat is told once.",
    "below_min_active": "Too few {who} were active for anything to be released.",
    "other": "Reasons behind which there are too few {who} to tell them apart, told together.",
}
"""Actions that were admitted and are not in the release; `{who}` stands for people, or accounts."""

POOL: Final[Mapping[str, str]] = {
    "drawn": "events had waited since earlier nights; what may still be used was tried again",
    "late": "events of earlier nights came late and were taken in",
    "waiting": "events wait for the next nights, when more {who} may share what they are part of",
    "expired": "events waited as long as they may, and were deleted",
}
"""What came out of the pool of waiting events, and went into it."""

GATES: Final[Mapping[str, str]] = {
    "input": "What came in",
    "release": "What goes out",
    "version": "Compared with the versions before",
}

ATTACKS: Final[Mapping[str, str]] = {
    "stitching": "Guess which record came after another",
    "stitching_combined": "The same, weighed with what usually follows what",
    "row_order": "See from a record's place in the file which others share its people",
    "person_classifier": "Guess which records one person produced",
}
"""Attacks that are tried on every release."""

SCORES: Final[Mapping[str, str]] = {
    "stitching": "how often the right one is among ten guesses",
    "stitching_combined": "how often the right one is among ten guesses",
    "row_order": "how alike the people of neighbours are, 0 to 1",
    "person_classifier": "AUC, where .5 is guessing",
}
"""What the two figures of an attack are: the attacker's, and the guess's."""

NO_BETTER_THAN_NULL: Final = "Did no better than a guess that ignores order and place."
BETTER_THAN_NULL: Final = (
    "Did better than a guess that ignores order and place: the steward should look at it."
)
TOO_LITTLE_TO_ATTACK: Final = "The release is too small for this attack to be measured."
