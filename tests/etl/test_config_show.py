"""`desirepath config show` prints what a run would use, also of a file that leaves the night to the scheduler."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest
import yaml

from etl.cli import main

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "operating.md"


@pytest.fixture
def guides_file(tmp_path) -> Path:
    """The settings that the guide begins with."""
    (block,) = re.findall(r"```yaml\n( +input:.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    file = tmp_path / "pipeline.yaml"
    file.write_text(textwrap.dedent(block))
    return file


def shown(capfd, *flags: str) -> tuple[dict, str]:
    assert main(["config", "show", *flags]) == 0
    said = capfd.readouterr().out
    return yaml.safe_load(said), said


def test_the_guides_own_file(guides_file, capfd):
    told, said = shown(capfd, "--config", str(guides_file))
    assert told["input"] == ["/var/log/activity/{date}/*.jsonl.gz"]
    assert (told["date"], told["window"], told["k"]) == (None, None, 10)
    assert said.startswith("# Which night is not said")
    again = guides_file.with_name("again.yaml")  # what is printed is a file of settings
    again.write_text(said)
    assert shown(capfd, "--config", str(again), "--date", "2026-11-22")[0] == told | {"date": "2026-11-22"}


def test_a_night_that_is_said(guides_file, capfd):
    told, said = shown(capfd, "--config", str(guides_file), "--date", "2026-11-22")
    assert told["date"] == "2026-11-22"
    assert "#" not in said


def test_a_window_is_said_in_the_file(guides_file, capfd):
    guides_file.write_text(
        guides_file.read_text().replace("/{date}", "") + "window: 2026-11-01..2026-11-03\n"
    )
    assert shown(capfd, "--config", str(guides_file))[0]["window"] == "2026-11-01..2026-11-03"


@pytest.mark.parametrize("wrong", ["night_timezone: Atlantis", "night_timezone: 5", "k: 1", "kk: 20"])
def test_what_is_wrong_is_told_all_the_same(guides_file, capfd, wrong):
    guides_file.write_text(guides_file.read_text() + wrong + "\n")
    assert main(["config", "show", "--config", str(guides_file)]) == 2
    assert wrong.partition(":")[0].replace("_", "-") in capfd.readouterr().err


def test_a_run_still_needs_a_night(guides_file, capfd):
    assert main(["run", "--config", str(guides_file)]) == 2
    assert "--date" in capfd.readouterr().err
