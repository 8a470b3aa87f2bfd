"""Refuse a repository that holds what this registry did not put there: nobody's files are replaced by a typing error."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from etl.errors import AlreadyPublishedError, ConfigError
from etl.hub.files import Repository, is_same
from etl.hub.holdings import Holding
from etl.hub.source import DERIVED
from etl.layout import tombstone_of

_VERSIONED = re.compile(r"(?:data/([^/]+)/.*|(?:manifests|withdrawn)/([^/]+)\.json)")
_OF_A_NEW_REPOSITORY = {".gitattributes", ".gitignore", "LICENSE", "LICENSE.md", "LICENSE.txt", *DERIVED}


def refuse_foreign(holdings: Sequence[Holding], repository: Repository) -> None:
    """Go on only if what the repository says of versions is what the registry says.

    Raises:
        ConfigError: it holds another dataset.
        AlreadyPublishedError: it holds a version of ours with another manifest or with files that no manifest has.
    """
    there, ours = repository.files, {holding.name: holding for holding in holdings}
    unknown = {name for path in there if (name := _version_of(path)) is not None} - ours.keys()
    if unknown:
        raise ConfigError(
            f"the repository holds versions that this registry does not have ({_list(unknown)}): it is another dataset's, "
            "or the registry lost them; give another --repo, or restore the registry"
        )
    if not any(holding.manifest.path in there for holding in holdings):
        others = {path for path in there if path not in _OF_A_NEW_REPOSITORY and _version_of(path) is None}
        if others:
            raise ConfigError(
                f"the repository is not empty and holds no version of this registry, but {len(others)} files of something "
                "else; give a new --repo, or remove them there"
            )
    for holding in holdings:
        _refuse_other_content(holding, repository)


def _refuse_other_content(holding: Holding, repository: Repository) -> None:
    there = repository.files
    if holding.manifest.path in there and not is_same(holding.manifest, there[holding.manifest.path]):
        raise AlreadyPublishedError(
            f"the repository has version {holding.name} with another manifest: a published version never changes; push to "
            "another --repo, or find out which registry is the true one"
        )
    if not holding.version.is_live:
        return
    if tombstone_of(holding.name) in there:
        raise AlreadyPublishedError(
            f"the repository says that version {holding.name} is withdrawn, the registry says that it is live: a withdrawn "
            "version never comes back; if the registry was restored from a backup, withdraw it there again"
        )
    listed = {file.path for file in holding.data}
    strays = {path for path in there if path.startswith(holding.folder)} - listed
    if strays:
        raise AlreadyPublishedError(
            f"the repository has {len(strays)} files below {holding.folder} that are in no manifest; look at them and "
            "delete them there, then run again"
        )


def _version_of(path: str) -> str | None:
    found = _VERSIONED.fullmatch(path)
    return (found[1] or found[2]) if found else None


def _list(names: Iterable[str]) -> str:
    first = sorted(names)
    return ", ".join(first[:3]) + (" …" if len(first) > 3 else "")
