"""A mutant: a small lie told to the source, and the tests that must notice it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple


class Edit(NamedTuple):
    """Where the text stands, which text (exactly once), and what is put in its place."""

    path: str
    old: str
    new: str


@dataclass(frozen=True)
class Mutant:
    """`name`: what goes wrong. `tests`: the pytest targets of which at least one must fail."""

    name: str
    tests: tuple[str, ...]
    edits: tuple[Edit, ...]


def mutant(name: str, tests: str, *edits: tuple[str, str, str]) -> Mutant:
    """A mutant; `tests` are targets apart by blanks."""
    return Mutant(name, tuple(tests.split()), tuple(Edit(*edit) for edit in edits))


def mutated(mutant: Mutant, root: Path) -> dict[Path, str]:
    """The new content of each file that a mutant changes.

    Raises:
        ValueError: a text is not there, or not exactly once: the source has moved on, and the mutant must follow.
    """
    contents: dict[Path, str] = {}
    for edit in mutant.edits:
        path = root / edit.path
        content = contents.get(path) or path.read_text("utf-8")
        if content.count(edit.old) != 1:
            raise ValueError(
                f"{mutant.name}: found {content.count(edit.old)} times in {edit.path}: {edit.old!r}"
            )
        contents[path] = content.replace(edit.old, edit.new)
    return contents
