"""Worlds with canaries in every place that a raw value can come from, as a native log and as CSV with a mapping.

ROW is in every field of records, mapped or not, held by at most k − 1 people, or by all where it is a secret, a key or an
argument. NAME is in the participation file and in everybody's log, FILE in file and folder names; SHARED is honest.
"""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any, Final

from tests.privacy.runs import DAY_US, MONDAY, write_participation

ROW, NAME, FILE, SHARED = "marzipan", "praline", "nougat", "lavender"
K, PEOPLE = 10, 14

MAPPING: Final = {
    "format": "csv",
    "person": "who",
    "time": {"column": "moment", "format": "epoch_us"},
    "unit": "team",
    "event_id": "id",
    "dedupe": "event_id",
    "action": [
        [{"column": "kind", "as": "verbatim"}, {"column": "key", "as": "key_class"}, {"column": "path"}],
        [{"column": "kind", "as": "verbatim"}, {"column": "key", "as": "key_class"}],
        [{"column": "kind", "as": "verbatim"}],
    ],
}
NATIVE_FIELDS: Final = ("user_id", "ts", "event_type", "app", "target", "unit", "event_id", "note", ROW)
CSV_FIELDS: Final = ("who", "moment", "kind", "key", "path", "team", "id", "window_title", "clipboard")
SECRETS: Final = (
    f"AKIA{ROW.upper()}QXRT2345",
    f"ghp_{ROW}ABCDEFGHIJ0123456789abcdefgh",
    f"{ROW}.smith@mail.example",
    f"https://ann:{ROW}@intranet.example/x",
    f"open {NAME} file",
)
"""Secrets, and a name that the participation file lists: all have them, in every column, and they must not come out."""
ARGUMENTS: Final = (
    f"https://intranet.example/find?q={ROW}",
    f"git commit -m '{ROW} story'",
    f"/home/{ROW}/report.odt",
)
"""What is generalised in a column that is no fixed vocabulary; all have it, too."""


def write_world(base: Path, source: str) -> dict[str, str]:
    """Write the logs, the mapping and the participation file; the flags that read them."""
    folder = base / f"{FILE}-logs"
    folder.mkdir(parents=True)
    make = {"native": _native, "csv": _csv}[source]
    (folder / f"{FILE}-day.{'jsonl' if source == 'native' else 'csv'}").write_bytes(make())
    (base / "mapping.yaml").write_text(json.dumps(MAPPING), "utf-8")
    who = [{"account": f"u{i}", "person": f"p{i}", "unit": f"{NAME} unit {i % 4}"} for i in range(PEOPLE)]
    who[0] |= {"basis": f"{NAME} basis"}
    who += [
        {"account": f"{NAME}.account", "person": NAME, "unit": f"{NAME} unit", "status": "objects"},
        {"account": f"{NAME}2", "person": f"{NAME.title()} Doe", "status": "left"},
    ]
    return {
        "--input": str(folder),
        "--source": "native" if source == "native" else str(base / "mapping.yaml"),
        "--registry": str(base / "registry"),
        "--window": "all",
        "--participation": write_participation(base / f"{FILE}-who.csv", who),
        "--min-active": "10",
        "--max-reject-ratio": "0.1",
    }


def _everybody(fields: tuple[str, ...], verbatim: str, shaped: str) -> list[dict[str, Any]]:
    """What all do: the honest habit, and what may not come out although all do it, in two columns."""
    person, moment = fields[:2]
    rows = []
    for number in range(PEOPLE):
        time_us = MONDAY + number
        for _turn in range(4):
            time_us += 3_600_000_000
            for target in (f"{SHARED} list", "open", "close"):
                time_us += 1_000_000
                rows.append({person: f"u{number}", moment: time_us, verbatim: "click", shaped: target})
        for column, values in ((verbatim, SECRETS), (shaped, SECRETS + ARGUMENTS)):
            for value in values:
                time_us += 1_000_000
                row = {person: f"u{number}", moment: time_us, verbatim: "click", shaped: "open"}
                rows.append({**row, column: value})
    return rows


def _planted(fields: tuple[str, ...], like: dict[str, Any]) -> list[dict[str, Any]]:
    """ROW in each field alone, in all, and in each mapped field of k − 1 people."""
    person, moment = fields[:2]
    rows = [{**like, field: f"{ROW} {field}"} for field in fields]
    rows += [dict.fromkeys(fields, f"{ROW}@{at}") for at in range(2)]
    rows += [{**dict.fromkeys(fields, f"{ROW} all"), person: "u1", moment: like[moment] + 5}]
    for at, field in enumerate(fields[2:]):
        for number in range(K - 1):
            who = {person: f"u{number}", moment: like[moment] + 100 * at + number}
            rows.append({**like, **who, field: ROW})
    return rows


def _native() -> bytes:
    rows = [{"app": "Desk", **row} for row in _everybody(NATIVE_FIELDS, "event_type", "target")]
    rows += _planted(NATIVE_FIELDS, {**rows[0], "unit": "a", "event_id": None})
    lines = [json.dumps(row).encode() + b"\n" for row in rows]
    lines += [
        f'{{"user_id": "{ROW}", "ts"\n'.encode(),
        f'"{ROW}"\n'.encode(),
        f'{{"user_id": "{ROW}", "ts": 1795000000000000, "event_type": "\xff"}}\n'.encode("latin-1"),
        f'{{"user_id": "u1", "ts": 1795000000000000, "{ROW}": {{"{ROW}": ["{ROW}"]}}}}\n'.encode(),
    ]
    return b"".join(lines)


def _csv() -> bytes:
    """Everybody also types, one character and more of them at a time."""
    rows = _everybody(CSV_FIELDS, "kind", "path")
    typed = [
        {
            "who": f"u{number}",
            "moment": MONDAY + DAY_US // 2 + 1_000_000 * at + number,
            "kind": "press",
            "key": key,
        }
        for number in range(PEOPLE)
        for at, key in enumerate((ROW[0], "ꙮ", "Shift", ROW, f"Ctrl+{ROW}", f"key_{ROW}"))
    ]
    rows += typed + _planted(CSV_FIELDS, {**rows[0], "team": "a", "id": None})
    sink = io.StringIO()
    writer = csv.DictWriter(sink, CSV_FIELDS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return (
        sink.getvalue().encode()
        + f'{ROW},{ROW}\nu1,1795000000000000,"{ROW}\nu1,1795000000000001,press,Shift,,,,,\n'.encode()
    )
