"""The exit codes of DESIGN §7, what a failing run says, and that no value of a record is in anything it says or leaves."""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from unittest import mock

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from etl import __version__
from etl.cli import main, main_nightly
from etl.config import RunConfig
from etl.registry import Registry
from tests.opened import opened

ROOT = Path(__file__).resolve().parents[1]
CANARY = "quokkacanary"
K = 10
FLAGS = frozenset(
    "--config --input --source --registry --date --night-timezone --window --k --allow-low-k --min-outside-unit "
    "--cap-per-person --gap-minutes --max-length --max-per-person --min-active --participation --purpose "
    "--works-agreement --key-file --pool-key-file --max-reject-ratio --dry-run --log-format".split()
)
"""The flags of DESIGN §7 that are built."""

IN_THE_FILE_ONLY = frozenset({"--retention", "--content-columns", "--programs"})
"""Settings that no flag sets."""

FIELDS = ("user_id", "ts", "event_type", "app", "target", "unit", "event_id", "note")
"""The native schema, and a column that is not mapped."""


def workplace(habits: tuple[tuple[str, ...], ...]) -> list[dict]:
    """Twelve people with the same habits, each ten times."""
    records = []
    for person in range(12):
        moment = 1_795_000_000_000_000 + person * 1_000
        for turn in range(10):
            for target in habits[(person + turn) % len(habits)]:
                moment += 7_000_000
                records.append(
                    {
                        "user_id": f"user{person}",
                        "ts": moment,
                        "event_type": "click",
                        "app": "Desk",
                        "target": target,
                        "unit": f"unit{person % 4}",
                    }
                )
            moment += 3_600_000_000
    return records


def canaries(like: dict) -> list[dict]:
    """Records with the canary in each field in turn and in all of them, and a habit of k − 1 people that holds it."""
    alone = [{**like, "event_id": f"e{at}", field: f"{CANARY} {field}"} for at, field in enumerate(FIELDS)]
    everywhere = {field: f"{CANARY}@{field}.example" for field in FIELDS}
    shared = [
        {**like, "user_id": f"user{person}", "ts": like["ts"] + 1 + person, field: CANARY}
        for person in range(K - 1)
        for field in ("event_type", "app", "target", "unit")
    ]
    return [*alone, everywhere, {**everywhere, "ts": like["ts"] + 99}, *shared]


BROKEN = (
    f'{{"user_id": "{CANARY}", "ts"\n'.encode(),
    f'"{CANARY}"\n'.encode(),
    f'{{"user_id": "{CANARY}", "ts": 1795000000000000, "event_type": "\xff"}}\n'.encode("latin-1"),
)


def write_log(folder: Path, records: list[dict], *, broken: int = 1) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    lines = [orjson.dumps(record) + b"\n" for record in records]
    lines += [orjson.dumps(record) + b"\n" for record in canaries(records[0])]
    (folder / "day.jsonl").write_bytes(b"".join([*lines, *BROKEN * broken]))


HABITS = (("open", "edit", "save"), ("open", "read", "reply", "send"), ("build", "test", "push"))


def flags(base: Path, *more: str) -> list[str]:
    """The arguments of a run in a world; the last of a repeated flag wins."""
    given = {
        "--input": str(base / "logs"),
        "--source": "native",
        "--registry": str(base / "registry"),
        "--window": "all",
        "--participation": "none",
        "--min-active": "10",
        "--max-reject-ratio": "0.05",
    }
    given.update(zip(more[::2], more[1::2], strict=True))
    return [word for pair in given.items() for word in pair if pair[1] != "without"]


@pytest.fixture(autouse=True)
def _as_before():
    """The command line owns its process: what it sets there is set back."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    with mock.patch.dict(os.environ, {"DESIREPATH_KEY": "5a" * 32}):
        yield
    for number, handler in before.items():
        signal.signal(number, handler)
    logging.disable(logging.NOTSET)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A world whose registry has one version: made once, never changed."""
    base = tmp_path_factory.mktemp("built")
    write_log(base / "logs", workplace(HABITS))
    with mock.patch.dict(os.environ, {"DESIREPATH_KEY": "5a" * 32}):
        assert main_nightly(flags(base)) == 0
    logging.disable(logging.NOTSET)
    return base


