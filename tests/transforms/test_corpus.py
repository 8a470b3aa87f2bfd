"""What passes the scrub of a few hundred invented names, by category: nothing hostile, nearly everything harmless."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml

from transforms.gazetteer import Gazetteer
from transforms.mapping import As
from transforms.names import shape_names

NAMED = Gazetteer.build(["Ann Smith", "Jürgen Müller", "Bluebird", "Acme Widgets"], key=b"k" * 32)


@cache
def read(name: str) -> dict[str, Any]:
    text = (Path(__file__).parent / f"{name}.yaml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))


def passing(items: dict[str, Any], how: As, gazetteer: Gazetteer | None) -> list[str]:
    """The strings of which something passes that should be gone; our own words in braces are nobody's."""
    shown = shape_names(pa.array(list(items)), how, gazetteer=gazetteer).values.to_pylist()
    missed = []
    for (text, gone), left in zip(items.items(), shown, strict=True):
        rest = re.sub(r"\{[a-z_]+\}", "", left or "").casefold()
        if any(str(part).casefold() in rest for part in (gone if isinstance(gone, list) else [gone])):
            missed.append(text)
    return missed


@pytest.mark.parametrize("how", ["verbatim", "template"])
@pytest.mark.parametrize("category", [name for name in read("hostile") if name != "known_limits"])
def test_nothing_of_a_category_passes(category: str, how: As) -> None:
    gazetteer = NAMED if category.startswith("name_") else None  # all else must go without knowing any name
    assert passing(read("hostile")[category], how, gazetteer) == []


def test_the_known_limits_are_what_they_are() -> None:
    limits = read("hostile")["known_limits"]
    assert passing(limits, "verbatim", None) == list(limits)


def test_every_hostile_string_holds_what_must_go() -> None:
    for category, items in read("hostile").items():
        for text, gone in items.items():
            for part in gone if isinstance(gone, list) else [gone]:
                plain = str(part).casefold()
                assert plain in text.casefold() or category == "name_glued", text


@pytest.mark.parametrize("how", ["verbatim", "template"])
def test_harmless_names_stay(how: As) -> None:
    harmless = read("harmless")
    names = harmless["as_template"] + (harmless["verbatim"] if how == "verbatim" else [])
    shown = shape_names(pa.array(names), how, gazetteer=NAMED).values.to_pylist()
    changed = [name for name, left in zip(names, shown, strict=True) if name != left]
    assert len(changed) <= 0.03 * len(names), changed


def test_the_corpus_is_large_enough() -> None:
    assert sum(map(len, read("hostile").values())) >= 150
    assert sum(map(len, read("harmless").values())) >= 150
