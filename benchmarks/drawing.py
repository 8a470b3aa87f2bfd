"""The strokes of the plots: lines with marks, text and shapes as SVG elements.

Colours are those of Okabe and Ito (2008), told apart by colour-blind people too; dashes and marks say the same again.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import log2

INK, FAINT = "#222222", "#d9d9d9"


@dataclass(frozen=True)
class Look:
    """How a method's line is drawn."""

    colour: str
    mark: str
    dash: str = ""
    wide: float = 1.6


def canvas(width: float, height: float, title: str) -> ET.Element:
    """An empty picture on white."""
    svg = ET.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {width} {height}",
            "font-family": "Helvetica, Arial, sans-serif",
            "font-size": "13",
            "role": "img",
        },
    )
    ET.SubElement(svg, "title").text = title
    shape(svg, "rect", width=width, height=height, fill="#ffffff")
    return svg


def written(svg: ET.Element) -> str:
    """The picture as text."""
    ET.indent(svg)
    return ET.tostring(svg, encoding="unicode") + "\n"


def scale(ks: Sequence[int], low: float, high: float) -> Callable[[int], float]:
    """Where a k stands, by its logarithm: the first of `ks` at `low`, the last at `high`."""
    span = log2(ks[-1] / ks[0]) if ks[-1] > ks[0] else 0.0
    return lambda k: low + (high - low) * (log2(k / ks[0]) / span if span else 0.5)


def line(
    svg: ET.Element,
    look: Look,
    points: Sequence[tuple[float, float]],
    *,
    marked: Sequence[tuple[float, float]],
) -> None:
    """A line, and marks on it."""
    joined = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dash = {"stroke-dasharray": look.dash} if look.dash else {}
    drawn = {"points": joined, "fill": "none", "stroke": look.colour, "stroke-width": f"{look.wide}"}
    ET.SubElement(svg, "polyline", drawn | dash)
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
        shape(svg, "circle", cx=x, cy=y, r=r, fill=look.colour)
    elif look.mark:
        points = " ".join(f"{x + dx:.1f},{y + dy:.1f}" for dx, dy in corners[look.mark])
        shape(svg, "polygon", points=points, fill=look.colour)


def shape(svg: ET.Element, tag: str, **attributes: float | str) -> None:
    """Any SVG element; numbers to one digit."""
    told = {key: value if isinstance(value, str) else f"{value:.1f}" for key, value in attributes.items()}
    ET.SubElement(svg, tag, told)


def text(
    svg: ET.Element, x: float, y: float, words: str, *, anchor: str = "start", weight: str = "normal"
) -> None:
    """A text."""
    place = {"x": f"{x:.1f}", "y": f"{y:.1f}", "text-anchor": anchor, "font-weight": weight, "fill": INK}
    ET.SubElement(svg, "text", place).text = words