@pytest.fixture
def world(built, tmp_path):
    """A copy of the built world, to change."""
    shutil.copytree(built, tmp_path, dirs_exist_ok=True)
    return tmp_path


@pytest.fixture
def fresh(built, tmp_path):
    """The logs of the built world, without a registry."""
    shutil.copytree(built / "logs", tmp_path / "logs")
    return tmp_path


# --- 0 -------------------------------------------------------------------------------------------------------------


def version_of(registry: Path) -> str:
    return next((registry / "manifests").iterdir()).stem


def test_a_version_was_published_without_a_canary(built):
    manifest = json.loads(next((built / "registry" / "manifests").iterdir()).read_bytes())
    assert manifest["released"]["records"] >= 3
    assert manifest["rows"]["rejected"]  # the canaries were read
    assert holding(built / "registry") == []


def test_the_search_for_canaries_finds_them(tmp_path):
    """In text, in file names, and in a column that compression hides."""
    (tmp_path / "a.html").write_text(f"…{CANARY.upper()}…", "utf-8")
    (tmp_path / f"{CANARY}.txt").write_text("")
    column = pa.array([f"{number} {CANARY} {number * 7919}" for number in range(999)])
    pq.write_table(
        pa.table({"x": pa.array([[]] * 999 + [[CANARY]], pa.list_(pa.string()))}), tmp_path / "l.parquet"
    )
    pq.write_table(
        pa.table({"x": column}),
        tmp_path / "c.parquet",
        compression="zstd",
        write_statistics=False,
        use_dictionary=False,
        store_schema=False,
    )
    assert CANARY.encode() not in (tmp_path / "c.parquet").read_bytes()
    assert holding(tmp_path) == ["a.html", "c.parquet", "l.parquet", f"{CANARY}.txt"]


def test_the_same_run_again_is_0_and_changes_nothing(world, capfd):
    before = contents(world / "registry")
    assert main_nightly(flags(world)) == 0
    assert contents(world / "registry") == before
    said = capfd.readouterr()
    assert "already published" in said.out
    assert CANARY not in (said.out + said.err).lower()


def test_a_run_that_releases_nothing_is_0(fresh, capfd):
    assert main_nightly(flags(fresh, "--min-active", "1000")) == 0
    manifest = json.loads(next((fresh / "registry" / "manifests").iterdir()).read_bytes())
    assert manifest["files"] == []
    assert manifest["released"]["records"] == 0
    said = capfd.readouterr()
    assert "nothing could be released" in said.out
    assert CANARY not in (said.out + said.err).lower()
    assert holding(fresh / "registry") == []


def test_a_published_run_says_so_in_json(fresh, capfd):
    assert main(["run", *flags(fresh, "--log-format", "json")]) == 0
    events = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    assert events[-1]["event"] == "end"
    assert events[-1]["state"] == "published"


# --- failures ------------------------------------------------------------------------------------------------------


def a_night_and_a_window(base: Path, _: ExitStack) -> list[str]:
    return flags(base, "--date", "2026-11-22")


def a_low_k(base: Path, _: ExitStack) -> list[str]:
    return flags(base, "--k", "5")


def a_flag_nobody_knows(base: Path, _: ExitStack) -> list[str]:
    return [*flags(base), "--kk=20"]


def a_flag_of_beam_misspelt(base: Path, _: ExitStack) -> list[str]:
    return [*flags(base), "--flink_mastre", "localhost:8081"]


def a_mapping_that_shows_what_was_typed(base: Path, _: ExitStack) -> list[str]:
    mapping = {
        "format": "jsonl",
        "person": "user_id",
        "time": {"column": "ts", "format": "epoch_us"},
        "action": [[{"column": "text", "as": "verbatim"}]],
    }
    (base / "mapping.yaml").write_text(json.dumps(mapping))
    return flags(base, "--source", str(base / "mapping.yaml"))


