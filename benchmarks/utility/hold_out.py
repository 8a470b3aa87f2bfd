"""Hold people out: one log becomes two, the log of most people and the log of a few that nothing is trained on."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import orjson
import pyarrow as pa

from etl.errors import InputError
from etl.inputs import find_inputs
from transforms.account import canonical
from transforms.mapping import Mapping


@dataclass(frozen=True)
class Parts:
    """Folders: the log to train on, the log to test on; and how many accounts are in each."""

    train: Path
    test: Path
    accounts: tuple[int, int]


def is_held_out(account: str, *, tenth: int) -> bool:
    """Whether an account is of one of ten parts, by a hash of its name."""
    return int.from_bytes(sha256(account.encode()).digest()[:8], "big") % 10 == tenth % 10


def hold_out(patterns: Sequence[str], mapping: Mapping, folder: Path, *, tenth: int) -> Parts:
    """Write every record of a JSONL log to one of two folders, by its account; order and file names stay.

    Args:
        patterns: of the log's files.
        mapping: names the column of the account.
        folder: to write to.
        tenth: which of ten parts of the accounts is held out.

    Raises:
        InputError: the log is no JSONL with one account column.
    """
    column = mapping.person.column
    if mapping.format != "jsonl" or column is None:
        raise InputError("people can be held out of a JSONL log whose mapping names one column as the person")
    parts = [folder / "train", folder / "test"]
    seen: dict[object, int] = {}
    for part in parts:
        part.mkdir(parents=True)
    for file in find_inputs(tuple(patterns), mapping, date=None):
        path = Path(file.path)
        name = path.name.removesuffix(".gz")
        opened = gzip.open if file.compression else open
        with (
            opened(path, "rb") as lines,
            (parts[0] / name).open("wb") as train,
            (parts[1] / name).open("wb") as test,
        ):
            for line in lines:
                account = orjson.loads(line)[column]
                if account not in seen:
                    spelled = canonical(pa.array([str(account)])).to_pylist()[0]
                    seen[account] = int(is_held_out(str(spelled), tenth=tenth))
                (test if seen[account] else train).write(line)
    return Parts(parts[0], parts[1], (len(seen) - sum(seen.values()), sum(seen.values())))
