"""Secrets that command lines give to programs go, by where they stand; every entry's own examples run."""

from __future__ import annotations

import pyarrow as pa
import pytest
from pydantic import ValidationError

from transforms.command_secrets import COMMAND_SECRET, hide_command_secrets
from transforms.names import shape_names
from transforms.rules.programs import ENTRIES, Programs, load_programs, own_entries

PROGRAMS = load_programs()
OWN = own_entries()


def hidden(text: str, programs: Programs = PROGRAMS) -> str:
    return str(hide_command_secrets(pa.array([text]), programs).values[0].as_py())


@pytest.mark.parametrize("entry", OWN, ids=lambda entry: entry.programs[:40])
def test_the_examples_of_an_entry(entry) -> None:
    alone = Programs.build([entry])
    for example, result in entry.match.items():
        assert hidden(example, alone) == result, example
        assert hidden(result, alone) == result
    for example in entry.leave:
        assert hidden(example) == example


def test_there_are_many_forms() -> None:
    assert sum(len(entry.programs.split()) for entry in OWN) >= 250
    assert len(OWN) >= 80


PLACES = [
    "{}", "sudo {}", "sudo -u svc {}", "time {}", "env A=b {}", "A=b {}", "cd x && {}", "ls; {}", "{} | tee log",
    "sh -c '{}'", 'ssh db "{}"', "/usr/local/bin/{}", "nohup {} &", "$ {}", "docker exec db {}", "x=$({})", "`{}`",
    "C:\\tools\\{}", "watch -n 5 {}", "{} > out.txt", "{} || exit 1",
]  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_the_place_of_a_command_does_not_matter(place: str) -> None:
    commands = [
        "mysql -u root -pSommerregen shop",
        "rabbitmqctl add_user svc Sommerregen",
        "redis-cli -a Sommerregen",
    ]
    for how in ("verbatim", "template"):
        shown = shape_names(pa.array([place.format(c) for c in commands]), how).values.to_pylist()
        assert [text for text in shown if "Sommerregen" in text] == []


@pytest.mark.parametrize(
    "quoted", ["'So mmer'", '"So mmer"', r'"So\"mmer x"', r"So\ mmer", "'So'mmer", 'So"m m"er']
)
def test_a_quoted_secret_goes_whole(quoted: str) -> None:
    assert hidden(f"mysql -p{quoted} shop") == "mysql -p{secret} shop"
    assert hidden(f"sshpass -p {quoted} ssh x") == "sshpass -p {secret} ssh x"


def test_what_was_hidden_is_counted_where_it_stood() -> None:
    applied = hide_command_secrets(pa.array(["click", "redis-cli -a Sommerregen", "ls"]))
    assert applied.changed[COMMAND_SECRET].tolist() == [False, True, False]


def test_a_steward_adds_programs() -> None:
    more = ENTRIES.validate_python(
        [
            {
                "programs": "acmectl",
                "options": ["-z"],
                "match": {"acmectl -z a": "acmectl -z {secret}"},
                "leave": ["x"],
            }
        ]
    )
    assert hidden("acmectl -z Sommer") == "acmectl -z Sommer"
    assert hidden("acmectl -z Sommer", load_programs(more)) == "acmectl -z {secret}"


def test_an_entry_with_an_unknown_part_is_refused() -> None:
    with pytest.raises(ValidationError):
        ENTRIES.validate_python([{"programs": "x", "option": ["-p"], "match": {"x": "y"}, "leave": ["x"]}])
