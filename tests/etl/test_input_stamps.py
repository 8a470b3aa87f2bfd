"""A file that changes behind the reader's back is seen, also one whose size and time were put back."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from etl.input_stamps import InputStamps
from etl.inputs import InputFile
from tests.etl.test_remote_inputs import ROOT, FolderFileSystem


def stamps_of(path: Path | str, size: int) -> InputStamps:
    return InputStamps([InputFile(3, str(path), size, None, "jsonl")])


def grow(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"more\n")


def shrink(path: Path) -> None:
    os.truncate(path, 2)


def rewrite_and_put_back(path: Path) -> None:
    before = path.stat()
    path.write_bytes(b"other\n")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def replace(path: Path) -> None:
    before = path.stat()
    other = path.with_suffix(".new")
    other.write_bytes(b"other\n")
    os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
    os.replace(other, path)


@pytest.mark.parametrize("change", [grow, shrink, rewrite_and_put_back, replace, Path.unlink])
def test_a_change_is_seen(tmp_path: Path, change: Callable[[Path], Any]) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"lines\n")
    stamps = stamps_of(path, 6)
    assert stamps.changed() == []
    assert path.read_bytes() == b"lines\n"
    assert stamps.changed() == []
    change(path)
    assert stamps.changed() == [3]


def test_a_file_that_changed_since_it_was_listed_has_changed(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"lines\n")
    assert stamps_of(path, 5).changed() == [3]


def test_a_file_that_was_gone_when_the_run_began_has_changed(tmp_path: Path) -> None:
    assert stamps_of(tmp_path / "none.jsonl", 0).changed() == [3]


def test_a_remote_object_that_was_put_again_has_changed(tmp_path: Path) -> None:
    ROOT[:] = [tmp_path]
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"lines\n")
    stamps = stamps_of("folder://a.jsonl", 6)
    assert stamps.changed() == []
    for content in (b"other\n", b"longer lines\n"):
        path.write_bytes(content)
        assert stamps.changed() == [3]
    path.unlink()
    assert stamps.changed() == [3]
    assert FolderFileSystem.scheme() == "folder"
