"""What is left after a disturbed run: whether it can be read, whether it is whole, and whether it tells of anybody."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from benchmarks.kill_table.world import PUBLIC, World
from etl.audit_check import verify_chain
from etl.registry import Registry
from etl.verify import verify_registry
from etl.waiting import generation_of

_READERS: Final[tuple[Callable[[bytes], pa.Table], ...]] = (
    lambda content: pq.read_table(io.BytesIO(content)),
    lambda content: pa.ipc.open_file(content).read_all(),
    lambda content: pa.ipc.open_stream(content).read_all(),
)


@dataclass(frozen=True)
class State:
    """`live`: versions with a manifest. `remains`: what the next run has to clear away. `problems`: what may never be."""

    live: tuple[str, ...]
    remains: tuple[str, ...]
    problems: tuple[str, ...]


def examine(world: World, registry: Path, temporary: Path) -> State:
    """Look at a registry, and at every byte below it and below the folder for temporary files."""
    problems: list[str] = []
    manifests: list[dict[str, Any]] = []
    for path in sorted((registry / "manifests").glob("*.json")):
        try:
            manifests.append(json.loads(path.read_bytes()))
        except ValueError:
            problems.append(f"{path.name} is no JSON")
    listed = {file["path"]: file for manifest in manifests for file in manifest.get("files", ())}
    for path, file in listed.items():
        problems += _not_as_told(registry / path, file)
    for name in _in_card(registry, problems):
        if name not in listed:
            problems.append(f"the card names {name}, which no manifest does")
    problems += [f"{where} tells of somebody" for where in tells(world, registry, temporary)]
    names = tuple(str(manifest.get("version")) for manifest in manifests)
    remains = [*_remains(registry, temporary, set(listed)), *_waiting_in_vain(registry, manifests)]
    return State(names, (*remains, *_told_by_commands(registry)), tuple(problems))


def _not_as_told(path: Path, file: dict[str, Any]) -> list[str]:
    if not path.is_file():
        return [f"{path.name} of {path.parts[-3]} is missing"]
    if hashlib.sha256(path.read_bytes()).hexdigest() != file["sha256"]:
        return [f"{path.name} of {path.parts[-3]} has other content"]
    return [] if pq.ParquetFile(path).metadata.num_rows == file["rows"] else [f"{path.name} has other rows"]


def _in_card(registry: Path, problems: list[str]) -> list[str]:
    card = registry / "README.md"
    if not card.exists():
        return []
    try:
        head = yaml.safe_load(card.read_text("utf-8").split("---")[1])
    except (IndexError, ValueError, yaml.YAMLError):
        problems.append("the card cannot be read")
        return []
    files = [file["path"] for config in head["configs"] for file in config["data_files"]]
    named = [path for entry in files for path in (entry if isinstance(entry, list) else [entry])]
    problems += [
        f"the card names {path}, which is not there" for path in named if not (registry / path).is_file()
    ]
    return named


def _told_by_commands(registry: Path) -> Iterator[str]:
    """What `desirepath verify` and `desirepath audit` tell of: the next run has to put it right."""
    opened = Registry(registry)
    if not opened.is_registry():
        return
    faults = verify_registry(opened.versions(), opened.store.names("data"), opened.store.read).faults
    if faults:
        yield f"`verify` tells of {len(faults)}"
    wrong = verify_chain(opened.store)
    if wrong:
        yield f"`audit` tells of {len(wrong)}"


def _waiting_in_vain(registry: Path, manifests: list[dict[str, Any]]) -> Iterator[str]:
    """Generations of the pool and tables of state that no version knows of."""
    named = generation_of(Registry(registry))
    pool = {path.parent.name for path in (registry / ".private" / "pool").glob("*/*")} - {f"{named:08d}"}
    if pool:
        yield f"generation {', '.join(sorted(pool))} of the pool"
    names = {manifest["version"] for manifest in manifests}
    if any(path.name not in names for path in (registry / ".private" / "state").glob("*")):
        yield "state of a version that is not there"


def _remains(registry: Path, temporary: Path, listed: set[str]) -> Iterator[str]:
    if registry.is_dir() and not (registry / "README.md").exists():
        yield "no card yet"
    staging = [path for path in (registry / ".private" / "staging").rglob("*") if path.is_file()]
    if any((registry / ".private" / "staging").glob("*")):
        yield f"staging ({len(staging)} files)"
    if any((registry / ".private" / "publishing").glob("*")):
        yield "the journal"
    partial = [path for path in registry.rglob(".*.partial") if "staging" not in path.parts]
    if partial:
        yield "partial: " + ", ".join(sorted({str(path.parent.relative_to(registry)) for path in partial}))
    folders = {path.name for path in (registry / "data").glob("*")}
    for version in sorted(folders - {path.split("/")[1] for path in listed}):
        yield f"data of {version} that nothing names"
    if any(path.is_file() for path in temporary.rglob("*")):
        yield "temporary files"


def tells(world: World, registry: Path, temporary: Path) -> list[str]:
    """The files that hold an account or a rare text of the log, as bytes, or once decoded if they can be without a key."""
    found = []
    for root in (registry, temporary):
        for path in sorted(root.rglob("*")):
            if not path.is_file():
                continue
            name = str(path.relative_to(root)).encode()
            for content in (name, *_readings(path)):
                if any(secret in content for secret in world.secrets):
                    found.append(str(path.relative_to(root)))
                    break
    return found


def _readings(path: Path) -> Iterator[bytes]:
    content = path.read_bytes()
    yield content
    if content[:2] == b"\x1f\x8b":
        with contextlib.suppress(OSError, EOFError):
            yield gzip.decompress(content)
    for read in _READERS:
        with contextlib.suppress(pa.ArrowInvalid, OSError, pa.ArrowTypeError):
            yield str(read(content).to_pydict()).encode()
            return


def differs(world: World, registry: Path, nights: tuple[str, ...]) -> list[str]:
    """Public files that are not, byte for byte, what undisturbed runs of these nights made."""
    found = {
        str(path.relative_to(registry)): path.read_bytes()
        for folder in PUBLIC
        for path in (registry / folder).rglob("*")
        if path.is_file()
    }
    expected = {name: content for night in nights for name, content in world.expected[night].items()}
    return sorted(name for name in found.keys() | expected.keys() if found.get(name) != expected.get(name))
