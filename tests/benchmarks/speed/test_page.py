"""Every figure of the page is one that was measured, and stands in its place."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest

from benchmarks.compare_anonymisers.page import END
from benchmarks.speed.__main__ import main, write
from benchmarks.speed.contestants import CONTESTANTS, OURS, WHOLE
from benchmarks.speed.measured import Measured, Spread
from benchmarks.speed.page import BEGIN, page
from benchmarks.speed.plot import LOOKS, plot
from benchmarks.speed.rounds import Run
from benchmarks.speed.targets import TARGETS, off_the_line

SVG = "{http://www.w3.org/2000/svg}"
MACHINE = {"processor": "Some CPU", "cores": 2, "memory_bytes": 8 * 2**30, "system": "Linux 6"}


def run(contestant, number, seconds, *, peak=1e9, digest="d"):
    return Run(contestant, number, seconds, 2 * seconds, int(peak), 7, digest)


def measured(*runs, log="jsonl-10000000", events=10**7, cores=2):
    return Measured(log, events, 5 * 10**6, cores, "some command", MACHINE, {"duckdb": "1.0"}, list(runs))


def row(text, title):
    (found,) = re.findall(rf"^\| \**{re.escape(title)}\** \|.*\|$", text, re.MULTILINE)
    return [cell.strip() for cell in found.strip("|").split("|")][1:]


def test_a_table():
    one = measured(
        *(run("duckdb", number, seconds) for number, seconds in enumerate((4.0, 8.0, 6.0))),
        *(run(OURS, number, seconds) for number, seconds in enumerate((4.0, 2.0, 6.0))),
        *(run(WHOLE, number, 12.0, peak=2e9 + number) for number in range(3)),
        run("beam", 1, 60.0),
    )
    # Pair by pair: the median of 1, 4 and 1, and not the ratio of medians, 6 / 4.
    assert one.ratio("duckdb", OURS) == Spread(1.0, 1.0, 4.0)
    assert one.ratio("beam", OURS) == Spread(30.0, 30.0, 30.0)
    assert one.ratio("pandas", OURS) is None
    text = page(("", ""), [one])
    assert row(text, "DuckDB SQL") == [
        "6.00 (4.00 – 8.00)", "1,667", "12.0", "1,000", "7", "3", "1.00 (1.00 – 4.00)", "2.00 (1.50 – 3.00)",
    ]  # fmt: skip
    assert row(text, "ours, the same job")[-2:] == ["", "3.00 (2.00 – 6.00)"]
    assert row(text, "ours, the whole nightly job")[-2:] == ["", ""]
    assert row(text, "plain Beam")[4:6] == ["7", "1"]
    assert "Some CPU, 2 cores, 8 GiB, Linux 6; duckdb 1.0" in text
    assert "is not that of the others" not in text


def test_who_disagrees_stands_on_the_page():
    runs = [run(name, 0, 1.0, digest=name == "polars") for name in ("duckdb", "polars", OURS)]
    assert "**The result of polars is not that of the others.**" in page(("", ""), [measured(*runs)])
    # The whole job writes something else than the others, and the same in every round.
    other = [run(WHOLE, 0, 1.0, digest="w"), run(WHOLE, 1, 1.0, digest="w")]
    assert measured(run("duckdb", 0, 1.0), *other).disagreeing == []
    assert measured(run("duckdb", 0, 1.0), *other, run(WHOLE, 2, 1.0, digest="v")).disagreeing == [WHOLE]


@pytest.mark.parametrize(("seconds", "word"), [(20.0, "met"), (26.0, "**missed**")])
def test_targets(seconds, word):
    text = page(("", ""), [measured(run("duckdb", 0, 10.0), run(WHOLE, 0, seconds, peak=2.6e9))])
    assert row(text, TARGETS[4].what) == ["≤ 2.5 ×", f"{seconds / 10:.2f} ×", word]
    assert row(text, TARGETS[5].what) == ["≤ 2.5 GB", "2.60 GB", "**missed**"]
    assert row(text, TARGETS[0].what) == ["≥ 1 ×", "not measured", ""]


def test_every_target_can_be_measured():
    runs = [run(one.name, 0, 10.0) for one in CONTESTANTS]
    sizes = {10_000: 1.0, 10**6: 2.0, 10**7: 10.0, 5 * 10**7: 55.0, 10**8: 200.0}
    logs = [
        measured(*(run(one.name, 0, seconds) for one in CONTESTANTS), log=f"jsonl-{events}", events=events)
        for events, seconds in sizes.items()
    ]
    logs.append(measured(*runs, cores=1))
    figures = [target.figure(logs) for target in TARGETS]
    assert None not in figures
    # (55 − 1) s for 49.99 M against (2 − 1) s for .99 M events; the worst of the sizes up to 50 M.
    assert figures[7] == pytest.approx(100 * (54 / 49.99 * 0.99 - 1))
    assert off_the_line(logs, WHOLE)[10**7] == pytest.approx(9 / 9.99 * 0.99 - 1)


def test_the_plot_shows_all_that_was_measured():
    logs = [
        measured(
            *(run(one.name, 0, 1.0 + index) for one in CONTESTANTS), log=f"jsonl-{events}", events=events
        )
        for index, events in enumerate((10**4, 10**6, 10**7))
    ]
    svg = ET.fromstring(plot(logs))
    lines = svg.findall(f"{SVG}polyline")
    assert len(lines) == 3 * len(CONTESTANTS) == 3 * len(LOOKS)  # two panels and the legend
    slow = [tuple(map(float, point.split(","))) for point in lines[0].get("points", "").split()]
    assert len(slow) == 3
    assert [x for x, _ in slow] == sorted(x for x, _ in slow)
    assert [y for _, y in slow] == sorted((y for _, y in slow), reverse=True)


def test_what_a_person_wrote_stays(tmp_path):
    (tmp_path / "benchmarks.md").write_text(f"# Mine\n\n{BEGIN}\nold\n{END}\n\nmy reading\n", "utf-8")
    measured(run("duckdb", 0, 4.0)).save(tmp_path / "benchmarks")
    write(tmp_path)
    text = (tmp_path / "benchmarks.md").read_text("utf-8")
    assert text.startswith(f"# Mine\n\n{BEGIN}\n")
    assert text.endswith(f"{END}\n\nmy reading\n")
    assert "old" not in text
    assert (tmp_path / "benchmarks" / "jsonl.svg").exists()


def test_the_command(tmp_path, capsys):
    arguments = ["--events", "3000", "--format", "jsonl", "--rounds", "2", "--only", "duckdb", "pandas"]
    assert main([*arguments, "--work", str(tmp_path / "work"), "--out", str(tmp_path)]) == 0
    text = (tmp_path / "benchmarks.md").read_text("utf-8")
    assert f"{' '.join(arguments)} --work DIR" in text
    assert str(tmp_path / "work") not in text
    assert row(text, "pandas")[5] == "2"
    assert "jsonl-3000, round 2, pandas" in capsys.readouterr().out
