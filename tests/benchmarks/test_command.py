"""The command, from logs to page and plot."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest

from benchmarks.compare_anonymisers.__main__ import main
from benchmarks.compare_anonymisers.compare import compare_one
from benchmarks.compare_anonymisers.load import load
from benchmarks.compare_anonymisers.methods import METHODS
from benchmarks.compare_anonymisers.page import BEGIN, END
from etl.source import read_mapping
from tests.real import DATA, MAPPINGS, needs_real_logs

SMALL = ["--k", "2", "5", "--events", "3000", "--people", "40"]
TINY = ["--k", "2", "--events", "1000", "--people", "20"]
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(autouse=True)
def _no_real_logs(monkeypatch):
    monkeypatch.delenv("DESIREPATH_REAL_DATA", raising=False)


def without_seconds(page: str) -> str:
    return re.sub(r"\d+\.\d\d \|$", "|", page, flags=re.MULTILINE)


def test_a_simulated_log(tmp_path, capsys):
    target = tmp_path / "out" / "comparison.md"
    main([*SMALL, "--out", str(target.parent)])
    page = target.read_text("utf-8")
    assert "--events 3000 --people 40 --seed 7" in page
    for method in METHODS:
        assert len(re.findall(rf"^\| \**{re.escape(method.name)}\** \|.*\|$", page, re.MULTILINE)) == 1 + 2
    svg = ET.parse(target.with_suffix(".svg")).getroot()
    lines = svg.findall(f"{SVG}polyline")
    assert len(lines) == 2 * len(METHODS)  # in the panel and in the legend
    assert {len(line.get("points", "").split()) for line in lines[: len(METHODS)]} == {2}
    # The bound lies highest: nowhere below another line.
    ends = {line.get("stroke"): line.get("points", "").split()[0] for line in lines[: len(METHODS)]}
    assert min(float(point.split(",")[1]) for point in ends.values()) == float(ends["#000000"].split(",")[1])
    assert "ours" in capsys.readouterr().out


def test_again_what_a_person_wrote_stays_and_the_figures_are_the_same(tmp_path):
    target = tmp_path / "comparison.md"
    target.write_text(f"# Mine\n\n{BEGIN}\nold\n{END}\n\nmy reading\n", "utf-8")
    main([*TINY, "--out", str(tmp_path)])
    first = target.read_text("utf-8")
    assert first.startswith(f"# Mine\n\n{BEGIN}\n")
    assert first.endswith(f"{END}\n\nmy reading\n")
    assert "old" not in first
    main([*TINY, "--out", str(tmp_path)])
    assert without_seconds(target.read_text("utf-8")) == without_seconds(first)


def test_a_page_without_a_place_for_figures_is_left_alone(tmp_path):
    target = tmp_path / "comparison.md"
    target.write_text("# Mine\n", "utf-8")
    with pytest.raises(ValueError, match="two comments"):
        main([*SMALL, "--out", str(tmp_path)])
    assert target.read_text("utf-8") == "# Mine\n"


@pytest.mark.real
@needs_real_logs
@pytest.mark.parametrize(
    ("project", "shares"),
    [
        ("tldr-pages__tldr", (0.562, 0.512, 0.438, 0.866)),
        ("laravel__framework", (0.559, 0.350, 0.114, 0.772)),
    ],
)
def test_the_design_s_figures_come_out(project, shares):
    log = load(
        project,
        str(DATA / "git_activity" / f"{project}.tsv.gz"),
        read_mapping(MAPPINGS / "bare" / "git_activity.yaml"),
    )
    methods = [one for one in METHODS if one.name.startswith("windows") or one.is_bound]
    assert [compare_one(log, one, k=10).transitions for one in methods] == pytest.approx(shares, abs=6e-4)
