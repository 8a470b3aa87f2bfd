"""The plot: time and peak memory against the number of events, both axes by logarithm, a line a contestant."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable, Sequence
from math import ceil, floor, log10
from typing import Final

from benchmarks.drawing import FAINT, INK, Look, canvas, line, scale, shape, text, written
from benchmarks.speed.contestants import CONTESTANTS
from benchmarks.speed.measured import Measured, Spread

WIDTH: Final = 960
LEFT, GAP, TOP, TALL, FOOT = 62, 74, 40, 330, 52
LEGEND_ROW, LEGEND_COLUMN = 24, 230

LOOKS: Final = {
    "duckdb": Look("#e69f00", "square"),
    "polars": Look("#0072b2", "diamond"),
    "ours": Look("#d55e00", "circle", "7 4", wide=3.2),
    "whole": Look("#d55e00", "circle", wide=3.2),
    "pandas": Look("#009e73", "triangle"),
    "pyspark": Look("#cc79a7", "square", "6 3"),
    "beam": Look("#7f7f7f", "diamond", "2 3"),
}

Value = Callable[[Measured, str], Spread | None]


def plot(measured: Sequence[Measured]) -> str:
    """The SVG.

    Args:
        measured: what was measured on logs of one kind that differ in size, at least one.
    """
    shown = [one for one in CONTESTANTS if any(log.of(one.name) for log in measured)]
    columns = WIDTH // LEGEND_COLUMN
    rows = -(-len(shown) // columns)
    svg = canvas(
        WIDTH, TOP + TALL + FOOT + rows * LEGEND_ROW + 8, "Time and memory against the number of events"
    )
    wide = (WIDTH - LEFT - GAP - 12) / 2
    panels: list[tuple[str, float, Value]] = [
        ("seconds, start-up included", 1.0, lambda log, name: log.seconds(name)),
        ("peak memory, MB", 1e6, lambda log, name: log.peak_bytes(name)),
    ]
    for index, (name, unit, value) in enumerate(panels):
        _panel(svg, LEFT + index * (wide + GAP), wide, name, measured, value, unit)
    for index, one in enumerate(shown):
        row, column = divmod(index, columns)
        x, y = 16 + column * LEGEND_COLUMN, TOP + TALL + FOOT + 10 + row * LEGEND_ROW
        line(svg, LOOKS[one.name], [(x, y), (x + 17, y), (x + 34, y)], marked=[(x + 17, y)])
        text(svg, x + 43, y + 4.5, one.title)
    return written(svg)


def _panel(
    svg: ET.Element,
    left: float,
    wide: float,
    name: str,
    measured: Sequence[Measured],
    value: Value,
    unit: float,
) -> None:
    points: dict[str, list[tuple[int, float]]] = {}
    for log in measured:
        for contestant in LOOKS:
            found = value(log, contestant)
            if found is not None and log.events is not None:
                points.setdefault(contestant, []).append((log.events, found.middle / unit))
    heights = [height for of_one in points.values() for _, height in of_one]
    powers = range(floor(log10(min(heights))), ceil(log10(max(heights))) + 1)
    low, high = min(powers), max(powers)

    def up(height: float) -> float:
        return TOP + TALL * (1 - (log10(height) - low) / max(high - low, 1))

    sizes = sorted({log.events for log in measured if log.events is not None})
    across = scale(sizes, left + 16, left + wide - 16)
    text(svg, left + wide / 2, TOP - 16, name, anchor="middle", weight="bold")
    for power in powers:
        y = up(10.0**power)
        shape(svg, "line", x1=left, x2=left + wide, y1=y, y2=y, stroke=INK if power == low else FAINT)
        text(svg, left - 8, y + 4.5, f"{10.0**power:,g}", anchor="end")
    for size in sizes:
        words = f"{size // 10**6} M" if size >= 10**6 else f"{size // 1000} k"
        text(svg, across(size), TOP + TALL + 18, words, anchor="middle")
    text(svg, left + wide / 2, TOP + TALL + 37, "events", anchor="middle")
    for contestant, of_one in reversed(points.items()):
        drawn = [(across(events), up(height)) for events, height in sorted(of_one)]
        line(svg, LOOKS[contestant], drawn, marked=drawn)
