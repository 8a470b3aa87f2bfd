"""Put foreign text into Markdown literally: no markup, no HTML, no link, no table cell of its own, and nothing unseen."""

from __future__ import annotations

import re
from typing import Final

from etl.visible import visible

_ENTITIES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}
_MARKUP: Final = re.compile(r"[\\`*_{}\[\]()#!|~^$:]|(?<=www)\.", re.IGNORECASE)
"""What begins markup inside a line, in CommonMark (any of it can be escaped), in the tables, autolinks and strikethrough of
GitHub's flavour, and in formulas."""


def literal(text: str) -> str:
    """Text as it may stand in a line or a table's cell; line ends become blanks.

    >>> literal("*a* | <b> [c](javascript:d)") == r"\\*a\\* \\| &lt;b&gt; \\[c\\]\\(javascript\\:d\\)"
    True
    """
    one_line = visible(" ".join(text.split()))
    spelled = _MARKUP.sub(lambda found: "\\" + found[0], one_line)
    for character, entity in _ENTITIES.items():
        spelled = spelled.replace(character, entity)
    return spelled
