"""The command, from simulated logs to page and plot."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

from benchmarks.compare_anonymisers.page import END
from benchmarks.utility.__main__ import main
from benchmarks.utility.page import BEGIN

SMALL = [
    "--k",
    "2",
    "5",
    "--events",
    "4000",
    "--people",
    "60",
    "--nights",
    "1",
    "--times",
    "1",
    "--steps",
    "60",
]
SVG = "{http://www.w3.org/2000/svg}"


def test_page_and_plot_twice_the_same_and_the_hand_written_stays(tmp_path, capsys):
    target = tmp_path / "utility.md"
    target.write_text(f"# Mine\n\n{BEGIN}\nstale figures\n{END}\n\nmy reading\n", "utf-8")
    main([*SMALL, "--out", str(tmp_path)])
    page = target.read_text("utf-8")
    assert page.startswith(f"# Mine\n\n{BEGIN}\n")
    assert page.endswith(f"{END}\n\nmy reading\n")
    assert "stale figures" not in page
    assert "--events 4000 --people 60" in page
    for model in ("n-gram", "neural"):
        table = page.split(f", {model}\n")[1]
        rows = re.findall(r"^\| (unanonymised|\d+) \| (\S+) \| (\S+) \|", table, re.MULTILINE)[:3]
        assert [row[0] for row in rows] == ["unanonymised", "2", "5"]
        right = [float(row[1]) for row in rows]
        assert right[0] > right[1] >= right[2] > 0  # more protection never foretells better here
        assert rows[0][2] == "1"
    svg = ET.parse(tmp_path / "utility.svg").getroot()
    assert len(svg.findall(f"{SVG}polyline")) == 2 * 5  # in the panel and in the legend
    assert "k = 5" in capsys.readouterr().out
    drawn = (tmp_path / "utility.svg").read_bytes()
    main([*SMALL, "--out", str(tmp_path)])
    assert target.read_text("utf-8") == page
    assert (tmp_path / "utility.svg").read_bytes() == drawn
