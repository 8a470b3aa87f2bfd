"""A column of sentences is told from one of names by its values, whatever way they are cut."""

from __future__ import annotations

import random

import numpy as np
import pyarrow as pa
import pytest

from transforms.sentences import SAMPLE, Seen, is_sentence, look_at

WHO = "we they you the team our customer my colleague somebody everyone nobody".split()
DOES = "should must could will cannot did never wants forgot needs to".split()
WHAT = "call send answer finish order check sign discuss move cancel visit explain".split()
THING = "the offer the meeting an invoice that letter her report his contract the plan your car".split()


def sentences(n: int, seed: int = 1) -> list[str]:
    draw = random.Random(seed)
    return [
        " ".join(draw.choice(words) for words in (WHO, DOES, WHAT, THING))
        + f" {chr(97 + n % 26) * 3}{chr(97 + n // 26)}"
        for n in range(n)
    ]


def seen(rows: list[tuple[str, int]]) -> Seen:
    column = pa.array([text for text, _ in rows], pa.string()).dictionary_encode()
    people = sorted({person for _, person in rows})
    index = np.asarray([people.index(person) for _, person in rows], np.int64)
    return look_at(column, index, [f"{person:04}".encode() for person in people], key=b"k")


@pytest.mark.parametrize(
    "text",
    [
        "please call me back",
        "Dear Ann, the offer is ready!",
        "«le contrat n’est pas signé»",
        "{name} forgot to sign",
        "нужно позвонить клиенту завтра",
        "明日の会議は三時からに変更です",
        "वह कल दफ्तर नहीं आएगी",
        "회의 시간 을 바꿔 주세요",
        "ช่วยส่งใบเสนอราคาให้ลูกค้า",
        "يرجى إرسال العرض إلى العميل",
    ],
)
def test_sentences_of_many_scripts(text: str) -> None:
    assert is_sentence(pa.array([text]))[0]


@pytest.mark.parametrize(
    "text",
    ["click", "DIV#row-{n}", "Save as", "git commit -m {text}", "src/a b/c.py", "a.b.c.d.e", "Ctrl+Shift+P"],
)
def test_names_of_actions_are_none(text: str) -> None:
    assert not is_sentence(pa.array([text]))[0]


def test_what_few_people_write_each_is_content() -> None:
    rows = [(text, n % 40) for n, text in enumerate(sentences(60))] + [("click", n) for n in range(40)]
    assert seen(rows).is_content
    assert seen(rows).sentences == 60


def test_sentences_that_an_interface_says_to_many_are_vocabulary() -> None:
    rows = [(text, person) for text in sentences(60) for person in range(3)]
    assert not seen(rows).is_content


def test_few_sentences_among_many_names_are_no_column_of_content() -> None:
    assert not seen([(text, 1) for text in sentences(19)]).is_content
    assert seen([(text, 1) for text in sentences(20)]).is_content
    names = [(f"DIV#{n}", 1) for n in range(400)]
    assert not seen(names + [(text, 1) for text in sentences(60)]).is_content


def test_any_cut_and_any_order_give_the_same_sample() -> None:
    rows = [(text, n % 7) for n, text in enumerate(sentences(300) * 3)] + [
        (f"x{n}", 1) for n in range(3 * SAMPLE)
    ]
    whole = seen(rows)
    assert whole.distinct == SAMPLE
    for seed in range(3):
        mixed = random.Random(seed).sample(rows, len(rows))
        parts = [seen(mixed[at : at + 997]) for at in range(0, len(mixed), 997)]
        assert sum(parts, Seen()) == whole
        assert sum(reversed(parts), Seen()) == whole


def test_null_and_no_rows_are_nothing() -> None:
    column = pa.array([None, None], pa.string()).dictionary_encode()
    assert look_at(column, np.zeros(2, np.int64), [b"p"], key=b"k") == Seen()
    assert not Seen().is_content
