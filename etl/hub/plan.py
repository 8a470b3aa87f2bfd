"""What a push has to do: a pure function of the registry's files and the repository's.

The order of commits is what keeps a reader safe. What is withdrawn goes first, in one commit with the card that no
longer names it; before new data there is a card, since a repository without one serves whatever Parquet lies in it; each
version's manifest comes with the last of its data; the card that names new versions comes when all of them are there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from etl.hub.files import File, Repository, Stored, is_same
from etl.hub.foreign import refuse_foreign
from etl.hub.holdings import Holding
from etl.hub.source import DERIVED
from etl.layout import CARD
from etl.versions import Version

FILES_A_COMMIT: Final = 100
"""The Hub asks for 50 to 100 files a commit."""

Derive = Callable[[Sequence[Version]], dict[str, bytes]]


@dataclass(frozen=True)
class Commit:
    """One atomic change of the repository."""

    message: str
    add: tuple[File, ...] = ()
    delete: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """What to do, and what must be true in the end.

    `opening`: takes out what is withdrawn and brings the card up to what is left; `commits`: what follows, in order.
    `wanted`: the files that the repository must have in the end. `gone`: folders that must have no file.
    `tags`: to be made, with their messages. `standing`: tags that are there, with the files that they must show.
    `untag`: tags of withdrawn versions. `purge`: digests of withdrawn data, to be taken out of the history too.
    """

    opening: Commit | None
    commits: tuple[Commit, ...]
    wanted: Mapping[str, File]
    gone: tuple[str, ...]
    tags: Mapping[str, str]
    standing: Mapping[str, tuple[File, ...]]
    untag: tuple[str, ...]
    purge: frozenset[str]
    live: tuple[Version, ...]

    @property
    def unchanged(self) -> int:
        """How many of the wanted files are there already."""
        return len(self.wanted.keys() - {file.path for commit in self.all_commits for file in commit.add})

    @property
    def all_commits(self) -> tuple[Commit, ...]:
        """All of them, in order."""
        return (*((self.opening,) if self.opening else ()), *self.commits)


def plan_push(holdings: Sequence[Holding], chosen: set[str], repository: Repository, derive: Derive) -> Plan:
    """Plan the push of the chosen versions.

    A version that the repository holds is kept whole, chosen or not; a withdrawn one is taken out of it, chosen or not.

    Raises:
        ConfigError, AlreadyPublishedError: see `refuse_foreign`.
    """
    refuse_foreign(holdings, repository)
    there = dict(repository.files)
    live = [h for h in holdings if h.version.is_live and (h.name in chosen or h.manifest.path in there)]
    withdrawn = [h for h in holdings if not h.version.is_live and _is_held(h, there)]
    missing = {h.name: [file for file in h.files if not is_same(file, there.get(file.path))] for h in live}

    opening = _opening(holdings, live, withdrawn, missing, there, derive)
    _apply(opening, there)
    commits: list[Commit] = []
    for holding in live:
        todo = missing[holding.name]
        parts = [todo[start : start + FILES_A_COMMIT] for start in range(0, len(todo), FILES_A_COMMIT)]
        for number, part in enumerate(parts, 1):
            of = f", part {number} of {len(parts)}" if len(parts) > 1 else ""
            commits.append(Commit(f"Version {holding.name}{of}", tuple(part)))
            _apply(commits[-1], there)
    derived = _derived(_ordered(holdings, live + withdrawn), derive)
    commits.append(_card(f"Card of {len(live)} version{'s' * (len(live) != 1)}", derived, there))

    data = {file.sha256 for h in live for file in h.data}
    tags = {f"v{h.name}": h for h in live}
    return Plan(
        opening=opening if opening.add or opening.delete else None,
        commits=tuple(commit for commit in commits if commit.add or commit.delete),
        wanted={file.path: file for file in (*_files(live), *_files(withdrawn), *derived)},
        gone=tuple(h.folder for h in withdrawn),
        tags={tag: _message(h) for tag, h in tags.items() if tag not in repository.tags},
        standing={tag: h.files for tag, h in tags.items() if tag in repository.tags and h.name in chosen},
        untag=tuple(f"v{h.name}" for h in withdrawn if f"v{h.name}" in repository.tags),
        purge=frozenset(file["sha256"] for h in withdrawn for file in h.version.manifest["files"]) - data,
        live=tuple(h.version for h in live),
    )


def _is_held(holding: Holding, there: Mapping[str, Stored]) -> bool:
    return holding.manifest.path in there or any(path.startswith(holding.folder) for path in there)


def _opening(
    holdings: Sequence[Holding],
    live: list[Holding],
    withdrawn: list[Holding],
    missing: Mapping[str, list[File]],
    there: Mapping[str, Stored],
    derive: Derive,
) -> Commit:
    """Take out what is withdrawn, or bring the card up to what is there now; nothing where neither is needed."""
    told = [file for file in _files(withdrawn) if not is_same(file, there.get(file.path))]
    gone = sorted(path for path in there if any(path.startswith(h.folder) for h in withdrawn))
    if not (told or gone or any(missing.values())):
        return Commit("")
    whole = [h for h in live if not missing[h.name]]
    card = _card("", _derived(_ordered(holdings, whole + withdrawn), derive), there)
    names = ", ".join(h.name for h in withdrawn) if told or gone else ""
    message = f"Withdraw {names}" if names else "Card of what is here"
    return Commit(message, (*told, *card.add), (*gone, *card.delete))


def _card(message: str, derived: Sequence[File], there: Mapping[str, Stored]) -> Commit:
    """The derived files that change. README.md stands last."""
    changed = sorted(
        (file for file in derived if not is_same(file, there.get(file.path))),
        key=lambda file: (file.path == CARD, file.path),
    )
    left_over = {name for name in DERIVED if name in there} - {file.path for file in derived}
    return Commit(message, tuple(changed), tuple(sorted(left_over)))


def _derived(holdings: Iterable[Holding], derive: Derive) -> list[File]:
    return [File.of(name, content) for name, content in derive([h.version for h in holdings]).items()]


def _ordered(holdings: Sequence[Holding], some: list[Holding]) -> list[Holding]:
    names = {h.name for h in some}
    return [h for h in holdings if h.name in names]


def _files(holdings: Iterable[Holding]) -> list[File]:
    return [file for holding in holdings for file in holding.files]


def _apply(commit: Commit, there: dict[str, Stored]) -> None:
    for file in commit.add:
        there[file.path] = Stored(file.path, 0, "", file.sha256)
    for path in commit.delete:
        del there[path]


def _message(holding: Holding) -> str:
    return f"Desirepath version {holding.name}, manifest sha256 {holding.manifest.sha256}"
