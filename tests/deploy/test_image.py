"""The image: linted, from the lock file with digests, in two stages, and run by nobody in particular."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from dockerfile_parse import DockerfileParser

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = ROOT / "deploy" / "docker" / "Dockerfile"
IGNORED = ROOT / "deploy" / "docker" / "Dockerfile.dockerignore"


def steps() -> list[dict]:
    parser = DockerfileParser(fileobj=io.BytesIO(DOCKERFILE.read_bytes()))
    return [step for step in parser.structure if step["instruction"] != "COMMENT"]


def values(instruction: str) -> list[str]:
    return [step["value"] for step in steps() if step["instruction"] == instruction]


def hadolint(text: str) -> subprocess.CompletedProcess[str]:
    command = shutil.which("hadolint", path=str(Path(sys.executable).parent)) or shutil.which("hadolint")
    if command is None:
        pytest.skip("hadolint is not here")
    return subprocess.run([command, "-"], input=text, capture_output=True, text=True, check=False)


def test_hadolint_takes_it():
    found = hadolint(DOCKERFILE.read_text())
    assert (found.returncode, found.stdout) == (0, "")


def test_hadolint_finds_a_mistake():
    assert hadolint(DOCKERFILE.read_text().replace("--no-cache-dir ", "")).returncode != 0


def test_two_stages_from_the_lock_and_not_root():
    assert len(values("FROM")) == 2
    assert all(re.match(r"python:3\.\d+-slim", value) for value in values("FROM"))
    installs = [value for value in values("RUN") if "pip install" in value]
    assert all("--no-cache-dir" in value for value in installs)
    assert "--require-hashes -r requirements.lock" in installs[0]
    assert "--no-deps" in installs[1]
    assert values("USER") == ["10001:10001"]
    assert values("ENTRYPOINT") == ['["desirepath"]']


def test_it_copies_what_is_there_and_every_package():
    copied = [value.split()[:-1] for value in values("COPY") if not value.startswith("--from")]
    names = {name for names in copied for name in names}
    assert all((ROOT / name).exists() for name in names)
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    (include,) = re.findall(r"include = \[(.*?)\]", project)
    packages = set(re.findall(r'"(\w+)\*"', include))
    assert packages <= names
    let_in = {line[1:] for line in IGNORED.read_text().splitlines() if line.startswith("!")}
    assert names <= let_in


def test_the_lock_holds_a_digest_of_every_library_and_what_builds_ours():
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    entries = re.split(r"\n(?=[a-z0-9])", lock)
    pinned = [entry for entry in entries if re.match(r"[a-z0-9][\w.-]*==", entry)]
    assert len(pinned) > 50
    assert all("--hash=sha256:" in entry for entry in pinned)
    assert any(entry.startswith("setuptools==") for entry in pinned)
