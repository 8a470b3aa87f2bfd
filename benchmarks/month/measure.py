"""All that is measured of the month, in steps: what is known so far after each."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final

from benchmarks.month.arrangements import differing, released_by_window
from benchmarks.month.calendar import Month
from benchmarks.month.fates import fates
from benchmarks.month.finale import pulled, told_of_itself
from benchmarks.month.play import KEY, keys, play
from benchmarks.month.source import read_source
from etl.simulate import simulate

WINDOWS: Final = (5, 20)
COMPARED_NIGHTS: Final = 20


def measure(month: Month, base: Path, same_nights: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """What was just done, and the figures that it gave."""
    logs = base / "logs"
    simulate(month.simulation, logs)
    source = read_source(logs, bytes.fromhex(KEY))
    yield "simulated", {"events": len(source.keys)}
    for name in ("pool", "no-pool"):
        shutil.copy(logs / "participation.csv", base / f"{name}.csv")
    played = play(month, logs, base / "pool", source)
    found = fates(month, played, source)
    yield (
        "the month with the pool",
        {
            "order": played.order,
            "seconds": played.seconds,
            "erasures": played.erasures,
            "nights": _nights(played.records),
            "fates": asdict(found),
            "problems": [*played.problems, *found.problems],
        },
    )
    nights = month.simulation.nights
    with keys():
        came = {
            night: pulled(month, played, base / f"pulled-{night}", night)
            for night in (nights // 2, nights - 1)
        }
        yield "pulled, verified, audited", {"pulled": came, "itself": told_of_itself(played)}
    same = min(same_nights, nights if month.left_out is None else month.left_out[0])
    other = differing(month, logs, base, base / "pool", same, commands=True)
    yield "the same from other files", {"same_nights": same, "differing": other}
    plain = play(replace(month, erased={}, withdrawn=None), logs, base / "no-pool", source, pool_nights=0)
    yield "the month without the pool", {"no_pool": _nights(plain.records)}
    compared = min(COMPARED_NIGHTS, nights)
    windows = {size: released_by_window(month, logs, base, size, compared) for size in WINDOWS}
    yield "other windows", {"compared_nights": compared, "windows": windows}


def _nights(records: dict[int, dict[str, Any]]) -> dict[int, dict[str, Any]]:
    """Of each night's exact figures, those that the page shows."""
    return {
        night: {
            "active": exact["active"],
            "kept": exact["rows"]["kept"],
            "dropped": exact["rows"]["dropped"],
            "records": exact["released"]["records"],
            "released": exact["released"]["transitions"],
            "transitions": exact["transitions"],
            **{
                name: exact["pool"][name]
                for name in ("drawn", "late", "spent", "waiting", "expired", "purged")
            },
        }
        for night, exact in ((night, record["exact"]) for night, record in sorted(records.items()))
    }
