"""Listed names are found inflected, and of two letters; what is not looked for is counted."""

from __future__ import annotations

import pyarrow as pa
import pytest

from transforms.common_words import COMMON_WORDS, SHORT_WORDS
from transforms.gazetteer import Gazetteer
from transforms.inflection import inflected
from transforms.name_forms import forms

KEEP = COMMON_WORDS | SHORT_WORDS


def shown(names: list[str], text: str) -> str:
    found = Gazetteer.build(names, key=b"k" * 32, keep=KEEP)
    return str(found.replace_names(pa.array([text]))[0].as_py())


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Walter", "walters"),
        ("Ann Walter", "Walters Akte"),
        ("Hansen", "Hansens Angebot"),
        ("Fuchs Marquardt", "marquardtes"),
        ("Kowalski", "oferta dla kowalskiego"),
        ("Nowak", "umowa z nowakem"),
        ("Halina", "dla haliny"),
        ("Novák", "smlouva nováka"),
        ("Анна", "для анны"),
        ("Иванов", "с ивановым"),
        ("Сергей", "у сергея"),
        ("Шевченко Олена", "для олени"),
        ("Virtanen Minna", "minnan tarjous"),
        ("Παπαδόπουλος", "του παπαδόπουλου"),
        ("Walter", "Walter's offer"),
        ("Ayşe", "ayşe'nin"),
        ("Bo", "plan for bo"),
        ("Xu Qi", "xu_report"),
        ("王伟", "王伟 报告"),
    ],
)
def test_inflected_and_short_names_are_found(name: str, text: str) -> None:
    assert "{name}" in shown([name], text)


@pytest.mark.parametrize(
    "text",
    [
        "LI#row",
        "ok",
        "in progress",
        "links",
        "Fields",
        "bold",
        "walking",
        "planning board",
        "notebook.py",
        "go to line",
    ],
)
def test_words_are_no_names(text: str) -> None:
    assert shown(["Bo Li", "Link Field", "Ann Walter", "Plan Noteb", "Go Ok"], text) == text


def test_a_short_name_is_no_part_of_a_word() -> None:
    assert shown(["Bo"], "bold robot bo2 bo") == "bold robot {name}2 {name}"


def test_inflections_are_few() -> None:
    assert len(set(inflected("Ann Walter"))) <= 16
    assert list(inflected("Li")) == []
    assert not set(inflected("Walter")) & set(forms("Walter"))
