"""Foreign text where it is shown: on a terminal, in JSON, in Markdown."""

from __future__ import annotations

import ast
import json
import sys
import unicodedata
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from etl.cli import main
from etl.command_words import refuse_unreadable
from etl.config import load_config
from etl.errors import ConfigError
from etl.markdown import literal
from etl.terminal import say, say_json
from etl.visible import json_line, visible, visible_json

ETL = Path(__file__).resolve().parents[2] / "etl"
UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def test_every_character_that_cannot_be_seen_is_spelled_out():
    for code in range(sys.maxunicode + 1):
        if unicodedata.category(chr(code)) in UNSEEN:
            assert visible(chr(code)).startswith("\\"), hex(code)
    assert visible("Grüße, 日本 👍\n", lines=True) == "Grüße, 日本 👍\n"


def test_json_means_the_same():
    value = {"a": "\x9b31m\u202e\U000e0041x", "b\u200b": [1]}
    shown = visible_json(json.dumps(value, ensure_ascii=False, indent=2))
    assert json.loads(shown) == value
    assert visible(shown, lines=True) == shown
    assert "\\udc" not in json.dumps(json.loads(json_line({"path": "a\udcff"}))["path"]).replace("\\\\", "")


HOSTILE = [
    "*a* _b_ **c** ~~d~~ `e` # f",
    "[x](javascript:alert(1)) ![i](http://x/y.png) <http://x> http://x.y www.x.y",
    "<script>alert(1)</script> &lt; &#35; <!-- c -->",
    "a | b \\| c\n\n## heading\n- item",
    "\x1b[2J\u202e $x^2$",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_markdown_shows_it_literally(text):
    markdown = MarkdownIt("commonmark", {"linkify": False}).enable(["table", "strikethrough"])
    tokens = markdown.parse(f"| h | i |\n|---|---|\n| {literal(text)} | end |\n")
    cells = [token for token in tokens if token.type == "inline"][2:]
    assert len(cells) == 2
    assert {child.type for child in cells[0].children} <= {"text", "text_special"}
    assert "".join(child.content for child in cells[0].children) == visible(" ".join(text.split()))


def test_one_module_alone_writes_to_the_terminal():
    strangers = []
    for path in ETL.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and path.name != "terminal.py":
                called = ast.unparse(node.func)
                if called in ("print", "typer.echo", "sys.stderr.write", "sys.stdout.write"):
                    strangers.append((path.name, called))
    assert strangers == []


def test_what_is_not_text_is_refused_and_not_shown(capsys):
    assert main(["run", "--purpose", "caf\udce9"]) == 2
    assert "behind --purpose, is not text in UTF-8" in capsys.readouterr().err
    refuse_unreadable(["run", "--input", "caf\udce9.jsonl", "--input=\udcff"])
    assert main(["show", "\x1b[31m", "--\x1b[0m"]) == 2
    assert "\x1b" not in capsys.readouterr().err


@pytest.mark.parametrize(
    "wrong", [{"purpose": "\ud800"}, {"registry": "a\0b"}, {"input": ["a\0b"]}, {"purpose": "x" * 4001}]
)
def test_settings_that_no_page_can_hold_are_refused(wrong):
    good = {"input": ["a"], "registry": "r", "date": "2026-11-20", "participation": "none"}
    with pytest.raises(ConfigError):
        load_config(None, good | wrong)
    load_config(None, good | {"input": ["caf\udce9"]})


def test_what_is_said_steers_no_terminal(capsys):
    say("a\x1b[31m\u202eb")
    say("c\x9b2J", err=True)
    say_json('"\u202e"')
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ('a\\x1b[31m\\u202eb\n"\\u202e"\n', "c\\x9b2J\n")
