"""However a run ends, metrics and lineage tell it; and neither changes how it ends."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from etl.config import load_config
from etl.console import Console
from etl.errors import InputError, QuarantinedError
from etl.input_digests import InputDigests
from etl.layout import LINEAGE
from etl.observe import observed
from etl.registry import Registry
from tests.etl.test_facts import file
from tests.etl.test_lineage import MANIFEST, hold_against_the_specification
from tests.etl.test_metrics import written


class Backend(BaseHTTPRequestHandler):
    """What an OpenLineage server does: it takes the event."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.events.append((self.path, json.loads(body)))  # type: ignore[attr-defined]
        self.send_response(201)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def backend():
    server = HTTPServer(("127.0.0.1", 0), Backend)
    server.events = []  # type: ignore[attr-defined]
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def world(tmp_path):
    (tmp_path / "registry" / ".private").mkdir(parents=True)
    (tmp_path / "jane.jsonl").write_text("x")
    return tmp_path


def config(folder: Path, **changes):
    given = {
        "input": [str(folder / "*.jsonl")],
        "registry": folder / "registry",
        "participation": "none",
        "date": "2026-11-03",
        "metrics_file": folder / "m.prom",
    }
    return load_config(None, given | changes)


def run(folder: Path, failure: BaseException | None = None, **changes) -> None:
    console = Console("json", "run-1")
    with observed(config(folder, **changes), console) as said:
        console.reads(InputDigests([file(folder / "jane.jsonl")], b"k" * 32))
        console.inputs.wait(10)
        if failure is not None:
            raise failure
        said.manifest = MANIFEST | {"code_version": "0.1.0"}


def events(folder: Path) -> list[dict]:
    files = sorted((folder / "registry" / ".private" / "lineage").glob("*.jsonl"))
    return [json.loads(line) for path in files for line in path.read_text().splitlines()]


def test_a_run_that_published(world):
    run(world)
    assert written(world / "m.prom")["run_exit_code"] == 0
    start, complete = events(world)
    assert (start["eventType"], complete["eventType"]) == ("START", "COMPLETE")
    assert start["inputs"][0]["name"].endswith("jane.jsonl")
    for event in (start, complete):
        hold_against_the_specification(event)


@pytest.mark.parametrize(
    ("failure", "code", "state"),
    [
        (InputError("no file"), 4, "FAIL"),
        (QuarantinedError("no", [{"severity": "critical", "success": False}]), 3, "FAIL"),
        (ValueError("jane"), 70, "FAIL"),
        (KeyboardInterrupt(), 130, "ABORT"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_run_that_failed(world, failure, code, state):
    with pytest.raises(type(failure)):
        run(world, failure)
    assert written(world / "m.prom")["run_exit_code"] == code
    assert [event["eventType"] for event in events(world)] == ["START", state]
    assert written(world / "m.prom").get("gates_failed{severity=critical}") == (1 if code == 3 else None)


def test_a_failure_that_is_passed_over_leaves_the_metrics(world):
    run(world)
    before = (world / "m.prom").read_text()
    with pytest.raises(InputError), observed(config(world), Console("json", "r"), passes_over=(InputError,)):
        raise InputError("nothing there")
    assert (world / "m.prom").read_text() == before


def test_a_registry_that_is_no_folder(world):
    registry = Registry("memory://observed")
    run(world, registry="memory://observed", metrics_file=None)
    assert registry.store.names() == []  # there is none, and watching makes none
    registry.create()
    run(world, registry="memory://observed", metrics_file=None)
    (content,) = registry.store.read_all(LINEAGE).values()
    start, complete = map(json.loads, content.splitlines())
    assert (start["eventType"], complete["eventType"]) == ("START", "COMPLETE")


def test_none_leaves_nothing(world):
    run(world, lineage="none", metrics_file=None)
    assert not (world / "m.prom").exists()
    assert not (world / "registry" / ".private" / "lineage").exists()


def test_a_folder_that_is_no_registry_stays_as_it_is(world):
    (world / "other").mkdir()
    with pytest.raises(InputError):
        run(world, InputError("no"), registry=world / "other")
    assert list((world / "other").iterdir()) == []


def test_what_cannot_be_written_is_noted_and_fails_nothing(world, capfd):
    (world / "registry" / ".private" / "lineage").write_text("a file in the way")
    run(world, metrics_file=world / "nowhere" / "m.prom")
    notes = [json.loads(line)["note"] for line in capfd.readouterr().err.splitlines()]
    assert sum("metrics file" in note for note in notes) == 1
    assert sum("OpenLineage" in note for note in notes) == 2


def test_nothing_is_sent_unless_it_is_asked_for(world, backend, monkeypatch):
    monkeypatch.setenv("OPENLINEAGE_URL", f"http://127.0.0.1:{backend.server_port}")
    run(world)
    run(world, lineage="none")
    assert backend.events == []


def test_the_client_sends_what_is_public_where_the_environment_says(world, backend, monkeypatch):
    monkeypatch.setenv("OPENLINEAGE_URL", f"http://127.0.0.1:{backend.server_port}")
    run(world, lineage="client")
    assert [event["eventType"] for _, event in backend.events] == ["START", "COMPLETE"]
    for _, event in backend.events:
        hold_against_the_specification(event)
        assert "jane" not in json.dumps(event)
        assert str(world) not in json.dumps(event)
        assert "sourceCodeLocation" not in event["job"]["facets"]
    assert events(world) == []


def test_a_server_that_is_not_there_fails_nothing(world, monkeypatch, capfd):
    monkeypatch.setenv(
        "OPENLINEAGE__TRANSPORT", '{"type": "http", "url": "http://127.0.0.1:9", "retry": {"total": 0}}'
    )
    run(world, lineage="client")
    assert written(world / "m.prom")["run_exit_code"] == 0
    assert "OpenLineage" in capfd.readouterr().err
