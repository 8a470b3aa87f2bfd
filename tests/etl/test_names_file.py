"""The names file: read whole or refused, told apart from nobody, and in force with and without a participation file."""

import pyarrow as pa
import pytest

from etl.config import load_config
from etl.errors import ConfigError
from etl.names_file import MAX_BYTES, load_names
from etl.participation import read_participation
from etl.plan import _gazetteer
from transforms.common_words import COMMON_WORDS


def gazetteer(tmp_path, text, entries=None):
    path = tmp_path / "names.txt"
    path.write_text(text, encoding="utf-8")
    config = load_config(
        None, {"input": "a", "registry": "r", "participation": "none", "date": "2026-11-22", "names": path}
    )
    return _gazetteer(config, entries, b"k" * 32)


def test_one_name_a_line(tmp_path):
    path = tmp_path / "names.txt"
    path.write_bytes("\ufeffAnn Smith\r\n\n  Bluebird \nЮлия\n".encode())
    assert load_names(path) == ["Ann Smith", "Bluebird", "Юлия"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read"),
        (b"", "holds no name"),
        (b"\n  \n", "holds no name"),
        (b"M\xfcller\n", "not UTF-8"),
        (b"Ann Smith\nX\nBluebird\n12\n", "2 lines hold no name that could be looked for (line 2, 4)"),
        (b"a" * (MAX_BYTES + 1), "larger than 16 MiB"),
    ],
)
def test_a_file_that_is_wrong_is_refused_without_telling_what_it_holds(tmp_path, content, said):
    path = tmp_path / "customers-of-acme.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        load_names(path)
    message = str(caught.value)
    assert said in message
    for told in ("acme", "Smith", "Bluebird", "Xy", str(tmp_path)):
        assert told not in message


def test_a_line_of_one_word_is_meant_and_a_common_part_is_not(tmp_path):
    names = gazetteer(tmp_path, "Project Falcon\nPage\n")
    texts = ["Project settings", "falcon", "Page setup", "project falcon", "xprojectfalconx"]
    shown = names.replace_names(pa.array(texts)).to_pylist()
    assert shown == ["Project settings", "{name}", "{name} setup", "{name}", "x{name}x"]


def test_whom_the_participation_file_names_is_looked_for_whether_taking_part_or_not(tmp_path):
    (tmp_path / "who.csv").write_text(
        "account,person,status\nzorba1,Zorba Quist,participates\nmirkov,Mirko Vance,objects\n"
        "tolland,Tolland Ray,left\nkioskdesk,,participates\n"
    )
    config = load_config(
        None,
        {"input": "a", "registry": "r", "participation": str(tmp_path / "who.csv"), "date": "2026-11-22"},
    )
    key = b"k" * 32
    names = _gazetteer(config, read_participation(config.participation, key), key)
    texts = ["ask Zorba Quist", "ask mirkov", "Mirko Vance", "tolland x", "kioskdesk"]
    shown = names.replace_names(pa.array(texts)).to_pylist()
    assert shown == ["ask {name}", "ask {name}", "{name}", "{name} x", "{name}"]


def test_without_any_source_there_is_no_gazetteer(tmp_path):
    config = load_config(None, {"input": "a", "registry": "r", "participation": "none", "date": "2026-11-22"})
    assert _gazetteer(config, None, b"k" * 32) is None


def test_common_words_are_folded():
    assert all(word == word.lower() and word.isascii() and word.isalpha() for word in COMMON_WORDS)
