"""What can be known of a registry without a run: whether it can be used, who holds its lock, what dead runs left."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

from etl.clock import last_night_over
from etl.doctor import Finding, sentence
from etl.errors import DesirepathError
from etl.layout import (
    CREATE_ONLY,
    FINGERPRINT,
    JOURNAL,
    LOCK,
    MANIFESTS,
    POOL_KEY_ID,
    PRIVATE,
    QUARANTINE,
    REPORTS,
    ROTATING,
    STAGING,
)
from etl.registry import Registry
from etl.store import is_url
from etl.versions import Version
from transforms.account import SPELLING


def key_ids_of(root: str | Path) -> tuple[str | None, str | None]:
    """What the registry tells its pseudonym key and its pool key by; None: it has none, or cannot be read."""
    return _read(root, FINGERPRINT), _read(root, POOL_KEY_ID)


def _read(root: str | Path, name: str) -> str | None:
    try:
        return Registry(root).store.read(name).decode("ascii")
    except (OSError, ValueError, DesirepathError):
        return None


def written_times(root: str | Path) -> list[float]:
    """When a local registry's manifests were written, seconds since 1970."""
    try:
        return [path.stat().st_mtime for path in (Path(root) / MANIFESTS).glob("*.json")]
    except OSError:
        return []


def check_registry(root: str | Path) -> Iterator[Finding]:
    """Whether the registry can be read and written by this user, is locked, and holds what a run that died left."""
    if is_url(root):
        yield from _remote(str(root))
    else:
        yield from _local(Path(root))


def _remote(root: str) -> Iterator[Finding]:
    """Whether it can be reached and read, and whether its server refuses to write twice what may be written once."""
    from etl.store.remote import without_conditions

    try:
        registry = Registry(root)
        found = registry.store.top()
        there = registry.is_registry()
        foreign = bool(found) and not there
        refuses = foreign or _refuses_second(root, keep=PRIVATE in found)
    except (DesirepathError, ImportError, ValueError) as error:
        yield Finding("FAIL", f"The registry cannot be reached: {sentence(error)}")
        return
    if foreign:
        yield Finding(
            "FAIL",
            "The registry's address is not empty and is not a registry: give a new or an empty prefix.",
        )
        return
    if refuses is None:
        pass  # of its kind: docs/operating.md says what that means
    elif refuses:
        yield Finding("OK", "The registry's server refuses to write again what may be written once.")
    else:
        told = without_conditions("the registry")
        yield Finding("FAIL", f"{told[:1].upper()}{told[1:]}.")
    if there:
        yield from _versions(root)
    else:
        yield Finding(
            "OK", "The registry's address can be reached, and there is none yet: the first run makes it."
        )


def _refuses_second(root: str, *, keep: bool) -> bool | None:
    """Create an object twice; None: places of this kind have no conditional writes.

    Args:
        keep: whether it is a registry's own, which stays where it is honoured; else it has a name of its own and goes.
    """
    from etl.store.objects import Objects

    objects = Objects(root)
    if not objects.conditional:
        return None
    name = CREATE_ONLY if keep else f"{CREATE_ONLY}-{secrets.token_hex(8)}"
    refuses = False
    try:
        refuses = objects.refuses_second(name)
    finally:
        if not (keep and refuses):
            objects.remove(name)
    return refuses


def _local(root: Path) -> Iterator[Finding]:
    if not root.exists():
        above = next(path for path in root.absolute().parents if path.exists())
        if os.access(above, os.W_OK | os.X_OK):
            yield Finding("OK", f"There is no registry at {root} yet: the first run makes it.")
        else:
            yield Finding(
                "FAIL", f"There is no registry at {root}, and this user cannot make one in {above}."
            )
        return
    private = root / PRIVATE
    if not private.is_dir():
        empty = root.is_dir() and not any(root.iterdir())
        yield (
            Finding("OK", f"{root} is empty: the first run makes it a registry.")
            if empty
            else Finding("FAIL", f"{root} is not a registry: give what `desirepath run --registry` wrote.")
        )
        return
    yield from _access(root, private)
    yield from _versions(root)
    holder = lock_holder(root / LOCK)
    yield _lock(holder)
    if holder is None:
        yield _leftovers(root)
    yield from _quarantine(root)


