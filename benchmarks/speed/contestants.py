"""Who takes part: five other engines and ours at the job, and ours at the whole nightly job."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from benchmarks.speed.logs import ROOT, Log

OURS: Final = "ours"
WHOLE: Final = "whole"


@dataclass(frozen=True)
class Contestant:
    """One who takes part.

    Attributes:
        title: what the page calls it.
        needs: the module that must be there.
        package: whose version is told.
        command: what is run in a process of its own, given a log and a path that is not there yet.
        parquet: where below that path its result lies, as a glob.
        is_slow: it may be let off some rounds.
    """

    name: str
    title: str
    needs: str
    package: str
    command: Callable[[Log, Path], list[str]]
    parquet: str = ""
    is_slow: bool = False

    @property
    def is_there(self) -> bool:
        """Whether it can be run here."""
        try:
            return find_spec(self.needs) is not None
        except ModuleNotFoundError:
            return False

    @property
    def does_the_job(self) -> bool:
        """Whether its result must be that of the others."""
        return self.name != WHOLE


def _job(module: str, *, under: Sequence[str] = ()) -> Callable[[Log, Path], list[str]]:
    def command(log: Log, out: Path) -> list[str]:
        return [
            *under,
            sys.executable,
            "-m",
            module,
            "--input",
            log.pattern,
            "--columns",
            log.columns,
            "--out",
            str(out),
        ]

    return command


def _whole(log: Log, out: Path) -> list[str]:
    participation = "none" if log.participation is None else str(log.participation)
    simulated = [] if log.participation is None else ["--simulated"]
    key = out.with_suffix(".key")
    key.write_text("5d" * 32, encoding="ascii")
    key.chmod(0o600)
    return [
        *(sys.executable, "run_pipeline.py", "--input", log.pattern, "--source", log.source),
        *("--registry", str(out), "--participation", participation, "--window", "all", "--purpose", "bench"),
        *("--key-file", str(key), "--log-format", "json", *simulated),
    ]


def _peer(
    name: str, title: str, module: str, needs: str, package: str, *, is_slow: bool = False
) -> Contestant:
    return Contestant(name, title, needs, package, _job(f"benchmarks.speed.peers.{module}"), is_slow=is_slow)


CONTESTANTS: Final = (
    _peer("duckdb", "DuckDB SQL", "duckdb_sql", "duckdb", "duckdb"),
    _peer("polars", "Polars lazy", "polars_lazy", "polars", "polars"),
    Contestant(
        OURS,
        "ours, the same job",
        "benchmarks.speed.ours",
        "pyarrow",
        # As `etl.cli` has it.
        _job("benchmarks.speed.ours", under=("env", "ARROW_DEFAULT_MEMORY_POOL=system")),
    ),
    Contestant(
        WHOLE, "ours, the whole nightly job", "run_pipeline", "apache-beam", _whole, "data/**/*.parquet"
    ),
    _peer("pandas", "pandas", "pandas_frames", "pandas", "pandas", is_slow=True),
    _peer("pyspark", "PySpark", "pyspark_sql", "pyspark", "pyspark", is_slow=True),
    _peer("beam", "plain Beam", "plain_beam", "apache_beam", "apache-beam", is_slow=True),
)

assert (ROOT / "run_pipeline.py").exists()
