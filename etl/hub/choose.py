"""Which versions a push takes, and which of them are no release for the public."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from etl.errors import ConfigError
from etl.versions import Version

LOWEST_PUBLIC_K = 10


def choose(versions: Sequence[Version], *, name: str | None = None, as_of: str | None = None) -> set[str]:
    """The names of the live versions to push: one, those of the nights up to a date, or all.

    Raises:
        ConfigError: there is no such version, it is withdrawn, or the date is none.
    """
    if name is not None and as_of is not None:
        raise ConfigError(
            "--version and --as-of were both given; give one of them, or none for all live versions"
        )
    if as_of is not None and not _is_date(as_of):
        raise ConfigError("--as-of must be a date, YYYY-MM-DD")
    live = {version.name for version in versions if version.is_live}
    if name is None:
        return {found for found in live if as_of is None or found[:10] <= as_of}
    if name in live:
        return {name}
    if any(version.name == name for version in versions):
        raise ConfigError(
            "this version is withdrawn and is pushed no more; `desirepath versions` lists the live ones"
        )
    raise ConfigError("the registry has no version of that name; `desirepath versions` lists them")


def unprotected(versions: Iterable[Version]) -> dict[str, list[str]]:
    """For each version that only an explicit wish should make public: why."""
    why = {version.name: list(_weaknesses(version)) for version in versions if version.is_live}
    return {name: reasons for name, reasons in why.items() if reasons}


def _weaknesses(version: Version) -> Iterable[str]:
    manifest = version.manifest
    if manifest["policy"]["allow_low_k"] or manifest["k"] < LOWEST_PUBLIC_K:
        yield f"k below {LOWEST_PUBLIC_K}"
    if manifest["policy"]["participation"] == "none":
        yield "accounts counted instead of people"
    if manifest["simulated"]:
        yield "simulated"


def _is_date(text: str) -> bool:
    try:
        return str(date.fromisoformat(text)) == text
    except ValueError:
        return False