def a_mapping_that_is_not_one(base: Path, _: ExitStack) -> list[str]:
    (base / "mapping.yaml").write_text("format: jsonl\nperson: [\n")
    return flags(base, "--source", str(base / "mapping.yaml"))


def a_participation_file_with_a_mistake(base: Path, _: ExitStack) -> list[str]:
    head = "account,person,unit,status,valid_from,valid_to,basis,recorded_at"
    (base / "who.csv").write_text(f"{head}\n{CANARY},{CANARY},{CANARY},{CANARY},{CANARY},,{CANARY},\n")
    return flags(base, "--participation", str(base / "who.csv"))


def nothing_matched(base: Path, _: ExitStack) -> list[str]:
    return flags(base, "--input", str(base / "nowhere" / "*.jsonl"))


def too_many_rejects(base: Path, _: ExitStack) -> list[str]:
    write_log(base / "logs", workplace(HABITS), broken=20)
    return flags(base)


def no_admitted_event(base: Path, _: ExitStack) -> list[str]:
    return flags(base, "--window", "without", "--date", "1999-01-01")


def other_content(base: Path, _: ExitStack) -> list[str]:
    write_log(base / "logs", workplace((("open", "print", "close"), ("build", "test", "push"))))
    return flags(base)


def a_bug(base: Path, stack: ExitStack) -> list[str]:
    def fails(*_: object, **__: object) -> None:
        raise ValueError(f"could not convert '{CANARY}' of {{'user_id': '{CANARY}'}}")

    stack.enter_context(mock.patch("etl.again.check_input", fails))
    return flags(base)


def a_bug_that_quotes_in_its_cause(base: Path, stack: ExitStack) -> list[str]:
    def fails(*_: object, **__: object) -> None:
        try:
            {}[CANARY]
        except KeyError as error:
            raise RuntimeError(CANARY) from error

    stack.enter_context(mock.patch("transforms.draw.order_events", fails))
    return flags(base)


def the_registry_is_a_file(base: Path, _: ExitStack) -> list[str]:
    (base / "file").write_text("")
    return flags(base, "--registry", str(base / "file"))


def another_run_holds_the_lock(base: Path, stack: ExitStack) -> list[str]:
    stack.enter_context(Registry(base / "registry").locked())
    return flags(base)


Failing = Callable[[Path, ExitStack], list[str]]
FAILURES: list[tuple[int, Failing]] = [
    (2, a_night_and_a_window),
    (2, a_low_k),
    (2, a_flag_nobody_knows),
    (2, a_flag_of_beam_misspelt),
    (2, a_mapping_that_shows_what_was_typed),
    (2, a_mapping_that_is_not_one),
    (2, a_participation_file_with_a_mistake),
    (4, nothing_matched),
    (4, too_many_rejects),
    (4, no_admitted_event),
    (5, other_content),
    (70, a_bug),
    (70, a_bug_that_quotes_in_its_cause),
    (74, the_registry_is_a_file),
    (75, another_run_holds_the_lock),
]


@pytest.mark.parametrize("log_format", ["text", "json"])
@pytest.mark.parametrize(("code", "failing"), FAILURES, ids=[f"{c}-{f.__name__}" for c, f in FAILURES])
def test_a_failing_run(world, capfd, code, failing, log_format):
    published = contents(world / "registry")
    with ExitStack() as stack:
        arguments = failing(world, stack)
        assert main_nightly([*arguments, "--log-format", log_format]) == code
    said = capfd.readouterr()
    assert said.out == ""
    assert_one_paragraph(said.err)
    assert ("\ndesirepath: " in f"\n{said.err}") == (log_format == "text")
    if log_format == "json":
        end = json.loads(said.err.splitlines()[-1])
        assert (end["event"], end["state"], end["exit"]) == ("end", "failed", code)
        lines = [json.loads(line) for line in said.err.splitlines()]
        assert all(line["time"] and line["run"] == end["run"] for line in lines)
    assert CANARY not in said.err.lower()
    assert contents(world / "registry") == published
    assert holding(world / "registry") == []
    assert left_in_staging(world / "registry") == []


