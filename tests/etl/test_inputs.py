from __future__ import annotations

import codecs
import gzip
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from etl.errors import ConfigError, InputError
from etl.inputs import find_inputs, plan_splits
from tests.transforms.decoding import mapping_of
from transforms.mapping import Mapping

JSONL = mapping_of("u", "t")
CSV = mapping_of("u", "t", format="csv")


def touch(*paths: Path, data: bytes = b"") -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def names(patterns: list[str], root: Path, mapping: Mapping = JSONL, date: str | None = None) -> list[str]:
    found = find_inputs(patterns, mapping, date=date)
    assert [file.index for file in found] == list(range(len(found)))
    return [os.path.relpath(file.path, root) for file in found]


def test_files_folders_and_globs(tmp_path: Path) -> None:
    touch(
        *(
            tmp_path / name
            for name in ("a.jsonl", "b/c.jsonl", "b/d/e.jsonl", "b/.hidden", ".git/x", "B.jsonl")
        )
    )
    everything = ["B.jsonl", "a.jsonl", "b/c.jsonl", "b/d/e.jsonl"]
    assert names([f"{tmp_path}"], tmp_path) == everything
    assert names([f"file://{tmp_path}"], tmp_path) == everything
    assert names([f"{tmp_path}/**"], tmp_path) == everything
    assert names([f"{tmp_path}/**/*.jsonl"], tmp_path) == everything
    assert names([f"{tmp_path}/*"], tmp_path) == everything
    assert names([f"{tmp_path}/b/**/e.jsonl"], tmp_path) == ["b/d/e.jsonl"]
    assert names([f"{tmp_path}/?.jsonl", f"{tmp_path}/a*"], tmp_path) == ["B.jsonl", "a.jsonl"]
    assert names([f"{tmp_path}/*/[cd].jsonl"], tmp_path) == ["b/c.jsonl"]
    assert names([f"{tmp_path}/b/.h*"], tmp_path) == ["b/.hidden"]


def test_a_name_with_glob_characters_is_a_name(tmp_path: Path) -> None:
    touch(tmp_path / "a[1].jsonl", tmp_path / "a1.jsonl")
    assert names([f"{tmp_path}/a[1].jsonl"], tmp_path) == ["a[1].jsonl"]


def test_relative_patterns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    touch(tmp_path / "logs" / "a.jsonl")
    monkeypatch.chdir(tmp_path)
    assert names(["logs/*.jsonl"], tmp_path) == ["logs/a.jsonl"]


def test_links_are_followed_and_each_file_is_read_once(tmp_path: Path) -> None:
    touch(tmp_path / "logs" / "a.jsonl")
    (tmp_path / "logs" / "again.jsonl").symlink_to("a.jsonl")
    (tmp_path / "logs" / "up").symlink_to("..")
    (tmp_path / "link").symlink_to("logs")
    assert names([f"{tmp_path}/link"], tmp_path) == ["link/a.jsonl"]
    assert names([f"{tmp_path}"], tmp_path) == ["link/a.jsonl"]


def test_date(tmp_path: Path) -> None:
    touch(tmp_path / "2026-11-22.jsonl", tmp_path / "2026-11-23.jsonl")
    assert names([f"{tmp_path}/{{date}}*"], tmp_path, date="2026-11-22") == ["2026-11-22.jsonl"]
    with pytest.raises(ConfigError, match="--date"):
        find_inputs([f"{tmp_path}/{{date}}"], JSONL, date=None)


def test_nothing_matched_and_broken_links(tmp_path: Path) -> None:
    for pattern in (f"{tmp_path}/none.jsonl", f"{tmp_path}/*.csv", f"{tmp_path}"):
        with pytest.raises(InputError, match="no file matches"):
            find_inputs([pattern], JSONL, date=None)
    touch(tmp_path / "a.jsonl")
    with pytest.raises(InputError, match=r"\*\.csv"):
        find_inputs([f"{tmp_path}/*.jsonl", f"{tmp_path}/*.csv"], JSONL, date=None)
    (tmp_path / "b.jsonl").symlink_to("nowhere")
    for pattern in (f"{tmp_path}", f"{tmp_path}/*", f"{tmp_path}/b.jsonl"):
        with pytest.raises(InputError, match=r"b\.jsonl is a link"):
            find_inputs([pattern], JSONL, date=None)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that everybody can reach, which those of pytest are not."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.mark.skipif(os.getuid() != 0, reason="drops privileges, which takes root")
