"""The plot: the share of transitions against k, a panel a log, a line a method, as SVG on white."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from typing import Final

from benchmarks.compare_anonymisers.release import Figures
from benchmarks.drawing import FAINT, INK, Look, canvas, line, scale, shape, text, written

WIDTH: Final = 960
LEFT, GAP, TOP, TALL, FOOT = 48, 26, 62, 330, 52
LEGEND_ROW, LEGEND_COLUMN = 24, 190


LOOKS: Final = {
    "upper bound": Look("#000000", "", "7 4"),
    "ours": Look("#d55e00", "circle", wide=3.2),
    "best cut + plain repair": Look("#0072b2", "square"),
    "greedy + repair": Look("#56b4e9", "diamond"),
    "windows of 2": Look("#009e73", "circle"),
    "windows of 3": Look("#009e73", "triangle", "6 3"),
    "windows of 4": Look("#009e73", "square", "2 3"),
    "reconstructed prefixes": Look("#cc79a7", "triangle"),
    "k-shared prefixes": Look("#7f7f7f", "square", "6 3"),
    "whole sessions": Look("#e69f00", "diamond", "2 3"),
}


def plot(logs: Sequence[str], figures: Sequence[Sequence[Figures]]) -> str:
    """The SVG.

    Args:
        logs: the panels' titles.
        figures: each log's, every method at every k.
    """
    rows = -(-len(LOOKS) // (WIDTH // LEGEND_COLUMN))
    height = TOP + TALL + FOOT + rows * LEGEND_ROW + 8
    svg = canvas(WIDTH, height, "Share of transitions released against k, by method and log")
    wide = min((WIDTH - LEFT - 12 - GAP * (len(logs) - 1)) / max(len(logs), 1), 460)
    text(svg, 8, 18, "share of the log's transitions that is released")
    for index, (name, of_log) in enumerate(zip(logs, figures, strict=True)):
        _panel(svg, LEFT + index * (wide + GAP), wide, name, of_log, with_scale=index == 0)
    for index, (method, look) in enumerate(LOOKS.items()):
        column, row = divmod(index, rows)
        x, y = 16 + column * LEGEND_COLUMN, TOP + TALL + FOOT + 10 + row * LEGEND_ROW
        line(svg, look, [(x, y), (x + 17, y), (x + 34, y)], marked=[(x + 17, y)])
        text(svg, x + 43, y + 4.5, method, weight="bold" if method == "ours" else "normal")
    return written(svg)


def _panel(
    svg: ET.Element, left: float, wide: float, name: str, figures: Sequence[Figures], *, with_scale: bool
) -> None:
    ks = sorted({one.k for one in figures})
    across = scale(ks, left + 16, left + wide - 16)
    for step in range(6):
        y = TOP + TALL * (1 - step / 5)
        shape(svg, "line", x1=left, x2=left + wide, y1=y, y2=y, stroke=FAINT if step else INK)
        if with_scale:
            text(svg, left - 8, y + 4.5, f"{20 * step} %", anchor="end")
    for k in ks:
        text(svg, across(k), TOP + TALL + 18, str(k), anchor="middle")
    text(svg, left + wide / 2, TOP + TALL + 37, "k", anchor="middle")
    text(svg, left + wide / 2, TOP - 10, name, anchor="middle", weight="bold")
    for method, look in reversed(LOOKS.items()):  # what matters most is drawn last, on top
        points = [
            (across(one.k), TOP + TALL * (1 - one.transitions))
            for one in sorted(figures, key=lambda one: one.k)
            if one.method == method
        ]
        line(svg, look, points, marked=points)
