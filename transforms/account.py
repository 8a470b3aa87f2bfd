"""One spelling for one account, person or unit: what differs only in blanks, case, width or invisible characters is one.

Merging protects: two spellings of one person must never count as two people.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc


def canonical(values: pa.Array) -> pa.Array:
    """The canonical spelling of each name.

    Args:
        values: string; null stays null, and what is empty becomes null.

    >>> canonical(pa.array(["Ann ", "ＡＮＮ", "an\\u200bn", "8.0", " "])).to_pylist()
    ['ann', 'ann', 'ann', '8', None]
    """
    text = pc.utf8_normalize(values, form="NFKC")
    text = pc.replace_substring_regex(text, r"[\p{Cf}\p{Cc}]+", "")
    text = pc.utf8_lower(pc.utf8_trim_whitespace(text))
    text = pc.replace_substring_regex(text, r"^(-?[0-9]+)\.0+$", r"\1")
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)
