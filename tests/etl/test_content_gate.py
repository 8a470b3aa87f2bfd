"""A column of sentences is not published, whatever it is called, unless somebody answers for it."""

from __future__ import annotations

import json

import pytest

from etl.config import load_config
from etl.console import Console
from etl.errors import ConfigError, QuarantinedError
from etl.run import run
from tests.transforms.test_sentences import sentences

MAPPING = """format: jsonl
person: who
time: {{column: at, format: iso8601}}
action: [[{{column: {column}, as: {how}{reviewed}}}]]
"""


def job(tmp_path, *, column="remark_1", how="verbatim", reviewed="", **flags):
    logs = tmp_path / "logs"
    logs.mkdir(exist_ok=True)
    texts = sentences(48)
    with open(logs / "a.jsonl", "w", encoding="utf-8") as stream:
        for person in range(12):
            said = ["open", "close", *texts[4 * person : 4 * person + 4], "open", "close"]
            for n, text in enumerate(said):
                stream.write(
                    json.dumps({"who": f"p{person}", "at": f"2026-11-16T08:{n:02}:00Z", column: text}) + "\n"
                )
    (tmp_path / "m.yaml").write_text(MAPPING.format(column=column, how=how, reviewed=reviewed))
    values = {
        "input": (str(logs),),
        "source": str(tmp_path / "m.yaml"),
        "registry": str(tmp_path / "registry"),
        "window": "all",
        "participation": "none",
        "min_active": 2,
        "key_file": tmp_path / "key",
    }
    (tmp_path / "key").write_text("5a" * 32)
    (tmp_path / "key").chmod(0o600)
    return run(load_config(None, {**values, **flags}), [], Console("json", "test"))


@pytest.mark.parametrize("how", ["verbatim", "template"])
def test_a_column_of_sentences_is_quarantined(tmp_path, capfd, how):
    with pytest.raises(QuarantinedError, match="reviewed: NAME"):
        job(tmp_path, column="act", how=how)
    told = capfd.readouterr().err
    assert "the column act holds what people write" in told
    assert not any(text in told for text in sentences(48))
    assert not (tmp_path / "registry" / "data").exists() or not any(
        (tmp_path / "registry" / "data").iterdir()
    )


@pytest.mark.parametrize("split_mb", [64, 0.001])
def test_what_somebody_reviewed_is_published_and_who_is_told_to_nobody(tmp_path, split_mb):
    result = job(tmp_path, column="act", reviewed=", reviewed: Dana Scully", split_mb=split_mb)
    assert result.manifest["input"]["columns_of_sentences"] == []
    assert result.manifest["released"]["events"] > 0
    told = []
    for path in sorted((tmp_path / "registry").rglob("*")):
        if path.is_file() and b"Scully" in path.read_bytes():
            told.append(path.relative_to(tmp_path / "registry").parts[:2])
    assert told == [(".private", "runs")]


def test_a_column_called_message_needs_the_word_before_anything_is_read(tmp_path):
    with pytest.raises(ConfigError, match="column: message, as: verbatim, reviewed: NAME"):
        job(tmp_path, column="message")