def test_what_may_not_be_read(open_folder: Path) -> None:
    touch(open_folder / "closed" / "a.jsonl", open_folder / "open" / "secret.jsonl")
    (open_folder / "closed").chmod(0o700)
    (open_folder / "open" / "secret.jsonl").chmod(0o600)
    code = (
        "import os, sys\n"
        "from etl.inputs import find_inputs\n"
        "from etl.errors import InputError\n"
        "from transforms.mapping import NATIVE\n"
        "os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "for pattern in sys.argv[1:]:\n"
        "    try:\n"
        "        find_inputs([pattern], NATIVE, date=None)\n"
        "    except InputError as error:\n"
        "        print(error)\n"
    )
    patterns = [
        f"{open_folder}/closed",
        f"{open_folder}/closed/*",
        f"{open_folder}/**/*.jsonl",
        f"{open_folder}/open",
    ]
    done = subprocess.run(
        [sys.executable, "-c", code, *patterns],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    lines = done.stdout.splitlines()
    assert len(lines) == 4, done.stderr
    assert all("Permission denied" in line and str(open_folder) in line for line in lines)
    assert "secret.jsonl" in lines[3]


def test_formats_and_compressions(tmp_path: Path) -> None:
    def of(name: str, mapping: Mapping) -> tuple[str | None, str]:
        touch(tmp_path / name)
        (file,) = find_inputs([str(tmp_path / name)], mapping, date=None)
        return file.compression, file.format

    parquet = mapping_of("u", "t", format="parquet")
    assert of("a.jsonl.gz", JSONL) == ("gzip", "jsonl")
    assert of("a.JSONL.BZ2", JSONL) == ("bz2", "jsonl")
    assert of("a.log.zst", JSONL) == ("zstd", "jsonl")
    assert of("a.csv.xz", CSV) == ("xz", "csv")
    assert of("a.tsv", CSV) == (None, "csv")
    assert of("a.json", JSONL) == (None, "jsonl")
    assert of("a.parquet", JSONL) == (None, "parquet")
    assert of("a.ndjson", parquet) == (None, "jsonl")
    assert of("part-0", parquet) == (None, "parquet")
    with pytest.raises(InputError, match="compressed Parquet"):
        of("a.parquet.gz", JSONL)


def splits(path: Path, mapping: Mapping, split_bytes: int = 1 << 20) -> list[tuple[int, int | None]]:
    files = find_inputs([str(path)], mapping, date=None)
    return [(split.start, split.end) for split in plan_splits(files, mapping, split_bytes=split_bytes)]


def test_byte_ranges(tmp_path: Path) -> None:
    plain = tmp_path / "a.jsonl"
    touch(plain, data=b"{}\n" * 10)
    assert splits(plain, JSONL, 12) == [(0, 12), (12, 24), (24, 30)]
    assert splits(plain, JSONL) == [(0, 30)]
    touch(tmp_path / "mark.jsonl", data=codecs.BOM_UTF8 + b"{}\n")
    assert splits(tmp_path / "mark.jsonl", JSONL) == [(3, 6)]
    touch(tmp_path / "empty.jsonl")
    assert splits(tmp_path / "empty.jsonl", JSONL) == [(0, 0)]
    table = tmp_path / "a.csv"
    touch(table, data=b"u,t\n1,2\n3,4\n")
    assert splits(table, CSV, 4) == [(4, None)]
    assert splits(table, mapping_of("u", "t", format="csv", multiline=False), 4) == [(4, 8), (8, 12)]
    assert splits(table, mapping_of("u", "t", format="csv", quote=None), 4) == [(4, 8), (8, 12)]
    touch(tmp_path / "a.jsonl.gz", data=gzip.compress(b"{}\n" * 10))
    assert splits(tmp_path / "a.jsonl.gz", JSONL, 12) == [(0, None)]


def test_row_groups(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"u": ["a"] * 10, "t": ["x"] * 10}), path, row_group_size=3)
    assert splits(path, JSONL, 1) == [(0, 1), (1, 2), (2, 3), (3, 4)]
    assert splits(path, JSONL) == [(0, 4)]
    pq.write_table(pa.table({"u": pa.array([], pa.string()), "t": pa.array([], pa.string())}), path)
    assert sum((end or 0) - start for start, end in splits(path, JSONL)) <= 1


