"""What can be known of a registry without a run: whether it can be used, who holds its lock, what dead runs left."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from etl.doctor import Finding, sentence
from etl.errors import DesirepathError
from etl.layout import FINGERPRINT, MANIFESTS, PRIVATE, REPORTS
from etl.registry import Registry
from etl.store import is_url


def fingerprint_of(root: str | Path) -> str | None:
    """The fingerprint of the key that the registry keeps; None: it has none, or cannot be read."""
    try:
        return Registry(root).store.read(FINGERPRINT).decode("ascii")
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
    """What can be told without writing: whether it can be reached and read."""
    try:
        there = Registry(root).is_registry()
    except (DesirepathError, ImportError, ValueError) as error:
        yield Finding("FAIL", f"The registry cannot be reached: {sentence(error)}")
        return
    if there:
        yield from _versions(root)
    else:
        yield Finding(
            "OK", "The registry's address can be reached, and there is none yet: the first run makes it."
        )


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
    yield from _lock(private)
    yield from _leftovers(private)


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
    try:
        versions = Registry(root).versions()
    except DesirepathError as error:
        yield Finding("FAIL", sentence(error))
        return
    last = f", the last of them {versions[-1].name}" if versions else ""
    withdrawn = sum(not version.is_live for version in versions)
    gone = f", {withdrawn:,} of them withdrawn" if withdrawn else ""
    yield Finding("OK", f"The registry holds {len(versions):,} versions{last}{gone}.")


def _lock(private: Path) -> Iterator[Finding]:
    holder = lock_holder(private / "lock")
    if holder is None:
        yield Finding("OK", "Nobody holds the lock.")
    else:
        yield Finding("WARN", f"A run is at work: {holder} holds the lock; another run would end with 75.")


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


def _leftovers(private: Path) -> Iterator[Finding]:
    held = lock_holder(private / "lock") is not None
    staged = 0 if held else len(list((private / "staging").glob("*")))
    begun = 0 if held else len(list((private / "publishing").glob("*")))
    if staged or begun:
        yield Finding(
            "WARN",
            f"Runs that died left {staged} staging folders (ciphertext) and {begun} publications that did not get to "
            "their manifest: the next run removes them.",
        )
    else:
        yield Finding("OK", "No dead run left anything.")
    waiting = len(list((private / "quarantine").glob("*")))
    if waiting:
        yield Finding("WARN", f"{waiting} quarantined versions wait for a steward to look.")