def _access(root: Path, private: Path) -> Iterator[Finding]:
    folders = [folder for folder in (root, private, root / MANIFESTS, root / REPORTS) if folder.exists()]
    closed = [
        folder.name or str(folder) for folder in folders if not os.access(folder, os.R_OK | os.W_OK | os.X_OK)
    ]
    if closed:
        yield Finding("FAIL", f"This user cannot read and write {', '.join(closed)} of the registry.")
    else:
        yield Finding("OK", "The registry can be read and written.")
    if private.stat().st_mode & 0o077:
        yield Finding(
            "WARN", f"{private} is open to others: the next run closes it; see who could look (chmod 700)."
        )


def _versions(root: str | Path) -> Iterator[Finding]:
    registry = Registry(root)
    try:
        versions, rotating = registry.versions(), registry.store.exists(ROTATING)
    except DesirepathError as error:
        yield Finding("FAIL", sentence(error))
        return
    last = f", the last of them {versions[-1].name}" if versions else ""
    withdrawn = sum(not version.is_live for version in versions)
    gone = f", {withdrawn:,} of them withdrawn" if withdrawn else ""
    yield Finding("OK", f"The registry holds {len(versions):,} versions{last}{gone}.")
    if registry.spelling() < SPELLING:
        yield Finding(
            "FAIL",
            "Its names are spelled by an older rule: run `desirepath migrate` once (docs/operating.md).",
        )
    yield from _far_future(versions)
    if rotating:
        yield Finding(
            "FAIL",
            "A change of keys was interrupted: run the same `desirepath rotate-key` (or `migrate`) again, it goes on.",
        )


def _far_future(versions: Sequence[Version]) -> Iterator[Finding]:
    """Versions whose nights are not over: a wrong clock named them, and no night until then can be published."""
    for version in versions:
        window = version.manifest["window"]
        last = date.fromisoformat(window["last"])
        simulated = bool(version.manifest.get("simulated"))
        if last > last_night_over(window["timezone"]) + timedelta(days=1) and not simulated:
            yield Finding(
                "FAIL",
                f"Version {version.name} holds all nights from {window['first']} until {last}, which are not over: a "
                "wrong clock named it, or this machine's is wrong. None of these nights can be published in this "
                "registry, also when the version is withdrawn: begin another registry for the nights to come "
                "(docs/operating.md).",
            )


def _lock(holder: str | None) -> Finding:
    if holder is None:
        return Finding("OK", "Nobody holds the lock.")
    return Finding("WARN", f"A run is at work: {holder} holds the lock; another run would end with 75.")


def lock_holder(lock: Path) -> str | None:
    """Which process holds the lock, by the kernel's table: looking takes no lock. None: nobody, or nobody knows."""
    try:
        inode = str(lock.stat().st_ino)
        table = Path("/proc/locks").read_text("ascii")
    except OSError:
        return None
    for line in table.splitlines():
        fields = line.split()
        # 1: FLOCK ADVISORY WRITE <pid> <major>:<minor>:<inode> 0 EOF
        if len(fields) >= 6 and fields[1] == "FLOCK" and fields[5].rpartition(":")[2] == inode:
            return f"process {fields[4]}"
    return None


def _leftovers(root: Path) -> Finding:
    staged, begun = (_count(root / name) for name in (STAGING, JOURNAL))
    if not staged and not begun:
        return Finding("OK", "No dead run left anything.")
    return Finding(
        "WARN",
        f"Runs that died left {staged} staging folders (ciphertext) and {begun} publications that did not get to "
        "their manifest: the next run removes them.",
    )


def _quarantine(root: Path) -> Iterator[Finding]:
    if waiting := _count(root / QUARANTINE):
        yield Finding("WARN", f"{waiting} quarantined versions wait for a steward to look.")


def _count(folder: Path) -> int:
    return len(list(folder.glob("*")))
