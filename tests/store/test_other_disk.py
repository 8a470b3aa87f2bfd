"""A release that was staged on another disk than the registry's is copied there first, and appears whole all the same."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest

from etl.store.local import LocalStore


@pytest.fixture
def elsewhere(tmp_path):
    memory = Path("/dev/shm")
    if not memory.is_dir() or memory.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("there is no second file system here")
    folder = Path(tempfile.mkdtemp(dir=memory))
    yield folder / "run" / "data"
    shutil.rmtree(folder)


def test_it_appears_and_leaves_nothing_else(tmp_path, elsewhere):
    store = LocalStore(tmp_path / "registry")
    store.prepare()
    (elsewhere / "sequences").mkdir(parents=True, mode=0o700)
    (elsewhere / "sequences" / "train.parquet").write_bytes(b"rows")
    store.put_tree(elsewhere, "data/2026-11-22")
    assert store.names("data") == ["data/2026-11-22/sequences/train.parquet"]
    assert (tmp_path / "registry/data/2026-11-22/sequences").stat().st_mode & 0o777 == 0o755
    assert store.names(".private/staging") == []
    (elsewhere / "sequences" / "train.parquet").write_bytes(b"others")
    with pytest.raises(FileExistsError):
        store.put_tree(elsewhere, "data/2026-11-22")
    assert store.read("data/2026-11-22/sequences/train.parquet") == b"rows"
