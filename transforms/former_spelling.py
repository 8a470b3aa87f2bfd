"""The canonical spelling of names before rule 2: registries of before have pseudonyms of it. Only migration asks for it."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.account import canonical


def formerly(values: pa.Array) -> pa.Array:
    """The spelling by rule 1 of each name; null stays null, and what is empty becomes null.

    >>> formerly(pa.array(["Ann  Lee", "STRASSE", "Straße"])).to_pylist()
    ['ann  lee', 'strasse', 'straße']
    """
    text = pc.utf8_normalize(values, form="NFKC")
    text = pc.replace_substring_regex(text, r"[\p{Cf}\p{Cc}]+", "")
    text = pc.utf8_lower(pc.utf8_trim_whitespace(text))
    text = pc.replace_substring_regex(text, r"^(-?[0-9]+)\.0+$", r"\1")
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def former_spellings(names: Sequence[str]) -> tuple[list[str], list[int]]:
    """How names may have been spelled by rule 1, in the usual forms that a log has.

    Args:
        names: in canonical spelling, or as somebody wrote them.

    Returns:
        Spellings by rule 1 that are the name by today's rule, and for each which of the names.
    """
    forms = [sorted(_forms(name)) for name in names]
    numbers = np.repeat(np.arange(len(names)), [len(some) for some in forms])
    spelled = formerly(pa.array([form for some in forms for form in some], pa.string()))
    now = canonical(pa.array(names, pa.string())).take(pa.array(numbers))
    same = np.asarray(pc.fill_null(pc.equal(canonical(spelled), now), False))
    pairs = sorted(set(zip(numbers[same].tolist(), spelled.filter(pa.array(same)).to_pylist(), strict=True)))
    return [spelling for _, spelling in pairs], [number for number, _ in pairs]


def _forms(name: str) -> set[str]:
    forms = {name, name.replace("ss", "ß"), name.replace("i", "ı")}
    user, at, domain = name.rpartition("@")
    if at:
        forms.add(f"{domain}\\{user}")
    cases = {case for form in forms for case in (form, form.upper(), form.lower(), form.title())}
    return cases | {unicodedata.normalize(form, case) for case in cases for form in ("NFC", "NFD")}


def spelled_both_ways(former: pa.Array, now: pa.Array) -> list[tuple[str, str]]:
    """Pairs of names (string) by both rules, without those that are nobody's by either."""
    pairs = zip(former.to_pylist(), now.to_pylist(), strict=True)
    return sorted({(one, other) for one, other in pairs if one is not None and other is not None})
