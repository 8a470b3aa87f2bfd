"""What `make flink-test` says where something is missing, what it leaves behind, and how it tells what it found."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from benchmarks.flink.artefacts import Artefacts, fetch
from benchmarks.flink.install import build_wheel
from benchmarks.flink.jobs import FlinkJob, Step
from benchmarks.flink.missing import Missing
from benchmarks.flink.page import page
from benchmarks.flink.processes import Processes
from benchmarks.flink.trial import Row
from benchmarks.flink.world import Pieces, World, tells

ROOT = Path(__file__).resolve().parents[3]
ROW = Row("undisturbed", 0, 50.4, 0, "FINISHED", "", True, "—", {1: 5, 0: 4}, ())


def command(folder: Path, name: str, script: str) -> None:
    """A command that says what a test wants to hear."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def test_without_java_it_says_so_and_passes(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.flink", "--build", str(tmp_path)],
        env={"PATH": str(tmp_path), "PYTHONPATH": str(ROOT), "HOME": str(tmp_path)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("skipped: java is not here")


@pytest.mark.parametrize(
    ("java", "maven", "said"),
    [
        ('echo "openjdk version \\"21.0.1\\"" >&2', None, "Java 11 to 17 is needed, and 21 is here"),
        ("echo hello >&2", None, "and none is here"),
        ('echo "openjdk version \\"17.0.1\\"" >&2', None, "mvn is not here"),
        (
            'echo "openjdk version \\"17.0.1\\"" >&2',
            "echo '[ERROR] Could not find artifact org.apache.beam:beam-runners-flink-1.19:jar:2.62.0'; exit 1",
            "Maven Central does not give org.apache.beam:beam-runners-flink-1.19:jar:2.62.0",
        ),
    ],
)
def test_what_is_missing_is_named(tmp_path, monkeypatch, java, maven, said):
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    command(tmp_path / "bin", "java", java)
    if maven is not None:
        command(tmp_path / "bin", "mvn", maven)
    with pytest.raises(Missing, match=re.escape(said)):
        fetch(tmp_path / "build", beam=None, flink_line=None)


def test_what_was_fetched_in_part_is_fetched_again(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.defpath}")
    command(tmp_path / "bin", "java", 'echo "openjdk version \\"17.0.1\\"" >&2')
    log = tmp_path / "asked"
    told = f'echo "$@" >> {log}; for word; do case $word in -DoutputDirectory=*) to=${{word#*=}};; esac; done'
    command(tmp_path / "bin", "mvn", f"{told}; touch $to/half.jar; exit 1")
    with pytest.raises(Missing):
        fetch(tmp_path / "build", beam="2.77.0", flink_line="1.20")
    command(tmp_path / "bin", "mvn", f"{told}; touch $to/flink-runtime-1.20.3.jar")
    for _ in range(2):
        found = fetch(tmp_path / "build", beam="2.77.0", flink_line="1.20")
        assert (found.beam, found.flink) == ("2.77.0", "1.20.3")
        assert [path.name for path in found.jars.glob("*.jar")] == ["flink-runtime-1.20.3.jar"]
    asked = log.read_text().splitlines()
    assert len(asked) == 2
    assert {"-Dbeam.version=2.77.0", "-Dflink.line=1.20", "-C"} <= set(asked[1].split())


def test_a_jar_that_names_the_others(tmp_path):
    jars = tmp_path / "jars"
    jars.mkdir()
    for number in range(9):
        (jars / f"a-library-with-a-long-name-{number}.jar").touch()
    jar = Artefacts("java", jars, "2.62.0", "1.19.0").job_server_jar()
    text = zipfile.ZipFile(jar).read("META-INF/MANIFEST.MF").decode()
    assert all(len(line.encode()) <= 72 for line in text.split("\r\n"))
    entries = dict(line.split(": ", 1) for line in text.replace("\r\n ", "").split("\r\n") if line)
    assert entries["Main-Class"].endswith("FlinkJobServerDriver")
    assert entries["Class-Path"].split() == [path.as_uri() for path in sorted(jars.iterdir())]


def is_there(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"


def test_processes_end_with_all_that_they_started(tmp_path):
    script = "sleep 300 & echo $! > child; trap '' TERM; wait; sleep 300"
    with Processes(tmp_path, dict(os.environ)) as processes:
        processes.start("one", ["/bin/sh", "-c", f"echo said; {script}"])
        while not (tmp_path / "child").exists() or not (tmp_path / "child").read_text():
            pass
        child = int((tmp_path / "child").read_text())
        assert processes.is_running("one")
        assert processes.children_of("one") == [child]
        processes.kill("one")
        assert not processes.is_running("one")
        until = time.monotonic() + 20  # it is killed at once, and then waits for somebody to take note
        while is_there(child) and time.monotonic() < until:
            time.sleep(0.01)
        assert not is_there(child)
        processes.start("two", ["/bin/sh", "-c", "sleep 300"])
    assert not processes.is_running("two")
    assert (tmp_path / "one.log").read_text() == "said\n"


def test_the_wheel_holds_what_the_packages_read(tmp_path):
    names = set(zipfile.ZipFile(build_wheel(tmp_path)).namelist())
    packages = ("etl", "transforms", "expectations", "verifier", "risk")
    there = {
        str(path.relative_to(ROOT))
        for package in packages
        for path in (ROOT / package).rglob("*")
        if path.is_file() and path.suffix not in (".pyc", ".nbi", ".nbc") and "test" not in path.stem
    }
    assert there - names == set()
    assert {name.split("/")[0] for name in names if ".dist-info" not in name} == set(packages)


def test_a_log_that_tells_of_somebody(tmp_path):
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "one.log").write_bytes(b"\x00user alice pressed enter")
    (tmp_path / "two.log").write_bytes(b"nobody")
    assert tells(tmp_path, (b"bob", b"alice")) == ["inner/one.log"]


@pytest.mark.parametrize("problems", [(), ("data/a.parquet differs",)])
def test_the_page(tmp_path, problems):
    world = World(
        tmp_path,
        tmp_path,
        1000,
        20,
        Pieces(1, 8),
        tmp_path,
        {"data/a.parquet": b"", "reports/a.html": b""},
        12.3,
        (b"alice",),
        (b"alice", b"a rare text"),
    )
    failed = Row("`kill -9`", 74, 9.0, 3, "FAILED", "lost", False, "the next run: exit 0", {}, problems)
    names = (
        "CHAIN MapPartition (MapPartition at [1]Solve) -> FlatMap (FlatMap at ExtractOutput[0])",
        "MapPartition (MapPartition at [3]{Splits, ReadEvents, FilesAndPool})",
        "CHAIN MapPartition (MapPartition at [1]SequenceBuckets/Sequence) -> FlatMap (FlatMap at ExtractOutput[0])",
        "GroupReduce (GroupReduce at ByPersonBucket)",
        "FlatMap (FlatMap at ExtractOutput[0])",
    )
    steps = tuple(Step(name, "FINISHED", 1.25, {0: 4, 1: 5}, 12345) for name in names)
    job = FlinkJob("FINISHED", 9.0, 0, "", steps)
    java = Artefacts("java", tmp_path, "2.62.0", "1.19.0")
    text = page([ROW, failed], job, world, java, python="2.77.0", workers=2)
    rows = re.findall(r"^\| (.+) \| 1.2 \| 4, 5 \| 12,345 \|$", text, re.MULTILINE)
    assert rows == ["Solve", "Splits, ReadEvents, FilesAndPool", "SequenceBuckets/Sequence", "ByPersonBucket"]
    assert "| undisturbed | 0 | 50 | 0 | 4, 5 | yes | — | the same |" in text
    how = "**data/a.parquet differs**" if problems else "the same"
    assert f"| `kill -9` | 74 | 9 | 3 | — | no: lost | the next run: exit 0 | {how} |" in text
    assert ("2 runs; 1 with problems" if problems else "2 runs; all as they should be") in text
    assert "of another version" in text
    assert "1,000 events by 20 people" in text
