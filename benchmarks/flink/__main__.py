"""`python -m benchmarks.flink`: run the nightly job on a Flink cluster and compare; with `--kills` disturb it, too.

Ends with 0 where everything is as it should be, with 1 where something is not, and with 0 and the line `skipped: …` where
Java or an artefact is not to be had.
"""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

from benchmarks.flink.artefacts import Artefacts, fetch
from benchmarks.flink.cluster import Cluster
from benchmarks.flink.disturbances import disturbances
from benchmarks.flink.install import ROOT, install
from benchmarks.flink.jobs import FlinkJob, look, newest
from benchmarks.flink.missing import Missing
from benchmarks.flink.page import page
from benchmarks.flink.processes import Processes
from benchmarks.flink.trial import Row, try_once
from benchmarks.flink.world import Pieces, World, build, environment, tells


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--out", type=Path, help="folder to write flink.md to")
    options.add_argument("--events", type=int, default=200_000)
    options.add_argument("--people", type=int, default=200)
    options.add_argument("--split-mb", type=float, default=1)
    options.add_argument("--buckets", type=int, default=8)
    options.add_argument("--workers", type=int, default=2, help="task managers")
    options.add_argument("--kills", action="store_true", help="kill workers, and the run, at several moments")
    options.add_argument(
        "--only", type=int, action="append", help="of the kills, by number from 0; all by default"
    )
    options.add_argument(
        "--build", type=Path, default=ROOT / "build" / "flink", help="where artefacts are kept"
    )
    options.add_argument("--beam-java", help="version of Beam's job server; default: see pom.xml")
    options.add_argument("--flink-line", help="line of Flink, for instance 1.20; default: see pom.xml")
    options.add_argument("--keep-logs", type=Path, help="folder that the cluster's logs are copied to")
    given = options.parse_args()
    signal.signal(signal.SIGTERM, _stop)
    given.build.mkdir(parents=True, exist_ok=True)
    try:
        artefacts = fetch(given.build, beam=given.beam_java, flink_line=given.flink_line)
    except Missing as missing:
        print(f"skipped: {missing}")
        return 0
    bin_folder = install(given.build)
    folder = Path(tempfile.mkdtemp(prefix="flink-"))
    try:
        world = build(
            folder / "world",
            bin_folder,
            events=given.events,
            people=given.people,
            pieces=Pieces(given.split_mb, given.buckets),
        )
        print(f"here: {world.seconds:.0f} s, {len(world.expected)} files", flush=True)
        rows, job = _rows(world, artefacts, folder, given)
        told = [*tells(folder / "logs", world.secrets), *tells(folder / "cluster", world.accounts)]
        if told:
            print(f"PROBLEM: {', '.join(told)} tell of somebody")
        if given.out is not None and not told:
            python = version("apache-beam")
            text = page(rows, job, world, artefacts, python=python, workers=given.workers)
            (given.out / "flink.md").write_text(text, "utf-8")
    finally:
        if given.keep_logs is not None and (folder / "logs").is_dir():
            shutil.copytree(folder / "logs", given.keep_logs, dirs_exist_ok=True)
        shutil.rmtree(folder, ignore_errors=True)
    return int(bool(told) or any(row.problems for row in rows))


def _rows(
    world: World, artefacts: Artefacts, folder: Path, given: argparse.Namespace
) -> tuple[list[Row], FlinkJob]:
    logs = folder / "logs"
    logs.mkdir()
    rows: list[Row] = []
    with Processes(logs, environment(world.base)) as processes:
        cluster = Cluster(
            artefacts, world.bin / "python", folder / "cluster", processes, workers=given.workers
        )
        began = time.monotonic()
        cluster.start()
        print(f"the cluster is there after {time.monotonic() - began:.0f} s", flush=True)
        rows.append(_tell(try_once(world, cluster, "undisturbed, `PortableRunner`")))
        if rows[0].exit_code == 0 and len([n for n in rows[0].readers.values() if n]) < given.workers:
            raise RuntimeError("not every task manager read a part of the log: nothing is shown")
        job = look(cluster, newest(cluster) or "", in_detail=True)
        if given.kills:
            flags = cluster.flink_runner_flags
            rows.append(_tell(try_once(world, cluster, "undisturbed, `FlinkRunner`", flags=flags)))
            for number, disturbance in enumerate(disturbances(cluster)):
                if given.only is None or number in given.only:
                    row = try_once(world, cluster, disturbance.name, disturbance=disturbance)
                    rows.append(_tell(row))
    return rows, job


def _tell(row: Row) -> Row:
    told = "".join(f"\n      PROBLEM {problem}" for problem in row.problems)
    print(
        f"{row.seconds:6.0f} s  {row.name}: exit {row.exit_code}, Flink: {row.flink_state} after {row.restarts} "
        f"restarts, {sum(row.readers.values())} splits read by {len(row.readers)} task managers, "
        f"{'published' if row.published else 'not published: ' + row.wrong + '; ' + row.then}, "
        f"the bytes {'not ' if row.problems else ''}those of the local runner{told}",
        flush=True,
    )
    return row


def _stop(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
