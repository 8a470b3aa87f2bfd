"""Three charts as inline SVG: bars with their numbers beside them, colours from the page's style sheet.

Built as an element tree, so that no text can become markup.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from expectations.metrics import bounds
from expectations.report.text import legible, number

WIDTH: Final = 760


@dataclass(frozen=True)
class Step:
    """One bar of the funnel. `tone`: `raw`, `inner` or `released`, the class that colours it."""

    label: str
    note: str
    count: int | str
    share: str
    tone: str


@dataclass(frozen=True)
class Bar:
    """A share with its text; `share` 0 … 1, 0 also where only the text may be told."""

    label: str
    note: str
    told: str
    share: float


def bars(name: str, title: str, lines: Sequence[Bar]) -> Markup:
    """Horizontal bars of shares, each on a track that stands for everything.

    Args:
        name: what the chart is called in the page; unique.
    """
    row, left, right = 46, 236, 160
    told = "; ".join(f"{line.label}: {line.told}" for line in lines)
    svg = _chart(name, title, told, row * len(lines))
    for at, line in enumerate(lines):
        top, room = at * row, WIDTH - left - right
        _text(svg, 0, top + 18, line.label, "label")
        _text(svg, 0, top + 35, line.note, "note")
        _bar(svg, left, top + 10, room, 22, "track")
        if line.share > 0:
            _bar(svg, left, top + 10, max(room * line.share, 2), 22, "inner")
        _text(svg, WIDTH - right + 14, top + 26, line.told, "value")
    return _markup(svg)


def funnel(steps: Sequence[Step]) -> Markup:
    """Horizontal bars on one scale, from the largest to what is left."""
    row, left, right = 58, 236, 132
    largest = max((bounds(step.count).low for step in steps), default=0) or 1
    told = "; ".join(f"{step.label}: {number(step.count)}" for step in steps)
    svg = _chart("funnel", "From rows to released transitions", told, row * len(steps))
    for at, step in enumerate(steps):
        top = at * row
        _text(svg, 0, top + 25, step.label, "label")
        _text(svg, 0, top + 43, step.note, "note")
        room = WIDTH - left - right
        _bar(svg, left, top + 11, room, 30, "track")
        filled = room * bounds(step.count).low / largest
        if filled > 0:
            _bar(svg, left, top + 11, max(filled, 2), 30, step.tone)
        _text(svg, WIDTH - right + 14, top + 25, number(step.count), "value")
        _text(svg, WIDTH - right + 14, top + 43, step.share, "note")
    return _markup(svg)


def support_histogram(bars: Sequence[Sequence[int]], who: str) -> Markup:
    """Records by the published number of people, smallest first.

    Args:
        bars: (ladder value, records).
    """
    height, bottom, top = 260, 212, 24
    largest = max((records for _, records in bars), default=0) or 1
    told = "; ".join(f"{number(value)} or more {who}: {number(records)} records" for value, records in bars)
    svg = _chart("support", f"Records by number of {who}", told, height)
    slot = WIDTH / max(len(bars), 6)
    for at, (value, records) in enumerate(bars):
        middle, wide = (at + 0.5) * slot, min(slot * 0.72, 64)
        tall = max((bottom - top) * records / largest, 2 if records else 0)
        _bar(svg, middle - wide / 2, bottom - tall, wide, tall, "released")
        _text(svg, middle, bottom - tall - 7, number(records), "value small", anchor="middle")
        _text(svg, middle, bottom + 19, number(value), "note", anchor="middle")
    ET.SubElement(
        svg, "line", {"x1": "0", "x2": str(WIDTH), "y1": str(bottom), "y2": str(bottom), "class": "axis"}
    )
    _text(svg, WIDTH / 2, height - 6, f"at least so many {who} produced the record", "note", anchor="middle")
    return _markup(svg)


def _chart(name: str, title: str, description: str, height: int) -> ET.Element:
    attributes = {
        "xmlns": "http://www.w3.org/2000/svg",
        "viewBox": f"0 0 {WIDTH} {height}",
        "role": "img",
        "aria-labelledby": f"{name}-title {name}-desc",
        "class": "chart",
    }
    svg = ET.Element("svg", attributes)
    ET.SubElement(svg, "title", {"id": f"{name}-title"}).text = legible(title)
    ET.SubElement(svg, "desc", {"id": f"{name}-desc"}).text = legible(description)
    return svg


def _bar(svg: ET.Element, x: float, y: float, width: float, height: float, tone: str) -> None:
    place = {"x": x, "y": y, "width": width, "height": height, "rx": min(4.0, width / 2, height / 2)}
    ET.SubElement(svg, "rect", {**{key: f"{value:.1f}" for key, value in place.items()}, "class": tone})


def _text(svg: ET.Element, x: float, y: float, text: str, tone: str, *, anchor: str = "start") -> None:
    attributes = {"x": f"{x:.1f}", "y": f"{y:.1f}", "class": tone, "text-anchor": anchor}
    ET.SubElement(svg, "text", attributes).text = legible(text)


def _markup(svg: ET.Element) -> Markup:
    return Markup(ET.tostring(svg, encoding="unicode"))
