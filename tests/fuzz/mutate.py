"""Change valid inputs in ways that people, programs and attackers do: bytes, lines, and the values of JSON-like trees."""

from __future__ import annotations

from random import Random
from typing import Any

NASTY = (
    "", " ", "\x00", "\n", "\x1b[31m", "\x9b2J", "\u202e", "\ud800", "\udcff", "\ufeff", "..", "../../x", "/",
    "\\", "C:\\x",
    "null", "~", "on", "no", "1e999", "-1", "0", "NaN", "inf", "2026-02-30", "9999-12-31", "0001-01-01",
    "99999999999999999999",
    "{date}", "{}", "[", "(", "(?P<person>", "*", "**", "%s", "%", "None", "true", "\u0661\u0662", "\u0130", "ß", "=",
    "--", "-", "--k",
    "a" * 300, "a/" * 50, "s3://", "gs://x/y", "file://", "memory://", "://", "<script>", "|", "`",
    "&anchor", "*alias", "!!python/none",
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**31, 2**63, 2**64, 10**400, 1e308, float("inf"), float("nan"), 0.5,
    [], {}, [[]], [{}], {"": None},
    {"a": {"b": {"c": []}}}, "x", "", "2026-11-22", ["a", "b"], [1, 2],
)  # fmt: skip


def text(value: str, random: Random) -> str:
    """A word or a text, changed a little or replaced."""
    kind = random.randrange(6)
    at = random.randrange(len(value) + 1)
    if kind == 0:
        return random.choice(NASTY)
    if kind == 1:
        return value[:at] + random.choice(NASTY) + value[at:]
    if kind == 2:
        return value[:at]
    if kind == 3:
        return value[at:]
    if kind == 4:
        return (
            value[:at]
            + chr(random.choice((0x20, 0x7F, 0x85, 0x2028, random.randrange(0xD800))))
            + value[at + 1 :]
        )
    return value * random.choice((2, 3, 40))


def content(value: bytes, random: Random) -> bytes:
    """The content of a file, with one to four changes."""
    for _ in range(random.randrange(1, 5)):
        at, to = sorted((random.randrange(len(value) + 1), random.randrange(len(value) + 1)))
        kind = random.randrange(8)
        if kind == 0:
            value = value[:at] + bytes([random.randrange(256)]) + value[at + 1 :]
        elif kind == 1:
            value = value[:at] + random.choice(NASTY).encode("utf-8", "surrogatepass") + value[at:]
        elif kind == 2:
            value = value[:at]
        elif kind == 3 and to - at < 200:
            value = value[:at] + value[to:]
        elif kind == 4:
            value = value[:at] + value[at : at + 40] * 2 + value[at + 40 :]
        elif kind == 5:
            lines = value.split(b"\n")
            random.shuffle(lines)
            value = b"\n".join(lines)
        elif kind == 6:
            value = value.replace(b"\n", random.choice((b"\r\n", b"\r", b"\n\n", b"\0")))
        else:
            word = random.choice(value.split() or [b"x"])
            value = value.replace(word, random.choice(NASTY).encode("utf-8", "surrogatepass"), 1)
    return value


def tree(value: Any, random: Random) -> Any:
    """A JSON-like value, with one change somewhere in it."""
    if isinstance(value, dict) and value and random.random() < 0.9:
        name = random.choice(list(value))
        kind = random.randrange(12)
        if kind == 0:
            return {key: inner for key, inner in value.items() if key != name}
        if kind == 1:
            return {**value, text(name, random): random.choice(VALUES)}
        if kind == 2:
            return {(text(key, random) if key == name else key): inner for key, inner in value.items()}
        return {**value, name: tree(value[name], random)}
    if isinstance(value, list) and value and random.random() < 0.8:
        at = random.randrange(len(value))
        return [*value[:at], tree(value[at], random), *value[at + random.randrange(2) :]]
    if isinstance(value, str) and random.random() < 0.6:
        return text(value, random)
    return random.choice(VALUES)
