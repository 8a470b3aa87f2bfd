"""Whether a repository holds exactly what a plan wanted: the gate before a tag."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from etl.errors import AlreadyPublishedError, StorageError
from etl.hub.files import File, Stored, is_same


def verify(wanted: Iterable[File], gone: tuple[str, ...], files: Mapping[str, Stored]) -> None:
    """Compare every file with its digest. `gone`: folders that must have no file.

    Raises:
        StorageError: some are missing, have other content, or should be gone.
    """
    wrong = differences(wanted, files)
    left = sorted(path for path in files if path.startswith(gone))
    wrong += [f"{path} should be gone" for path in left]
    if wrong:
        raise StorageError(
            f"{len(wrong)} files at the repository are not what the registry says, nothing was tagged: "
            f"{'; '.join(wrong[:5])}{' …' if len(wrong) > 5 else ''}; run again, what is wrong is sent anew"
        )


def differences(wanted: Iterable[File], files: Mapping[str, Stored]) -> list[str]:
    """One phrase for each file that is not there or has other content."""
    return [
        f"{file.path} {'has other content' if file.path in files else 'is missing'}"
        for file in wanted
        if not is_same(file, files.get(file.path))
    ]


def verify_tag(tag: str, wanted: Sequence[File], files: Mapping[str, Stored]) -> None:
    """A tag that is there must show its version as the registry has it.

    Raises:
        AlreadyPublishedError: it shows something else.
    """
    wrong = differences(wanted, files)
    if wrong:
        raise AlreadyPublishedError(
            f"the tag {tag} is there and names other content ({'; '.join(wrong[:3])}): a tag that somebody may have cited "
            "is not moved; if it was set by mistake delete it at the Hub and run again"
        )
