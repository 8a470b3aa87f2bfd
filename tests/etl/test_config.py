from pathlib import Path

import pytest

from etl.config import load_config
from etl.errors import ConfigError
from etl.participation_file import parse_participation, read_content
from etl.source import read_mapping

GOOD = {"input": ("a",), "registry": "r", "participation": "none", "date": "2026-11-22"}


def problems(**flags) -> str:
    with pytest.raises(ConfigError) as caught:
        load_config(None, {**GOOD, **flags})
    return str(caught.value)


def test_the_file_holds_everything_and_flags_go_over_it(tmp_path):
    file = tmp_path / "pipeline.yaml"
    file.write_text(
        "input: ['x/*.jsonl']\nregistry: r\nparticipation: none\nwindow: all\nk: 20\nmin-active: 7\n"
    )
    config = load_config(file, {"k": 30, "gap_minutes": None})
    assert (config.k, config.min_active, config.window, config.gap_minutes) == (30, 7, "all", 30)


def test_a_date_flag_replaces_the_files_window(tmp_path):
    file = tmp_path / "pipeline.yaml"
    file.write_text("input: a\nregistry: r\nparticipation: none\nwindow: all\n")
    assert load_config(file, {"date": "2026-01-02"}).window is None


def test_everything_wrong_is_told_at_once():
    with pytest.raises(ConfigError) as caught:
        load_config(None, {"k": 1, "gap_minutes": -1.0, "max_reject_ratio": 3.0})
    for flag in ("--input", "--registry", "--participation", "--k", "--gap-minutes", "--max-reject-ratio"):
        assert flag in str(caught.value)


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ({"date": None}, "--date"),
        ({"window": "all"}, "either --date"),
        ({"date": None, "window": "2026-01-02..2026-01-01"}, "after the last"),
        ({"date": None, "window": "yesterday"}, "FIRST..LAST"),
        ({"k": 5}, "--allow-low-k"),
        ({"date": None, "window": "all", "input": ("{date}.jsonl",)}, "{date}"),
        ({"night_timezone": "Mars/Olympus"}, "IANA"),
        ({"log_format": "xml"}, "--log-format"),
    ],
)
def test_what_is_wrong_is_named(flags, said):
    assert said in problems(**flags)


def test_a_low_k_needs_the_flag_and_n_min_follows_k():
    config = load_config(None, {**GOOD, "k": 5, "allow_low_k": True})
    assert config.active_needed == 25


def test_an_unknown_setting_in_the_file_is_an_error(tmp_path):
    file = tmp_path / "pipeline.yaml"
    file.write_text("kk: 20\n")
    with pytest.raises(ConfigError, match="not a known setting"):
        load_config(file, GOOD)


HEADER = "account,person,unit,status,valid_from,valid_to,basis,recorded_at\n"


def test_a_participation_file_is_read(tmp_path):
    path = tmp_path / "p.csv"
    path.write_text(
        HEADER + "A ,p,u,participates,2026-01-01,2026-02-01T00:00:00+01:00,consent,\nb,,,participates,,,,\n"
    )
    rows = parse_participation(read_content(path), path).to_pylist()
    assert rows[0]["valid_from_us"] == 1767225600_000_000
    assert rows[0]["valid_to_us"] == 1769900400_000_000
    assert rows[0]["account"] == "a"
    assert (rows[1]["person"], rows[1]["valid_from_us"]) == (None, None)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (HEADER + "a,p,u,maybe,,,,\n", "row 1: status"),
        (HEADER + "a,p,u,left,gestern,,,\n", "row 1: valid_from"),
        (HEADER + ",p,u,left,,,,\n", "row 1: account"),
        ("account,status\na,left\n", "no column person"),
        (HEADER + "a,p\n", "well-formed"),
        (HEADER, "lists nobody"),
        (HEADER.replace("basis", "status") + "a,p,u,objects,,,participates,\n", "twice"),
        (HEADER + "a,p,u,participates,,,,\nz,,,objects,,,,\n", "row 2: objects"),
    ],
)
def test_a_participation_file_that_is_wrong_is_refused_whole(tmp_path, content, said):
    path = tmp_path / "p.csv"
    path.write_text(content)
    with pytest.raises(ConfigError) as caught:
        parse_participation(read_content(path), path)
    assert said in str(caught.value)
    assert "maybe" not in str(caught.value)
    assert "gestern" not in str(caught.value)


def test_no_participation_file_is_said(tmp_path):
    with pytest.raises(ConfigError, match="--participation none"):
        read_content(tmp_path / "absent.csv")


BASE = "format: jsonl\nperson: u\ntime: t\naction: [[a]]\n"


