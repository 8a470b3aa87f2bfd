"""Every command and flag that deploy/ and docs/operating.md name is one that the command line has."""

from __future__ import annotations

import copy
import re
import subprocess
import textwrap
from pathlib import Path

import pytest
import typer.main
import yaml

from etl.cli import app
from etl.config import load_config
from etl.ending import INTERRUPTED
from etl.metrics import PREFIX, collect
from tests.etl.test_metrics import ending

ROOT = Path(__file__).resolve().parents[2]
DEPLOYED = sorted(path for path in (ROOT / "deploy").rglob("*") if path.is_file())
GUIDE = ROOT / "docs" / "operating.md"


def flags_of() -> dict[str, set[str]]:
    """The flags of each command."""
    root = typer.main.get_command(app)
    return {
        name: {flag for parameter in command.params for flag in (*parameter.opts, *parameter.secondary_opts)}
        for name, command in root.commands.items()  # type: ignore[attr-defined]
    }


def calls(text: str) -> list[tuple[str, set[str]]]:
    """Commands with their flags: continued lines joined, and lists of words (as in Python) read as lines."""
    joined = re.sub(r"\\\n\s*", " ", text)
    joined = re.sub(r"command \+= \[", "desirepath run [", joined)
    found = []
    for match in re.finditer(r"\bdesirepath[\"']?,? [\"']?(?!desirepath)([a-z-]+)([^\n`|#]*)", joined):
        found.append((match[1], set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", match[2]))))
    return found


def test_the_search_finds_calls():
    text = 'a `desirepath run --k 3` b\n["desirepath", "run", "--date", x]\n'
    text += "x/desirepath backfill \\\n  --window A..B | c --d\n"
    assert calls(text) == [("run", {"--k"}), ("run", {"--date"}), ("backfill", {"--window"})]


@pytest.mark.parametrize("path", [*DEPLOYED, GUIDE], ids=lambda path: path.name)
def test_every_flag_is_one(path):
    known = flags_of()
    for command, flags in calls(path.read_text("utf-8")):
        assert flags <= known.get(command, set()), f"{path.name}: desirepath {command}"


def test_what_is_deployed_runs_the_job():
    for name in ("desirepath.service", "desirepath", "cronjob.yaml", "desirepath_nightly.py"):
        (path,) = (path for path in DEPLOYED if path.name == name)
        told = [flags for command, flags in calls(path.read_text("utf-8")) if command == "run"]
        assert {"--config", "--date", "--metrics-file", "--log-format"} <= set().union(*told), name
        with_keys = {"--key-file", "--pool-key-file"} <= set().union(*told)
        assert with_keys or "DESIREPATH_POOL_KEY" in path.read_text("utf-8"), name


def test_the_guide_knows_every_exit_code():
    text = GUIDE.read_text("utf-8")
    rows = {int(code) for code in re.findall(r"^\| \**(\d+)\** \|", text, re.MULTILINE)}
    assert rows == {0, 2, 3, 4, 5, 70, 74, 75, INTERRUPTED}


def test_the_guide_and_the_rules_name_metrics_that_there_are():
    manifest = copy.deepcopy(ending().manifest)
    manifest["rows"]["rejected"] = {"json_malformed": 10}  # of the golden log there are too few to be told
    known = {family.name for family in collect(ending(manifest=manifest), last_success=1.0).collect()}
    rules = ROOT / "deploy" / "prometheus" / "desirepath.rules.yaml"
    for path in (rules, GUIDE):
        named = set(re.findall(rf"\b{PREFIX}_[a-z_]+[a-z]\b", path.read_text("utf-8")))
        assert named
        assert {name for name in named if not name.startswith(f"{PREFIX}_pool")} - known - {
            f"{PREFIX}_nightly"
        } == set()


def blocks(kind: str) -> list[str]:
    return [
        textwrap.dedent(block)
        for block in re.findall(rf" *```{kind}\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    ]


def test_the_guide_s_commands_can_be_read():
    assert len(blocks("sh")) >= 5
    for block in blocks("sh"):
        subprocess.run(["/bin/sh", "-n"], input=block, text=True, check=True)


def test_the_guide_s_settings_can_be_used(tmp_path):
    (tmp_path / "pipeline.yaml").write_text(blocks("yaml")[0])
    assert load_config(tmp_path / "pipeline.yaml", {"date": "2026-11-22"}).purpose == "next-action models"


def test_the_guide_s_rules_are_those_that_are_deployed():
    deployed = yaml.safe_load((ROOT / "deploy" / "prometheus" / "desirepath.rules.yaml").read_text("utf-8"))
    rules = {rule["alert"]: rule["expr"] for rule in deployed["groups"][0]["rules"]}
    shown = {rule["alert"]: rule["expr"] for rule in yaml.safe_load(blocks("yaml")[1])}
    assert shown.items() <= rules.items()
