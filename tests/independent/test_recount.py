import pytest

from etl.config import load_config
from etl.console import Console
from etl.run import run
from tests.independent.recount import git_events, recount, sessions
from tests.real import DATA, MAPPINGS, needs_real_logs


def test_the_recount_knows_people_from_rows(tmp_path):
    events = [("p", 0.0, "a"), ("p", 1.0, "a"), ("p", 2.0, "b"), ("p", 9000.0, "a"), ("q", 0.0, "b")]
    assert list(sessions(events)) == [("p", ["a", "b"]), ("p", ["a"]), ("q", ["b"])]


@pytest.mark.real
@needs_real_logs
@pytest.mark.parametrize("project", ["tldr-pages__tldr", "laravel__framework"])
def test_every_record_is_a_run_in_the_sessions_of_k_people(tmp_path, monkeypatch, project):
    monkeypatch.setenv("DESIREPATH_KEY", "5a" * 32)
    raw = str(DATA / "git_activity" / f"{project}.tsv.gz")
    values = {
        "input": (raw,),
        "source": str(MAPPINGS / "bare" / "git_activity.yaml"),
        "registry": str(tmp_path / "r"),
    }
    config = load_config(None, {**values, "window": "all", "participation": "none"})
    manifest = run(config, [], Console("json", "test")).manifest
    counts = recount(git_events([raw]), str(tmp_path / "r"))
    assert len(counts) == manifest["released"]["records"] > 20
    assert min(counts.values()) >= 10
