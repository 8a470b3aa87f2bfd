"""T6: what k − 1 people hold, and what nobody's release may hold, is in no byte of anything that a run leaves or says.

The ends of a run, one by one, are in tests/test_command_line.py; what names become is in tests/transforms.
"""

from __future__ import annotations

import base64
import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from unittest import mock

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import etl.finish
from etl.cli import main_nightly
from etl.staging import Staging
from tests.privacy.canaries import forms_of, holding, in_base64, written
from tests.privacy.planted import FILE, NAME, ROW, SHARED, write_world
from tests.privacy.runs import released_rows

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _own_process(tmp_path, monkeypatch) -> Iterator[None]:
    """The command line owns its process: what it sets there is set back. Temporary files go where we look."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", None)
    with mock.patch.dict(os.environ, {"TMPDIR": str(tmp_path / "temporary")}):
        yield
    for number, handler in before.items():
        signal.signal(number, handler)
    logging.disable(logging.NOTSET)


def words(flags: dict[str, str], *more: str) -> list[str]:
    given = {**flags, **dict(zip(more[::2], more[1::2], strict=True))}
    return [word for pair in given.items() for word in pair]


def keep_what_is_removed(monkeypatch: pytest.MonkeyPatch, kept: Path) -> None:
    """A copy of staging when the run ends, and of the temporary folder then and amid the work: what a kill would leave."""
    remove, release = Staging.remove, etl.finish.release

    def working(*given: Any, **more: Any) -> Any:
        shutil.copytree(os.environ["TMPDIR"], kept / "amid")
        return release(*given, **more)

    monkeypatch.setattr(etl.finish, "release", working)

    def keeping(staging: Staging) -> None:
        shutil.copytree(staging.root, kept / "staging")
        shutil.copytree(os.environ["TMPDIR"], kept / "temporary")
        remove(staging)

    monkeypatch.setattr(Staging, "remove", keeping)


TEMPORARY: list[str] = []
"""Every temporary file or folder that this process made, also one that is gone again."""
sys.addaudithook(lambda event, made: TEMPORARY.append(made[0]) if event.startswith("tempfile.") else None)


def assert_nothing_left(base: Path, said: str) -> None:
    """The registry with all that is private, what was removed, temporary files, and what was said."""
    for place in ("registry", "kept", "temporary"):
        assert holding(base / place, ROW, NAME) == []
        # They say which file is which number, and are private.
        told = (".private/runs/", ".private/lineage/") if place == "registry" else ()
        assert [found for found in holding(base / place, FILE) if not found.startswith(told)] == []
    assert written(said.encode(), ROW) == written(said.encode(), NAME) == []


# --- the search itself ---------------------------------------------------------------------------------------------


def test_every_form_is_found(tmp_path):
    (tmp_path / "forms").mkdir()
    for at, form in enumerate([*forms_of(ROW).values(), *in_base64(ROW)]):
        (tmp_path / "forms" / f"{at}.bin").write_bytes(b"\x00\xff" + form + b"!")
    found = {place.partition(":")[0] for place in holding(tmp_path / "forms", ROW)}
    assert found == {path.name for path in (tmp_path / "forms").iterdir()}
    for before in range(4):
        coded = base64.urlsafe_b64encode(b"x" * before + ROW.encode() + b"tail")
        assert written(coded, ROW) == ["Base64"]


def test_a_stray_value_of_a_dictionary_and_a_statistic_are_found(tmp_path):
    """Both are in the file although no row is: compressed, in a page of its own."""
    values = pa.DictionaryArray.from_arrays(
        pa.array([0, 0], pa.int32()), pa.array(["open", f"{ROW} {'x' * 99}"])
    )
    pq.write_table(pa.table({"x": values}), tmp_path / "d.parquet", compression="zstd", store_schema=False)
    noted = pa.table({"x": ["open"]}).replace_schema_metadata({"note": ROW})
    pq.write_table(noted, tmp_path / "m.parquet", compression="zstd")
    (tmp_path / f"{ROW.upper()}.txt").touch()
    assert {found.partition(":")[0] for found in holding(tmp_path, ROW)} == {
        "d.parquet",
        "m.parquet",
        f"{ROW.upper()}.txt",
    }


# --- runs that publish ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("source", "log_format"), [("native", "json"), ("csv", "text")])
def test_a_published_version(tmp_path, monkeypatch, capfd, source, log_format):
    keep_what_is_removed(monkeypatch, tmp_path / "kept")
    flags = write_world(tmp_path, source)
    TEMPORARY.clear()
    assert main_nightly(words(flags, "--log-format", log_format)) == 0
    assert {Path(made).name[:18] for made in TEMPORARY} == {"beam-pipeline-temp"}
    said = capfd.readouterr()
    assert_nothing_left(tmp_path, said.out + said.err)
    assert written((said.out + said.err).encode(), FILE) == []
    rows = released_rows(tmp_path / "registry")
    assert any(SHARED in action for row in rows for action in row["actions"])
    assert any("{secret}" in action for row in rows for action in row["actions"])
    if source == "csv":
        keys = {action.split()[1] for row in rows for action in row["actions"] if action.startswith("press")}
        assert {"letter", "modifier", "other"} <= keys
        assert not any("ꙮ" in action for row in rows for action in row["actions"])
    letters = pq.read_table(next((tmp_path / "registry" / ".private" / "dead-letters").iterdir()))
    assert letters.num_rows >= 3
    assert list((tmp_path / "kept" / "amid").iterdir())
    sealed = list((tmp_path / "kept" / "staging").rglob("*.sealed"))
    assert {path.parent.name for path in sealed} == {
        "events",
        "emissions",
        "capped",
        "consumed",
    }  # looked into, too


def test_k_people_make_the_difference(tmp_path, capfd):
    """The control: the same word, in the same fields, held by one person more, comes out; so the search can find it."""
    flags = write_world(tmp_path, "native")
    log = next(Path(flags["--input"]).iterdir())
    tenth = b"".join(
        line.replace(b'"user_id": "u8"', b'"user_id": "u9"')
        for line in log.read_bytes().splitlines(keepends=True)
        if b'"user_id": "u8"' in line and f'"{ROW}"'.encode() in line
    )
    # Of one unit they would be withheld, however many they are.
    content = log.read_bytes() + tenth
    for unit in ("a", ROW):
        content = content.replace(f'"unit": "{unit}"'.encode(), b'"unit": null')
    log.write_bytes(content)
    assert main_nightly(words(flags)) == 0
    capfd.readouterr()
    found = holding(tmp_path / "registry", ROW)
    assert {place.split("/")[0].partition(":")[0] for place in found} == {
        "data",
        "vocabulary",
        "tokenizer.json",
    }


# --- runs that fail ------------------------------------------------------------------------------------------------


def a_broken_mapping(base: Path, flags: dict[str, str], _: ExitStack) -> None:
    flags["--source"] = str(base / "broken.yaml")
    Path(flags["--source"]).write_text(f"format: csv\nperson: [{ROW}\n")


def a_mapping_with_unknown_settings(base: Path, flags: dict[str, str], _: ExitStack) -> None:
    flags["--source"] = str(base / "strange.yaml")
    Path(flags["--source"]).write_text(
        f"format: {ROW}\nperson: {ROW}\ntime: {ROW}\naction: [[{{as: {ROW}}}]]\n"
    )


def a_participation_file_with_mistakes(base: Path, flags: dict[str, str], _: ExitStack) -> None:
    flags["--participation"] = str(base / "who.csv")
    head = "account,person,unit,status,valid_from,valid_to,basis,recorded_at"
    Path(flags["--participation"]).write_text(f"{head}\n{','.join([ROW] * 8)}\n")


def a_file_that_is_no_parquet(base: Path, flags: dict[str, str], _: ExitStack) -> None:
    (Path(flags["--input"]) / f"{FILE}.parquet").write_bytes(ROW.encode() * 99)


def too_many_rejects(base: Path, flags: dict[str, str], _: ExitStack) -> None:
    flags["--max-reject-ratio"] = "0.0001"


def a_gate_that_fails(base: Path, flags: dict[str, str], stack: ExitStack) -> None:
    from etl.steps import emissions_table

    short = mock.patch("etl.steps.emissions_table", lambda *more: emissions_table(*more).slice(1))
    stack.enter_context(short)


def a_step_that_crashes(base: Path, flags: dict[str, str], stack: ExitStack) -> None:
    def fails(batches: Any) -> None:
        raise ValueError(f"cannot order {batches[0].column('path').to_pylist()[:9]} of {ROW}")

    stack.enter_context(mock.patch("transforms.draw.order_events", fails))


def a_reader_that_crashes(base: Path, flags: dict[str, str], stack: ExitStack) -> None:
    def fails(rows: Any, *_: Any, **__: Any) -> None:
        raise KeyError(str(rows.to_pylist()))

    stack.enter_context(mock.patch("etl.read_step.to_events", fails))


def a_disk_that_is_full(base: Path, flags: dict[str, str], stack: ExitStack) -> None:
    def fails(table: Any, path: Path, key: bytes) -> None:
        raise OSError(28, f"No space left on device: {ROW}", f"{path}/{ROW}")

    stack.enter_context(mock.patch("etl.steps.write_sealed", fails))


JSON, TEXT = ("native", "json"), ("csv", "text")
FAILURES = [
    (2, a_broken_mapping, *TEXT),
    (2, a_mapping_with_unknown_settings, *JSON),
    (2, a_participation_file_with_mistakes, *TEXT),
    (4, a_file_that_is_no_parquet, *JSON),
    (4, too_many_rejects, *JSON),
    (4, too_many_rejects, *TEXT),
    (3, a_gate_that_fails, *TEXT),
    (70, a_step_that_crashes, *JSON),
    (70, a_reader_that_crashes, *JSON),
    (70, a_reader_that_crashes, *TEXT),
    (74, a_disk_that_is_full, *TEXT),
]


@pytest.mark.parametrize(("code", "fail", "source", "log_format"), FAILURES)
def test_a_run_that_fails(tmp_path, monkeypatch, capfd, code, fail, source, log_format):
    keep_what_is_removed(monkeypatch, tmp_path / "kept")
    flags = write_world(tmp_path, source)
    with ExitStack() as stack:
        fail(tmp_path, flags, stack)
        assert main_nightly(words(flags, "--log-format", log_format)) == code
    said = capfd.readouterr()
    assert said.err
    assert_nothing_left(tmp_path, said.out + said.err)
    if log_format == "json":
        assert written((said.out + said.err).encode(), FILE) == []


CRASH = f"""
import transforms.events as events

def fails(rows, *_, **__):
    raise ValueError("{ROW}: " + str(rows.to_pylist()))

events.to_events = fails
"""


def test_a_crash_in_a_worker_process(tmp_path):
    """Workers are processes of their own, which the command line cannot quiet: what they print is on its stderr too."""
    flags = write_world(tmp_path, "native")
    (tmp_path / "plant").mkdir()
    (tmp_path / "plant" / "sitecustomize.py").write_text(CRASH)
    beam = ["--direct_running_mode=multi_processing", "--direct_num_workers=2", "--runner=FnApiRunner"]
    ended = subprocess.run(
        [sys.executable, str(ROOT / "run_pipeline.py"), *words(flags), *beam],
        capture_output=True,
        cwd=ROOT,
        timeout=200,
        env={**os.environ, "PYTHONPATH": f"{tmp_path / 'plant'}{os.pathsep}{ROOT}"},
    )
    assert ended.returncode == 70, ended.stderr.decode()
    assert_nothing_left(tmp_path, (ended.stdout + ended.stderr).decode())
