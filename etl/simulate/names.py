"""Invented people, sites and words; plausible on purpose, so that a gazetteer of names has something to find."""

from __future__ import annotations

from typing import Final

# fmt: off
FIRST: Final = (
    "adaeze", "amir", "anouk", "bao", "birgit", "carlos", "chidi", "dagny", "deepa", "dmitri", "eilidh",
    "emeka", "farida", "fatou", "gustav", "hana", "hiroshi", "ines", "ingrid", "ivan", "jamila", "joao",
    "kaito", "katya", "kwame", "lakshmi", "leila", "lukas", "magda", "mateo", "mei", "mira", "nadia",
    "nikhil", "noor", "olga", "oscar", "paolo", "priya", "quentin", "rashid", "renata", "saskia", "sofia",
    "tariq", "thandi", "tomasz", "ulrike", "vikram", "wanjiru", "yara", "zofia",
)
LAST: Final = (
    "abara", "albrecht", "andersson", "banerjee", "bianchi", "castillo", "chukwu", "dlamini", "eriksen",
    "fischer", "fonseca", "fujita", "gonzalez", "grabowski", "haddad", "hakimi", "hansen", "ibrahim",
    "iwasaki", "jansen", "kaminski", "kapoor", "kessler", "kimura", "kovacs", "larsen", "lindqvist",
    "macleod", "mahlangu", "meyer", "moreau", "mutua", "nakamura", "ndiaye", "novak", "nwosu", "okafor",
    "okonkwo", "oliveira", "petrov", "rahman", "romano", "sandoval", "schneider", "silva", "takeda",
    "tanaka", "thapa", "vasquez", "weber", "yilmaz", "zielinski",
)
# fmt: on
SITES: Final = (
    ("Berlin", 60),
    ("London", 0),
    ("New York", -300),
    ("Bengaluru", 330),
    ("San Francisco", -480),
    ("Singapore", 480),
)
"""Where people work, and the offset from UTC in minutes: that of the winter, all year."""

# fmt: off
WORDS: Final = (
    "please", "thanks", "meeting", "invoice", "quarterly", "update", "review", "deadline", "contract",
    "forecast", "Tuesday", "attached", "schedule", "budget", "customer", "delivery", "feedback", "proposal",
    "tomorrow", "agenda", "summary", "draft", "numbers", "project", "password1!", "confidential", "salary",
    "anna.kessler@example.com", "+49-30-5550123", "DE89370400440532013000", "Adaeze Nwosu",
    'so-called "final"',
)
# fmt: on
"""What is typed, in the key `text` that no pipeline may read: some of it is nobody's business."""


def account_name(person: int) -> str:
    """The log-in name of a person, unique.

    >>> account_name(0), account_name(123_456)
    ('adaeze.abara', 'deepa.sandoval45')
    """
    round_, rest = divmod(person, len(FIRST) * len(LAST))
    # a stride that shares no factor with the number of names: neighbours differ in both
    first, last = rest % len(FIRST), (rest // len(FIRST) + rest) % len(LAST)
    return f"{FIRST[first]}.{LAST[last]}{round_ or ''}"