@pytest.mark.parametrize(
    "column",
    [
        "key",
        "keyCode",
        "window_title",
        "value",
        "typed",
        "Text",
        "clipboard.data",
        "dwell_time",
        "windowtitle",
        "innertext",
        "innerHTML",
        "typedtext",
        "plaintext",
        "clipboarddata",
        "inputvalue",
        "pagetitle",
        "keyname",
        "keysym",
        "keyval",
        "keypress",
        "pwd",
        "passphrase",
    ],
)
def test_content_passes_as_a_class_of_keys_or_not_at_all(tmp_path, column):
    path = tmp_path / "m.yaml"
    path.write_text(BASE.replace("[[a]]", f"[[{{column: {column}, as: verbatim}}]]"))
    with pytest.raises(ConfigError, match="key_class"):
        read_mapping(path)
    path.write_text(BASE.replace("[[a]]", f"[[{{column: {column}, as: key_class}}]]"))
    assert read_mapping(path).action[0][0].as_ == "key_class"


def test_every_example_mapping_is_one():
    paths = sorted((Path(__file__).parents[2] / "examples" / "mappings").rglob("*.yaml"))
    assert len(paths) >= 12
    for path in paths:
        assert read_mapping(path).columns


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("time: t", "time: {column: t, format: nonsense}"), "time.format"),
        (("time: t", "time: {column: t, format: relative_s}"), "anchor"),
        (("person: u", "person: {path: '(.*)'}"), "named person"),
        (("person: u", "person: {column: u, constant: p}"), "exactly one"),
        (("format: jsonl", "format: xml"), "format"),
        (("action: [[a]]", "action: []"), "action"),
        (("format: jsonl", "format: jsonl\ndedupe: event_id"), "event_id"),
        (("format: jsonl", "format: jsonl\ncolour: red"), "not a known setting"),
    ],
)
def test_a_mapping_that_is_wrong_says_where(tmp_path, change, said):
    path = tmp_path / "m.yaml"
    path.write_text(BASE.replace(*change))
    with pytest.raises(ConfigError) as caught:
        read_mapping(path)
    assert said in str(caught.value)


@pytest.mark.parametrize("column", ["message", "Betreff", "chat.note", "searchTerm", "消息", "payload"])
@pytest.mark.parametrize("how", ["verbatim", "template"])
def test_what_people_write_passes_with_the_word_of_a_steward(tmp_path, column, how):
    path = tmp_path / "m.yaml"
    path.write_text(BASE.replace("[[a]]", f"[[{{column: {column}, as: {how}}}]]"), "utf-8")
    with pytest.raises(ConfigError, match=f"column: {column}, as: {how}, reviewed: NAME"):
        read_mapping(path)
    path.write_text(BASE.replace("[[a]]", f"[[{{column: {column}, as: {how}, reviewed: Dana}}]]"), "utf-8")
    mapping = read_mapping(path)
    assert mapping.reviewed == {column: "Dana"}
    assert "Dana" not in mapping.model_dump_json()


@pytest.mark.parametrize(("column", "reviewed"), [("password", "Dana"), ("e.key", "Dana"), ("note", '" "')])
def test_no_word_opens_what_was_typed_and_no_blank_is_a_word(tmp_path, column, reviewed):
    path = tmp_path / "m.yaml"
    path.write_text(BASE.replace("[[a]]", f"[[{{column: {column}, as: verbatim, reviewed: {reviewed}}}]]"))
    with pytest.raises(ConfigError, match=column):
        read_mapping(path)


def test_a_steward_adds_words_for_content(tmp_path):
    path, table = tmp_path / "m.yaml", tmp_path / "t.yaml"
    path.write_text(BASE.replace("[[a]]", "[[{column: fernspruch, as: verbatim}]]"))
    table.write_text("senses: [{sense: ours, passes: reviewed, words: {xx: [fernspruch]}}]\n")
    assert read_mapping(path).columns == ("u", "t", "fernspruch")
    with pytest.raises(ConfigError, match="reviewed: NAME"):
        read_mapping(path, content=table)
    table.write_text("senses: [{sense: ours, passes: reviewed, patterns: ['(']}]\n")
    with pytest.raises(ConfigError, match="content columns"):
        read_mapping(path, content=table)


def test_plain_words_of_yaml_stay_the_words_that_were_written(tmp_path):
    words = "[on, no, yes, Off, null, ~, 1e3, 010, 1_000, 0x1f, 12:30, 2026-01-01]"
    file = tmp_path / "m.yaml"
    file.write_text(
        f"format: csv\nheader: no\nnames: {words}\nperson: on\nquote: null\nnull: {words}\n"
        f"time: {{column: 12:30, earliest: 2020-01-01T00:00:00Z}}\nwhere: {{column: no, in: {words}}}\n"
        "action:\n  - [null, {column: 2026-01-01, split: ':', take: 010}]\nunit: ~\n"
    )
    mapping = read_mapping(file)
    said = tuple(words.strip("[]").split(", "))
    assert mapping.names == mapping.null_tokens == mapping.where.in_ == said
    assert (mapping.header, mapping.quote, mapping.unit) == (False, None, None)
    assert mapping.columns == ("on", "12:30", "no", "null", "2026-01-01")
    assert mapping.action[0][1].take == 10
    file.write_text("format: csv\ndelimiter: ~\n")
    with pytest.raises(ConfigError, match="delimiter is null"):
        read_mapping(file)