def fails(tmp_path: Path, name: str, data: bytes, mapping: Mapping, match: str) -> None:
    touch(tmp_path / name, data=data)
    with pytest.raises(InputError, match=match) as caught:
        splits(tmp_path / name, mapping)
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


def test_headers(tmp_path: Path) -> None:
    fails(tmp_path, "a.csv", b"u,x\n1,2\n", CSV, "no column t")
    fails(tmp_path, "b.csv", b"u,t,t\n1,2,3\n", CSV, "more than one column t")
    fails(tmp_path, "c.csv", b"u;t\n1;2\n", CSV, "no column u")
    fails(tmp_path, "d.csv", b'u,"t\n1,2\n', CSV, "quote_unclosed")
    fails(
        tmp_path,
        "e.csv",
        b"1,2\n",
        mapping_of("u", "t", format="csv", header=False, names=["u", "x"]),
        "no column t",
    )
    for name, data in (("f.csv", b""), ("g.csv", codecs.BOM_UTF8), ("h.csv", b"\n\n"), ("i.csv", b"u,t")):
        touch(tmp_path / name, data=data)
        assert splits(tmp_path / name, CSV) == [(len(data), None)]
    wide = "u,t," + ",".join(f"column_{i}" for i in range(20_000))
    touch(tmp_path / "wide.csv.gz", data=gzip.compress(wide.encode() + b"\n1,2"))
    assert splits(tmp_path / "wide.csv.gz", CSV) == [(len(wide) + 1, None)]


def test_files_that_are_not_what_they_say(tmp_path: Path) -> None:
    fails(tmp_path, "a.jsonl.gz", b'{"u":1}\n', JSONL, "not compressed")
    fails(tmp_path, "b.jsonl.gz", b"\xfd7zXZ\x00....", JSONL, "compressed with xz")
    fails(tmp_path, "c.jsonl", gzip.compress(b"{}"), JSONL, "compressed with gzip")
    fails(tmp_path, "d.parquet", b"not parquet at all", JSONL, "not a Parquet file")
    for index, encoding in enumerate(("utf-16", "utf-32")):
        fails(tmp_path, f"{index}.jsonl", '{"u":1}\n'.encode(encoding), JSONL, "encoding: utf-16")
        touch(tmp_path / "fine", data='{"u":1}\n'.encode(encoding))
        assert splits(tmp_path / "fine", mapping_of("u", "t", encoding=encoding)) == [(0, None)]
    touch(tmp_path / "empty.gz")
    assert splits(tmp_path / "empty.gz", JSONL) == [(0, None)]


def test_parquet_columns(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"u": ["a"], "o": [{"t": 1, "l": [1]}]}), path)
    assert splits(path, mapping_of("u", "o.t")) == [(0, 1)]
    for column, match in (
        ("t", "no column t"),
        ("o.x", r"no column o\.x"),
        ("o", "lists or structs"),
        ("o.l", "lists"),
    ):
        with pytest.raises(InputError, match=match):
            splits(path, mapping_of("u", column))


def test_start_up_is_light() -> None:
    code = "import etl.inputs, sys; print([m for m in ('apache_beam', 'numba', 'pyarrow.parquet') if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert done.stdout.strip() == "[]"


def test_a_folder_gives_its_logs_and_says_how_much_else_there_is(tmp_path):
    for name in ("a.jsonl", "b.jsonl.gz", "c.parquet", "README.md", "LICENSE", "participation.csv"):
        (tmp_path / name).write_bytes(b"")
    passed_over: list[int] = []
    found = find_inputs([str(tmp_path)], JSONL, date=None, on_passed_over=passed_over.append)
    assert [os.path.basename(file.path) for file in found] == ["a.jsonl", "b.jsonl.gz", "c.parquet"]
    assert passed_over == [3]
    named = find_inputs([str(tmp_path / "L*")], JSONL, date=None)
    assert [os.path.basename(file.path) for file in named] == ["LICENSE"]


def test_a_folder_without_logs_says_what_it_looked_for(tmp_path):
    (tmp_path / "README.md").write_text("")
    with pytest.raises(InputError, match=r"\.ndjson"):
        find_inputs([str(tmp_path)], JSONL, date=None)
