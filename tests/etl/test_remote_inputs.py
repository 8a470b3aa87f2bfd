"""Another file system than the local one: a Beam file system of the test's own, with a folder behind it."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from apache_beam.io.filesystem import CompressionTypes, FileMetadata, FileSystem
from apache_beam.io.filesystems import FileSystems

from etl.errors import InputError
from etl.inputs import find_inputs, plan_splits
from etl.reading import read_raw
from tests.transforms.decoding import mapping_of

JSONL = mapping_of("u", "t")
ROOT: list[Path] = []


class FolderFileSystem(FileSystem):  # type: ignore[misc]
    @classmethod
    def scheme(cls) -> str:
        return "folder"

    def _local(self, path: str) -> Path:
        return ROOT[0] / path.removeprefix("folder://")

    def _list(self, path: str) -> Iterator[FileMetadata]:
        for found in sorted(self._local(path).parent.rglob("*") if self._local(path).parent.is_dir() else []):
            if found.is_file():
                yield FileMetadata(f"folder://{found.relative_to(ROOT[0])}", found.stat().st_size)

    def open(self, path: str, mime_type: Any = None, compression_type: Any = None) -> Any:
        assert compression_type == CompressionTypes.UNCOMPRESSED
        return self._local(path).open("rb")

    def has_dirs(self) -> bool:
        return False

    def join(self, *args: Any) -> Any: ...
    def split(self, path: Any) -> Any:
        return path.rsplit("/", 1)

    def mkdirs(self, path: Any) -> Any: ...
    def create(self, *args: Any, **kwargs: Any) -> Any: ...
    def copy(self, *args: Any) -> Any: ...
    def rename(self, *args: Any) -> Any: ...
    def exists(self, path: Any) -> Any: ...
    def size(self, path: Any) -> Any: ...
    def last_updated(self, path: Any) -> Any: ...
    def checksum(self, path: Any) -> Any:
        return hashlib.md5(self._local(path).read_bytes(), usedforsecurity=False).hexdigest()  # as an ETag

    def metadata(self, path: Any) -> Any:
        return FileMetadata(path, self._local(path).stat().st_size)

    def delete(self, paths: Any) -> Any: ...


@pytest.fixture
def bucket(tmp_path: Path) -> Path:
    ROOT[:] = [tmp_path]
    folder = tmp_path / "bucket" / "2026"
    folder.mkdir(parents=True)
    lines = b"".join(b'{"u":"u%d"}\n' % i for i in range(100))
    (folder / "a.jsonl").write_bytes(lines)
    (folder / "b.jsonl.gz").write_bytes(gzip.compress(lines))
    pq.write_table(pa.table({"u": [f"u{i}" for i in range(100)], "t": ["1"] * 100}), folder / "c.parquet")
    (folder / ".hidden").write_bytes(b"x")
    return tmp_path


@pytest.mark.parametrize("pattern", ["folder://bucket/2026", "folder://bucket/2026/*", "folder://bucket/**"])
def test_files_of_a_remote_file_system(bucket: Path, pattern: str) -> None:
    assert FileSystems.get_filesystem(pattern).scheme() == "folder"
    files = find_inputs([pattern, pattern], JSONL, date=None)
    assert [file.path.rsplit("/", 1)[1] for file in files] == ["a.jsonl", "b.jsonl.gz", "c.parquet"]
    for file in files:
        splits = plan_splits([file], JSONL, split_bytes=500)
        parts = [part for split in splits for part in read_raw(split, JSONL, record_key=None)]
        assert [u for part in parts for u in part.rows["u"].to_pylist()] == [f"u{i}" for i in range(100)]


def test_nothing_matched_and_unknown_schemes(bucket: Path) -> None:
    with pytest.raises(InputError, match="no file matches folder://bucket/none"):
        find_inputs(["folder://bucket/none*"], JSONL, date=None)
    with pytest.raises(InputError, match="cannot be looked up"):
        find_inputs(["nowhere://bucket/a"], JSONL, date=None)
