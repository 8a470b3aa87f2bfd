"""What is changed: valid inputs of every kind, in a folder of their own."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tests.etl.registries import Folder, a_manifest, many

NIGHT = "2026-11-20"
DIGEST = "0" * 64
MANIFEST = a_manifest(
    NIGHT,
    [{"path": f"data/{NIGHT}/sequences/train-00000-of-00001.parquet", "sha256": DIGEST, "rows": 1}],
    [("a", "b")],
) | {
    "rows": {"read": 5, "kept": 4, "rejected": {"x": 1}, "dropped": {"other": "< 10"}},
    "tokenizer": {"next_id": 9, "new": 5},
    "vocabulary": 5,
    "vocabulary_file": {"path": f"data/{NIGHT}/vocabulary.json", "sha256": DIGEST, "bytes": 1},
    "pool": {"generation": 1, "waiting": 10},
}
TOMBSTONE = {
    "version": NIGHT,
    "withdrawn_at": "2026-12-01T00:00:00Z",
    "reason": "a wrong mapping",
    "manifest_sha256": DIGEST,
}
ENTRY = TOMBSTONE | {
    "seq": 1,
    "time": "2026-12-01T00:00:00Z",
    "event": "withdrawn",
    "prev": DIGEST,
    "by": "me",
}
NEEDED = ("input", "registry", "date", "participation")
CONFIG = {
    "input": ["logs/*.jsonl"], "source": "native", "registry": "registry", "date": NIGHT, "night-timezone": "Europe/Berlin",
    "participation": "none", "purpose": "a purpose", "works_agreement": "WA 1", "k": 10, "allow_low_k": False,
    "min_outside_unit": 3, "cap_per_person": 20, "max_per_person": 5000, "min_active": 50, "gap_minutes": 30,
    "max_length": 12,
    "late_days": 3, "pool_nights": 21, "max_reject_ratio": 0.01, "buckets": 4, "split_mb": 64, "block_mb": 16,
    "max_memory": "4GiB", "retention": {"dead_letters_days": 30}, "log_format": "json", "lineage": "none",
}  # fmt: skip
MAPPINGS = (
    b"format: csv\ndelimiter: ';'\nquote: '\"'\nwhere: {column: kind, in: [a, b]}\nperson: developer_id\n"
    b"time: {column: timestamp, format: iso8601}\ntimezone: UTC\nevent_id: id\ndedupe: event_id\n"
    b"action:\n  - [{column: command, as: verbatim}]\n  - [{column: command, as: verbatim, split: '.', take: 1}]\n"
    b"unit: team\ndrop_repeats: true\n",
    b"format: jsonl\nperson: {path: '/(?P<person>[a-z]+)/'}\ntime: {column: t, format: relative_s, "
    b"anchor: 2026-01-01T00:00:00Z}\n"
    b"action: [[a.b, c], [c]]\n",
    b"format: parquet\nperson: {columns: [a, b]}\ntime: {column: t, format: '%d.%m.%Y %H:%M:%S'}\ntimezone: Europe/Berlin\n"
    b"action: [[{column: a, as: key_class}]]\nunit: participation\nencoding: latin-1\n",
)
PARTICIPATION = (
    b"account,person,unit,status,valid_from,valid_to,basis,recorded_at\n"
    b"ann,Ann A,red,participates,2026-01-01,,consent,2026-01-01T00:00:00Z\n"
    b"ann2,Ann A,blue,participates,2026-01-01T00:00:00+01:00,2027-01-01,consent,\n"
    b"bob,Bob B,,objects,2026-02-01,,,\n"
)
NAMES = "Ann Arbor\nWalters\nProject Falcon\nЛев Толстой\n山田太郎\n".encode()
ACCOUNTS = "ann\nbob\nß\nİ\n".encode()
LINES = (
    b'{"user_id": "u1", "ts": "2026-11-20T08:00:00Z", "event_type": "click", "app": "Mail", "target": "Send"}\n'
    b'{"user_id": "u2", "ts": 1763625600000000, "event_type": "click", "app": "Mail", "unit": "red", "event_id": "1"}\n'
)
COMMANDS = (
    "versions --registry registry --json",
    f"show {NIGHT} --registry registry",
    f"diff {NIGHT} 2026-11-21 --registry registry",
    f"pull {NIGHT} copy --registry registry",
    "pull --as-of 2026-12-01 copy --registry registry",
    "verify --registry registry",
    f"report {NIGHT} --registry registry",
    "audit --registry registry",
    f"approve {NIGHT} --registry nowhere --by me --note fine",
    f"withdraw {NIGHT} --registry nowhere --reason wrong",
    "doctor --input logs/nothing --date 2026-11-20 --participation participation.csv",
    "erase --registry nowhere --accounts accounts.txt --participation participation.csv --dry-run",
    f"run --input nothing.jsonl --registry nowhere --date {NIGHT} --participation none --k 10 --log-format json",
    f"config show --input nothing --registry nowhere --date {NIGHT} --participation none --max-memory 2GB --gap-minutes 3",
    "backfill --input nothing/{date} --registry nowhere --window 2026-11-01..2026-11-02 --participation none",
)


def build(root: Path) -> Folder:
    """The files that the command lines name, below a folder; returns the registry."""
    folder = Folder(root / "registry")
    for at, night in enumerate((NIGHT, "2026-11-21", "2026-11-22")):
        folder.publish(night, many(f"step of {at}", 6))
    folder.withdraw("2026-11-22")
    (root / "logs").mkdir()
    (root / "participation.csv").write_bytes(PARTICIPATION)
    (root / "accounts.txt").write_bytes(ACCOUNTS)
    (root / "config.yaml").write_text(json.dumps(CONFIG))
    return folder


def participation_parquet() -> bytes:
    """A participation file as Parquet."""
    sink = pa.BufferOutputStream()
    rows = {
        "account": ["ann", "bob"],
        "person": ["A", "B"],
        "status": ["participates", "left"],
        "valid_from": ["2026-01-01", None],
    }
    pq.write_table(pa.table(rows), sink)
    return bytes(sink.getvalue())
