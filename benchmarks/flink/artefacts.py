"""Flink and Beam's job server from Maven Central, by the `mvn` client, kept below `build/`."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.flink.missing import Missing

POM: Final = Path(__file__).parent / "pom.xml"
COPY: Final = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
JOB_SERVER: Final = "org.apache.beam.runners.flink.FlinkJobServerDriver"
PATIENCE_S: Final = 900
LEAST_JAVA: Final = 11
MOST_JAVA: Final = 17
"""Flink 1.19 is made for Java 8, 11 and 17."""


@dataclass(frozen=True)
class Artefacts:
    """`java`: the command. `jars`: the class path. `beam`: the version of the job server. `flink`: of the cluster."""

    java: str
    jars: Path
    beam: str
    flink: str

    @property
    def class_path(self) -> str:
        """For the command line of Java."""
        return f"{self.jars}/*"

    def job_server_jar(self) -> Path:
        """One jar that names all the others, for Beam's FlinkRunner, which starts a job server of its own from one."""
        path = self.jars.parent / f"job-server-{self.beam}.jar"
        names = " ".join(jar.as_uri() for jar in sorted(self.jars.glob("*.jar")))
        lines = ("Manifest-Version: 1.0", f"Main-Class: {JOB_SERVER}", f"Class-Path: {names}")
        with zipfile.ZipFile(path, "w") as jar:
            jar.writestr("META-INF/MANIFEST.MF", "".join(_folded(line) for line in lines))
        return path


def fetch(build: Path, *, beam: str | None, flink_line: str | None) -> Artefacts:
    """Find Java, and fetch what is not there yet.

    Args:
        beam, flink_line: the job server's version and the line of Flink, for instance 2.77.0 and 1.20; None: those of the
            project file, the newest of which all parts could be had.

    Raises:
        Missing: there is no Java of these versions, no `mvn`, or an artefact cannot be had.
    """
    java = _java()
    values = {"beam.version": beam, "flink.line": flink_line}
    text = POM.read_text("utf-8")
    chosen = {name: value or _property(text, name) for name, value in values.items()}
    jars = build / f"jars-beam-{chosen['beam.version']}-flink-{chosen['flink.line']}"
    if not (jars / ".complete").exists():
        _copy(jars, chosen)
    found = re.search(r"flink-runtime-([\d.]+)\.jar", " ".join(path.name for path in jars.iterdir()))
    return Artefacts(java, jars, chosen["beam.version"], found[1] if found else chosen["flink.line"])


def _copy(jars: Path, chosen: dict[str, str]) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise Missing("mvn is not here (Debian: apt-get install maven)")
    shutil.rmtree(jars, ignore_errors=True)
    jars.mkdir(parents=True)
    defined = [f"-D{name}={value}" for name, value in chosen.items()]
    command = [maven, "-B", "-q", "-C", "-f", str(POM), COPY, f"-DoutputDirectory={jars}", *defined]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S)
    except subprocess.TimeoutExpired:
        raise Missing(f"Maven Central did not answer within {PATIENCE_S} s") from None
    if done.returncode:
        said = re.findall(r"([\w.-]+:[\w.-]+:(?:jar|pom):[\w.-]+)", done.stdout)
        raise Missing(f"Maven Central does not give {said[0] if said else 'what the project file names'}")
    (jars / ".complete").touch()


def _java() -> str:
    java = shutil.which("java")
    if java is None:
        raise Missing("java is not here (Debian 12: apt-get install openjdk-17-jre-headless)")
    said = subprocess.run([java, "-version"], capture_output=True, text=True).stderr
    found = re.search(r'version "(\d+)', said)
    if found is None or not LEAST_JAVA <= int(found[1]) <= MOST_JAVA:
        raise Missing(
            f"Java {LEAST_JAVA} to {MOST_JAVA} is needed, and {found[1] if found else 'none'} is here"
        )
    return java


def _property(text: str, name: str) -> str:
    found = re.search(rf"<{re.escape(name)}>([^<]+)<", text)
    if found is None:
        raise ValueError(f"{POM} has no property {name}")
    return found[1]


def _folded(line: str) -> str:
    """A line of a manifest: at most 72 bytes, what is longer goes on after a space."""
    parts = [line[:70], *(line[at : at + 69] for at in range(70, len(line), 69))]
    return "\r\n ".join(parts) + "\r\n"