@pytest.mark.parametrize("arguments", [["versions", "--frobnicate"], ["frobnicate"], ["show"], []], ids=str)
def test_a_command_that_is_none_is_2(arguments, capfd):
    assert main(arguments) == 2
    said = capfd.readouterr()
    assert "Traceback" not in said.out + said.err


def test_a_registry_that_is_none_is_2(tmp_path, capfd):
    for command in (["versions"], ["show", "2026-11-22"], ["report", "2026-11-22"], ["verify"]):
        assert main([*command, "--registry", str(tmp_path)]) == 2
        assert_one_paragraph(capfd.readouterr().err)


def test_the_log_format_of_one_command_is_not_the_next_ones(tmp_path, capfd):
    assert main_nightly(flags(tmp_path, "--log-format", "json")) == 4
    capfd.readouterr()
    assert main(["verify", "--registry", str(tmp_path)]) == 2
    assert capfd.readouterr().err.startswith("desirepath: ")


INTERRUPTED = """
import os, signal, sys, time
import etl.finish
from etl.cli import main_nightly

def interrupt(*_, **__):
    os.kill(os.getpid(), signal.{signal})
    time.sleep(2)
    raise RuntimeError("the signal did not arrive")

etl.finish.release = interrupt
sys.exit(main_nightly(sys.argv[1:]))
"""


LOST = """
import os, signal, sys, time
import etl.finish
from etl.cli import main_nightly

class Dying:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(2)

def interrupt(*given, release=etl.finish.release, **options):
    Dying()
    return release(*given, **options)

etl.finish.release = interrupt
sys.exit(main_nightly(sys.argv[1:]))
"""


def test_an_interruption_in_a_destructor_is_heard_before_anything_is_published(fresh):
    command = [sys.executable, "-c", LOST, *flags(fresh)]
    ended = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=120)
    assert "Exception ignored" in ended.stderr
    assert ended.returncode == 130, ended.stderr
    assert contents(fresh / "registry") == {}
    assert holding(fresh / "registry") == []


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_an_interrupted_run(fresh, name, capfd):
    command = [sys.executable, "-c", INTERRUPTED.format(signal=name)]
    ended = subprocess.run(
        [*command, *flags(fresh, "--log-format", "json")],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=120,
    )
    assert ended.returncode == 130, ended.stderr
    assert ended.stdout == ""
    assert_one_paragraph(ended.stderr)
    end = json.loads(ended.stderr.splitlines()[-1])
    assert (end["event"], end["state"], end["exit"]) == ("end", "failed", 130)
    assert CANARY not in ended.stderr.lower()
    registry = fresh / "registry"
    assert contents(registry) == {}
    assert holding(registry) == []
    assert main_nightly(flags(fresh)) == 0
    assert left_in_staging(registry) == []
    assert len(list((registry / "manifests").iterdir())) == 1


# --- help and the commands that look -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "call", [(main_nightly, ["--help"]), (main, ["run", "--help"])], ids=["alone", "run"]
)
def test_help_names_every_flag(call, capfd):
    command, arguments = call
    assert command(arguments) == 0
    said = capfd.readouterr()
    named = set(re.findall(r"--[a-z][a-z-]*", said.out))
    settings = {f"--{field.replace('_', '-')}" for field in RunConfig.model_fields} - IN_THE_FILE_ONLY
    assert FLAGS | settings <= named
    assert "Traceback" not in said.err


def test_help_lists_the_commands(capfd):
    assert main(["--help"]) == 0
    out = capfd.readouterr().out
    for command in (
        "run",
        "backfill",
        "doctor",
        "versions",
        "show",
        "report",
        "verify",
        "simulate",
        "config",
        "withdraw",
        "erase",
        "rotate-key",
    ):
        assert re.search(rf"\b{command}\b", out)


def test_the_version_is_told(capfd):
    assert main(["--version"]) == 0
    assert capfd.readouterr().out == f"desirepath {__version__}\n"


def test_help_needs_no_heavy_library():
    """Importing Beam, Great Expectations or datasets takes seconds."""
    script = "import sys; from etl.cli import main; main(['run', '--help']); print(*sys.modules, sep='\\n')"
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT)
    assert ended.returncode == 0
    assert not {"apache_beam", "great_expectations", "datasets", "pandas"} & set(ended.stdout.splitlines())


