"""What a version guarantees and what it does not, in plain words with the policy's numbers (DESIGN §4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def guaranteed(policy: Mapping[str, Any], who: str) -> list[tuple[str, str]]:
    """Headline and explanation of each guarantee that holds under this policy.

    Args:
        who: `people`, or `accounts` where nobody said which accounts belong to whom.
    """
    k, j, c, total = (policy[key] for key in ("k", "min_outside_unit", "cap_per_person", "max_per_person"))
    one = "account" if who == "accounts" else "person"
    promises = [
        (
            f"At least {k:,} {who} behind every record",
            f"Each released record was produced by at least {k:,} different {who}, counted again on the written files.",
        ),
    ]
    if j > 0:
        promises.append(
            (
                "No record gives away a single unit",
                f"At least {j:,} of a record's {who} are outside any one organisational unit.",
            )
        )
    promises.append(
        (
            "Nothing links two records",
            "No column, order or overlap links two records: no person, session, time or position is published.",
        )
    )
    if c or total:
        each = f"at most {c:,} times to a record" if c else "without a limit to a single record"
        overall = f" and at most {total:,} times to this version" if total else ""
        promises.append(("Nobody weighs too much", f"One {one} contributes {each}{overall}."))
    promises += [
        (
            "Each event is released at most once",
            "Versions share no event. A published version is never rebuilt without somebody: it stays, or it is "
            "withdrawn whole.",
        ),
        (
            "No exact counts",
            f"Counts of {who} are rounded down to a coarse ladder and occurrences to two digits; with fewer than "
            f"{policy['min_active']:,} active {who} nothing is released.",
        ),
        (
            "Content is not collected",
            "Only the columns named in the mapping are read. A column whose name says that it holds typed text, clipboard "
            "or titles is refused, or reduced to classes of keys.",
        ),
    ]
    return promises


def not_promised(policy: Mapping[str, Any], who: str) -> list[tuple[str, str]]:
    """Headline and explanation of what nobody should rely on."""
    gaps = [
        ("Differential privacy", "Counts carry no random noise."),
        ("Safety of a trained model", "What a model trained on this data reveals is a question of its own."),
        (
            "Secrecy of what everybody does",
            "If everyone in a group did something, the data says so, and that is then known of each of them.",
        ),
        (
            "Protection against planted events or collusion",
            f"{policy['k'] - 1:,} {who} who work together, or invented events, can reveal what one more person did.",
        ),
        (
            "Silence about rare actions",
            f"An action in a more general form (marked ↑) tells that its details had fewer than {policy['k']:,} {who}.",
        ),
        (
            "Safety of all versions taken together",
            f"Each version keeps its promises by itself. The same {who} are counted in several, and who compares many may "
            "learn about habits.",
        ),
        (
            "Statistical guesses",
            "That two records came from the same person can be guessed, though nothing in the data says so.",
        ),
    ]
    if policy["participation"] == "none":
        gaps.append(
            (
                "One account, one person",
                "Without a participation registry, somebody with two accounts counts twice.",
            )
        )
        if policy.get("names", "none") == "none":
            gaps.append(
                (
                    "Names of people",
                    "Without a participation registry or a file of names, names are recognised by shape only: addresses, "
                    "home folders, and an account in its own events. Another name in a window or file name may have passed.",
                )
            )
    if policy["min_outside_unit"] == 0:
        gaps.append(
            (
                "Diversity over units",
                "Units are not known or not used: all the accounts behind a record may belong to one team.",
            )
        )
    return gaps


def banners(manifest: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What must be known before anything else on the page is read."""
    policy, found = manifest["policy"], []
    if manifest.get("simulated"):
        found.append(
            (
                "Simulated data",
                "This version was made from generated logs. It says nothing about real people.",
            )
        )
    if policy["k"] < 10:
        found.append(
            (
                f"k = {policy['k']:,} is below 10",
                f"A lower protection than usual was explicitly allowed: a record may stand for only {policy['k']:,} "
                f"{manifest['privacy']['people_counted_as']}.",
            )
        )
    if manifest["input"].get("damage_accepted"):
        found.append(
            (
                "The input did not come whole",
                f"{manifest['input']['damaged_files']:,} of {manifest['input']['files']:,} files were cut, damaged, or "
                "changed while they were read, and it was explicitly allowed to publish what could be read.",
            )
        )
    if policy["participation"] == "none":
        found.append(
            (
                "No participation registry",
                "Nobody's consent, objection or unit was known. Accounts were counted instead of people, and everybody "
                "in the logs was admitted.",
            )
        )
    return found
