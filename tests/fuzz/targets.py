"""What is fed: one call for each kind of input. It returns, or raises one of the tool's own errors; all else is a fault."""

from __future__ import annotations

import contextlib
import io
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import yaml

from etl.accounts_file import read_accounts
from etl.audit import parse
from etl.card import render_card
from etl.cli import main
from etl.config import load_config
from etl.croissant import render_croissant
from etl.hub.choose import choose, unprotected
from etl.inputs import find_inputs, plan_splits
from etl.layout import manifest_of, tombstone_of, vocabulary_of
from etl.listing import row, summary
from etl.manifest_model import parse_manifest, parse_tombstone
from etl.names_file import load_names
from etl.participation_file import parse_participation
from etl.reading import read_raw
from etl.source import read_mapping
from etl.versions import Version
from etl.visible import visible
from expectations.metrics import drifts
from tests.fuzz import mutate, world
from transforms.mapping import NATIVE

NIGHT = world.NIGHT
Target = Callable[[Path, Random], None]
_UNSEEN = re.compile(r"[^\n]+")


def config(root: Path, random: Random) -> None:
    """A configuration file: its text or its values changed."""
    some = random.sample(list(world.CONFIG), 6)
    values: Any = {name: value for name, value in world.CONFIG.items() if name in (*world.NEEDED, *some)}
    values = mutate.tree(values, random) if random.random() < 0.6 else values
    with contextlib.suppress(ValueError, OverflowError):
        text = json.dumps(values).encode()  # JSON is YAML
        path = _file(root, "fuzz.yaml", text if random.random() < 0.5 else mutate.content(text, random))
        resolved = load_config(path, {})
        yaml.safe_dump(resolved.model_dump(mode="json"), allow_unicode=True)


def mapping(root: Path, random: Random) -> None:
    """A mapping file, and what it reads of a small log."""
    path = _file(root, "mapping.yaml", mutate.content(random.choice(world.MAPPINGS), random))
    read_mapping(path)


def log(root: Path, random: Random) -> None:
    """A small log in the native schema."""
    path = _file(root, "log.jsonl", mutate.content(world.LINES, random))
    for split in plan_splits(find_inputs([str(path)], NATIVE, date=None), NATIVE, split_bytes=1 << 20):
        for _ in read_raw(split, NATIVE, record_key=None):
            pass


def participation(_: Path, random: Random) -> None:
    """A participation file, as text or as Parquet."""
    if random.random() < 0.9:
        parse_participation(mutate.content(world.PARTICIPATION, random), Path("p.csv"))
    else:
        parse_participation(mutate.content(world.participation_parquet(), random), Path("p.parquet"))


def names(root: Path, random: Random) -> None:
    """A names file."""
    load_names(_file(root, "names.txt", mutate.content(world.NAMES, random)))


def accounts(root: Path, random: Random) -> None:
    """A file of accounts."""
    read_accounts(_file(root, "accounts.fuzz", mutate.content(world.ACCOUNTS, random)))


def manifest(_: Path, random: Random) -> None:
    """A manifest, a tombstone or an audit entry; and what shows and compares what is accepted."""
    kind = random.randrange(4)
    if kind == 0:
        parse(".private/audit/00000001.json", _json(world.ENTRY, random))
        return
    tombstone = parse_tombstone(tombstone_of(NIGHT), _json(world.TOMBSTONE, random)) if kind == 1 else None
    said = world.MANIFEST if tombstone else parse_manifest(manifest_of(NIGHT), _json(world.MANIFEST, random))
    version = Version(said, tombstone)
    render_card([version]).encode()
    render_croissant([version])
    row(summary(version))
    choose([version], as_of="2026-12-01")
    unprotected([version])
    if said.keys() >= {"rows", "lengths", "vocabulary"}:
        drifts(world.MANIFEST, [said])


def registry(root: Path, random: Random) -> None:
    """A registry of which a file was changed, and a command that reads it."""
    path = (
        root
        / "registry"
        / random.choice(
            (manifest_of(NIGHT), manifest_of("2026-11-22"), vocabulary_of(NIGHT), tombstone_of("2026-11-22"))
        )
    )
    before = path.read_bytes()
    try:
        path.write_bytes(_json(json.loads(before), random))
        _main(random.choice(world.COMMANDS[:7]).split(), root)
    finally:
        path.write_bytes(before)


def command_line(root: Path, random: Random) -> None:
    """A command with words changed, left out, doubled, or put elsewhere."""
    words = random.choice(world.COMMANDS).split()
    for _ in range(random.randrange(1, 4)):
        at = random.randrange(len(words)) if words else 0
        kind = random.randrange(6)
        if not words or kind == 0:
            words.insert(at, random.choice(mutate.NASTY))
        elif kind == 1:
            del words[at]
        elif kind == 2:
            words.insert(at, words[at])
        elif kind == 3:
            words[at : at + 2] = reversed(words[at : at + 2])
        else:
            words[at] = mutate.text(words[at], random)
    _main([word for word in words if word not in ("push", "simulate")], root)


TARGETS: dict[Target, int] = {
    config: 70,
    mapping: 150,
    log: 75,
    participation: 240,
    names: 100,
    accounts: 60,
    manifest: 295,
    registry: 4,
    command_line: 6,
}
"""Each with how many of a thousand inputs it gets."""


class EndedAsBugError(Exception):
    """A command ended with 70, or spoke in characters that steer a terminal."""


def _main(words: list[str], root: Path) -> None:
    shutil.rmtree(root / "copy", ignore_errors=True)
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(words)
    if code == 70:
        raise EndedAsBugError(re.sub(r"Its text.*", "", err.getvalue()).strip())
    for said in (out.getvalue(), err.getvalue()):
        if visible(said, lines=True) != said:
            raise EndedAsBugError("it wrote characters that steer a terminal")


def _json(value: Any, random: Random) -> bytes:
    """A value as JSON, changed as a tree, as text, or both."""
    for _ in range(random.randrange(3)):
        value = mutate.tree(value, random)
    text = json.dumps(value).encode()
    return mutate.content(text, random) if random.random() < 0.4 else text


def _file(root: Path, name: str, content: bytes) -> Path:
    path = root / name
    path.write_bytes(content)
    return path
