"""The plot: next actions foretold rightly against k, a panel a log, a line a model; dashed: trained on the log itself."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from typing import Final

from benchmarks.drawing import FAINT, INK, Look, canvas, line, scale, shape, text, written
from benchmarks.utility.measure import NEURAL, NGRAM
from benchmarks.utility.page import Measured

WIDTH: Final = 960
LEFT, GAP, TOP, TALL, FOOT = 48, 26, 62, 330, 52
LEGEND_ROW, LEGEND_COLUMN = 24, 310

_TRANSITIONS: Final = "transitions released"
LOOKS: Final = {
    NGRAM: Look("#d55e00", "circle", wide=3.2),
    NEURAL: Look("#0072b2", "square", wide=2.4),
    f"{NGRAM}, unanonymised": Look("#d55e00", "", "7 4"),
    f"{NEURAL}, unanonymised": Look("#0072b2", "", "3 3"),
    _TRANSITIONS: Look("#7f7f7f", "diamond"),
}


def plot(logs: Sequence[Measured]) -> str:
    """The SVG."""
    columns = WIDTH // LEGEND_COLUMN
    rows = -(-len(LOOKS) // columns)
    title = "Next actions of held-out people foretold rightly, against k"
    svg = canvas(WIDTH, TOP + TALL + FOOT + rows * LEGEND_ROW + 8, title)
    text(svg, 8, 18, "share of the held-out people's next actions that is foretold rightly")
    wide = min((WIDTH - LEFT - 12 - GAP * (len(logs) - 1)) / max(len(logs), 1), 460)
    for index, log in enumerate(logs):
        _panel(svg, LEFT + index * (wide + GAP), wide, log, with_scale=index == 0)
    for index, (name, look) in enumerate(LOOKS.items()):
        row, column = divmod(index, columns)
        x, y = 16 + column * LEGEND_COLUMN, TOP + TALL + FOOT + 10 + row * LEGEND_ROW
        line(svg, look, [(x, y), (x + 17, y), (x + 34, y)], marked=[(x + 17, y)])
        text(svg, x + 43, y + 4.5, name)
    return written(svg)


def _panel(svg: ET.Element, left: float, wide: float, log: Measured, *, with_scale: bool) -> None:
    whole, *by_k = log.by_k
    ks = [times[0].k for times in by_k]
    across = scale(ks, left + 16, left + wide - 16)
    for step in range(6):
        y = TOP + TALL * (1 - step / 5)
        shape(svg, "line", x1=left, x2=left + wide, y1=y, y2=y, stroke=FAINT if step else INK)
        if with_scale:
            text(svg, left - 8, y + 4.5, f"{20 * step} %", anchor="end")
    for k in ks:
        text(svg, across(k), TOP + TALL + 18, str(k), anchor="middle")
    text(svg, left + wide / 2, TOP + TALL + 37, "k", anchor="middle")
    text(svg, left + wide / 2, TOP - 10, log.name, anchor="middle", weight="bold")

    def draw(look: Look, heights: list[float]) -> None:
        points = [(across(k), TOP + TALL * (1 - height)) for k, height in zip(ks, heights, strict=True)]
        line(svg, look, points, marked=points)

    draw(LOOKS[_TRANSITIONS], [_mean([one.transitions for one in times]) for times in by_k])
    for model in (NEURAL, NGRAM):
        draw(LOOKS[f"{model}, unanonymised"], [_mean([one.scores[model].first for one in whole])] * len(ks))
        draw(
            LOOKS[model],
            [
                _mean([one.scores[model].first if model in one.scores else 0.0 for one in times])
                for times in by_k
            ],
        )


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