def test_the_commands_that_look(built, capfd):
    registry = built / "registry"
    version = version_of(registry)
    assert main(["versions", "--registry", str(registry)]) == 0
    assert version in capfd.readouterr().out
    assert main(["show", version, "--registry", str(registry)]) == 0
    shown = json.loads(capfd.readouterr().out)
    assert shown == json.loads((registry / "manifests" / f"{version}.json").read_bytes())
    assert main(["report", version, "--registry", str(registry)]) == 0
    page = Path(capfd.readouterr().out.strip())
    assert page.read_text("utf-8").lstrip().lower().startswith("<!doctype html")
    assert main(["verify", "--registry", str(registry)]) == 0
    checked = re.match(r"(\d+) files of 1 version", capfd.readouterr().out)
    assert checked
    assert int(checked[1]) == len(shown["files"])


def test_a_version_that_is_not_there_is_2(built, capfd):
    for command in ("show", "report"):
        assert main([command, "1999-01-01", "--registry", str(built / "registry")]) == 2
        assert_one_paragraph(capfd.readouterr().err)


def test_verify_finds_one_changed_byte_and_a_missing_file(world, capfd):
    registry = world / "registry"
    file = next((registry / "data").rglob("*.parquet"))
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    assert main(["verify", "--registry", str(registry)]) == 74
    said = capfd.readouterr()
    assert_one_paragraph(said.err)
    assert str(file.relative_to(registry)) in said.err
    file.unlink()
    assert main(["verify", "--registry", str(registry)]) == 74
    assert str(file.relative_to(registry)) in capfd.readouterr().err


def test_verify_finds_a_file_that_no_manifest_knows(world, capfd):
    stranger = next((world / "registry" / "data").rglob("*.parquet")).parent / "train-00009-of-00010.parquet"
    stranger.write_bytes(b"")
    assert main(["verify", "--registry", str(world / "registry")]) == 74
    assert f"{stranger.name} is in no manifest" in capfd.readouterr().err


# --- looking -------------------------------------------------------------------------------------------------------


def contents(registry: Path) -> dict[str, bytes]:
    """What a registry publishes: everything but the card, which is derived, and what is private."""
    return {
        str(path.relative_to(registry)): path.read_bytes()
        for folder in ("data", "manifests", "reports")
        for path in sorted((registry / folder).rglob("*"))
        if path.is_file()
    }


def left_in_staging(registry: Path) -> list[str]:
    return [path.name for path in (registry / ".private" / "staging").glob("*")]


def holding(registry: Path) -> list[str]:
    """The files, outside staging, with the canary in their bytes, names or decoded columns, in any case."""
    found = []
    for path in sorted(registry.rglob("*")):
        name = str(path.relative_to(registry))
        if not path.is_file() or name.startswith(".private/staging/"):
            continue
        content = opened(path)
        held = name.encode() + path.read_bytes() + content
        if content.startswith(b"PAR1"):
            held += str(pq.read_table(pa.BufferReader(content)).to_pydict()).encode()
        if CANARY.encode() in held.lower():
            found.append(name)
    return found


def assert_one_paragraph(err: str) -> None:
    """One message beside the log's JSON lines and the progress bars, without a blank line and without a traceback."""
    assert "Traceback" not in err
    assert 'File "' not in err
    lines = err.splitlines()
    ends = [line for line in map(json.loads, filter(is_json, lines)) if line["event"] == "end"]
    begun = [at for at, line in enumerate(lines) if line.startswith("desirepath: ")]
    assert len(begun) <= 1
    assert len(ends) <= 1
    assert begun or ends
    message = [line for at in begun for line in lines[at:] if not is_json(line)]
    message += [line for end in ends for line in end.get("message", "desirepath: end").splitlines()]
    assert all(line.strip() for line in message)
    assert len("".join(message)) > len("desirepath: ")


def is_json(line: str) -> bool:
    return line.startswith("{")
