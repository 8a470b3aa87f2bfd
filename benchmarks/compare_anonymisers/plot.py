"""The plot: the share of transitions against k, a panel a log, a line a method, as SVG on white.

Colours are those of Okabe and Ito (2008), told apart by colour-blind people too; dashes and marks say the same again.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import log2
from typing import Final

from benchmarks.compare_anonymisers.release import Figures

WIDTH: Final = 960
LEFT, GAP, TOP, TALL, FOOT = 48, 26, 62, 330, 52
LEGEND_ROW, LEGEND_COLUMN = 24, 190
INK, FAINT = "#222222", "#d9d9d9"


@dataclass(frozen=True)
class Look:
    """How a method's line is drawn."""

    colour: str
    mark: str
    dash: str = ""
    wide: float = 1.6


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
    svg = ET.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {WIDTH} {height}",
            "font-family": "Helvetica, Arial, sans-serif",
            "font-size": "13",
            "role": "img",
        },
    )
    ET.SubElement(svg, "title").text = "Share of transitions released against k, by method and log"
    _shape(svg, "rect", width=WIDTH, height=height, fill="#ffffff")
    wide = min((WIDTH - LEFT - 12 - GAP * (len(logs) - 1)) / max(len(logs), 1), 460)
    _text(svg, 8, 18, "share of the log's transitions that is released")
    for index, (name, of_log) in enumerate(zip(logs, figures, strict=True)):
        _panel(svg, LEFT + index * (wide + GAP), wide, name, of_log, with_scale=index == 0)
    for index, (method, look) in enumerate(LOOKS.items()):
        column, row = divmod(index, rows)
        x, y = 16 + column * LEGEND_COLUMN, TOP + TALL + FOOT + 10 + row * LEGEND_ROW
        _line(svg, look, [(x, y), (x + 17, y), (x + 34, y)], marked=[(x + 17, y)])
        _text(svg, x + 43, y + 4.5, method, weight="bold" if method == "ours" else "normal")
    ET.indent(svg)
    return ET.tostring(svg, encoding="unicode") + "\n"


def _panel(
    svg: ET.Element, left: float, wide: float, name: str, figures: Sequence[Figures], *, with_scale: bool
) -> None:
    ks = sorted({one.k for one in figures})
    across = _scale(ks, left + 16, left + wide - 16)
    for step in range(6):
        y = TOP + TALL * (1 - step / 5)
        _shape(svg, "line", x1=left, x2=left + wide, y1=y, y2=y, stroke=FAINT if step else INK)
        if with_scale:
            _text(svg, left - 8, y + 4.5, f"{20 * step} %", anchor="end")
    for k in ks:
        _text(svg, across(k), TOP + TALL + 18, str(k), anchor="middle")
    _text(svg, left + wide / 2, TOP + TALL + 37, "k", anchor="middle")
    _text(svg, left + wide / 2, TOP - 10, name, anchor="middle", weight="bold")
    for method, look in reversed(LOOKS.items()):  # what matters most is drawn last, on top
        points = [
            (across(one.k), TOP + TALL * (1 - one.transitions))
            for one in sorted(figures, key=lambda one: one.k)
            if one.method == method
        ]
        _line(svg, look, points, marked=points)


def _scale(ks: Sequence[int], low: float, high: float) -> Callable[[int], float]:
    span = log2(ks[-1] / ks[0]) if ks[-1] > ks[0] else 0.0
    return lambda k: low + (high - low) * (log2(k / ks[0]) / span if span else 0.5)


def _line(
    svg: ET.Element,
    look: Look,
    points: Sequence[tuple[float, float]],
    *,
    marked: Sequence[tuple[float, float]],
) -> None:
    joined = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dash = {"stroke-dasharray": look.dash} if look.dash else {}
    line = {"points": joined, "fill": "none", "stroke": look.colour, "stroke-width": f"{look.wide}"}
    ET.SubElement(svg, "polyline", line | dash)
    for x, y in marked:
        _mark(svg, look, x, y)


def _mark(svg: ET.Element, look: Look, x: float, y: float) -> None:
    r = 3.2 + look.wide / 3
    corners = {
        "square": [(-r, -r), (r, -r), (r, r), (-r, r)],
        "diamond": [(0, -1.3 * r), (1.3 * r, 0), (0, 1.3 * r), (-1.3 * r, 0)],
        "triangle": [(0, -1.2 * r), (1.2 * r, r), (-1.2 * r, r)],
    }
    if look.mark == "circle":
        _shape(svg, "circle", cx=x, cy=y, r=r, fill=look.colour)
    elif look.mark:
        points = " ".join(f"{x + dx:.1f},{y + dy:.1f}" for dx, dy in corners[look.mark])
        _shape(svg, "polygon", points=points, fill=look.colour)


def _shape(svg: ET.Element, tag: str, **attributes: float | str) -> None:
    told = {key: value if isinstance(value, str) else f"{value:.1f}" for key, value in attributes.items()}
    ET.SubElement(svg, tag, told)


def _text(
    svg: ET.Element, x: float, y: float, text: str, *, anchor: str = "start", weight: str = "normal"
) -> None:
    place = {"x": f"{x:.1f}", "y": f"{y:.1f}", "text-anchor": anchor, "font-weight": weight, "fill": INK}
    ET.SubElement(svg, "text", place).text = text
