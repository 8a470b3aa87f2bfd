"""A full disk, a registry that is read-only or somebody else's: exit code 74, nothing damaged, the next run ends well.

Each is the real thing where this machine lets a test have it, and is skipped with a reason where it does not.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson
import pytest

from etl.errors import StorageError
from etl.layout import manifest_of
from etl.registry import Registry
from tests.store.registries import assert_readable, assert_whole, publish

ROOT = Path(__file__).resolve().parents[2]
FIRST, SECOND = "2026-11-21", "2026-11-22"


@contextmanager
def mounted(*arguments: str) -> Iterator[None]:
    *_, target = arguments
    made = subprocess.run(["mount", *arguments], capture_output=True, text=True)
    if made.returncode != 0:
        pytest.skip(f"nothing can be mounted here: {made.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", target], check=True)


def command(registry: Path, logs: Path) -> list[str]:
    given = f"--source native --window all --participation none --min-active 10 --registry {registry} --input {logs}"
    return [sys.executable, str(ROOT / "run_pipeline.py"), *given.split()]


def run(arguments: list[str], **options: object) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "DESIREPATH_KEY": "5a" * 32, "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(arguments, capture_output=True, text=True, cwd=ROOT, env=environment, **options)  # type: ignore[call-overload,no-any-return]


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    folder = tmp_path / "logs"
    folder.mkdir()
    rows = [
        {
            "user_id": f"user{person}",
            "ts": 1_795_000_000_000_000 + person * 1000 + (turn * 3 + step) * 7_000_000,
            "event_type": "click",
            "app": "Desk",
            "target": name,
        }
        for person in range(20)
        for turn in range(40)
        for step, name in enumerate(("open", "edit", "save"))
    ]
    (folder / "day.jsonl").write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    return folder


def test_publishing_on_a_full_disk(tmp_path):
    """A disk of one megabyte, filled until less and less fits: a publication happens whole or not at all."""
    disk = tmp_path / "disk"
    disk.mkdir()
    with mounted("-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)):
        registry = Registry(disk / "registry")
        registry.create()
        publish(registry, FIRST)
        failed = 0
        for kilobytes in range(0, 64, 4):
            filler = disk / "filler"
            filler.write_bytes(b"x" * (shutil.disk_usage(disk).free - kilobytes * 1024))
            try:
                publish(registry, SECOND)
            except (StorageError, OSError):
                failed += 1
            assert_readable(registry)
            published = registry.store.exists(manifest_of(SECOND))
            filler.unlink()
            registry.repair()
            assert_whole(registry)
            assert registry.store.exists(manifest_of(SECOND)) == published
            if published:
                break
        assert failed >= 3
        assert published


def test_a_run_on_a_full_disk_is_74_and_the_next_one_finishes(tmp_path, logs):
    disk = tmp_path / "disk"
    disk.mkdir()
    with mounted("-t", "tmpfs", "-o", "size=4m", "tmpfs", str(disk)):
        (disk / "filler").write_bytes(b"x" * (shutil.disk_usage(disk).free - 64 * 1024))
        ended = run(command(disk / "registry", logs))
        assert ended.returncode == 74, ended.stderr
        assert "No space left on device" in ended.stderr
        assert "Traceback" not in ended.stderr
        registry = Registry(disk / "registry")
        assert list((disk / "registry").glob(".private/staging/*")) == []
        assert registry.manifests() == []
        (disk / "filler").unlink()
        assert run(command(disk / "registry", logs)).returncode == 0
        assert_whole(registry)
        assert len(registry.live()) == 1


def test_a_read_only_registry_can_be_looked_at_and_a_run_is_74(tmp_path, logs):
    registry = Registry(tmp_path / "registry")
    registry.create()
    publish(registry, FIRST)
    view = tmp_path / "view"
    view.mkdir()
    with mounted("--bind", str(tmp_path / "registry"), str(view)):
        made = subprocess.run(["mount", "-o", "remount,ro,bind", str(view)], capture_output=True)
        if made.returncode != 0:
            pytest.skip("nothing can be mounted read-only here")
        ended = run(command(view, logs))
        assert ended.returncode == 74, ended.stderr
        assert "Read-only file system" in ended.stderr
        assert "Traceback" not in ended.stderr
        looking = Registry(view)
        assert [version.name for version in looking.live()] == [FIRST]
        with (
            pytest.raises(StorageError, match="Read-only file system; let this user write there"),
            looking.locked(),
        ):
            pass
    assert_whole(registry)


def test_a_registry_of_somebody_else_is_74(tmp_path, logs):
    """Root may write anywhere, so the run is another user's."""
    if os.getuid() != 0 or shutil.which("setpriv") is None:
        pytest.skip("needs root, to become somebody else, and setpriv")
    nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    shelter = Path("/tmp") / f"desirepath-{os.getpid()}-{tmp_path.name}"
    shelter.mkdir(mode=0o755)
    try:
        registry = Registry(shelter / "registry")
        registry.create()
        publish(registry, FIRST)
        shutil.copytree(logs, shelter / "logs")
        # The interpreter may stand where nobody may look: then there is nothing to be tested.
        if run([*nobody, sys.executable, "-c", "import etl.run"]).returncode != 0:
            pytest.skip("another user cannot run this interpreter")
        ended = run([*nobody, *command(shelter / "registry", shelter / "logs")])
        assert ended.returncode == 74, ended.stderr
        assert "Operation not permitted" in ended.stderr or "ermission denied" in ended.stderr
        assert "Traceback" not in ended.stderr
        assert_whole(registry)
    finally:
        shutil.rmtree(shelter)
