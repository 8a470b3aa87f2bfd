"""A bare word that was typed at a prompt and is no command does not pass; what programs and interfaces say does."""

from __future__ import annotations

import pyarrow as pa
import pytest

from transforms.bare_words import BARE_WORD, without_bare_words
from transforms.mapping import Mapping
from transforms.paths import action_paths
from transforms.rules.programs import load_programs

TYPED = """Sommerregen hunter2 Tr0ub4dor&3 Herbst_2026x correcthorsebattery Winterwald! qwertz123 mÿS3cret пароль123
秘密の言葉""".split()
COMMANDS = """ls ll git docker-compose python3 htop vim make pwd exit Get-ChildItem kubectl run.sh save-file Save file.open
workbench.action.openSettings selectAll undo cls ipconfig npm redo zoomIn editor.fold Speichern""".split()


def paths(values: list[str], column: str, **spec: object) -> tuple[list[str], dict[str, int]]:
    mapping = Mapping.model_validate(
        {"format": "jsonl", "person": "u", "time": "t", "action": [[{"column": column, **spec}]]}
    )
    found = action_paths(pa.table({column: pa.array(values)}), mapping)
    return found.path.dictionary.take(found.path.indices).to_pylist(), found.hits


@pytest.mark.parametrize("how", ["verbatim", "template"])
@pytest.mark.parametrize("column", ["command", "cmd_line", "event.shell", "Befehl"])
def test_a_word_that_is_no_command_does_not_pass(column: str, how: str) -> None:
    shown, hits = paths(TYPED, column, **{"as": how})
    assert shown == ["{text}"] * len(TYPED)
    assert hits[BARE_WORD] == len(TYPED)


def test_commands_stay() -> None:
    shown, hits = paths(COMMANDS, "command", **{"as": "verbatim"})
    assert [word for word in COMMANDS if word not in shown] == []
    assert BARE_WORD not in hits


def test_the_first_word_of_a_line_is_looked_at_as_it_is_left() -> None:
    assert paths(["git push", "Sommerregen x"], "command", split=" ", take=1)[0] == ["git", "{text}"]


def test_other_columns_and_reviewed_ones_are_left() -> None:
    assert paths(["Sommerregen"], "event_type", **{"as": "verbatim"})[0] == ["Sommerregen"]
    assert paths(["deploytool"], "command", **{"as": "verbatim", "reviewed": "Dana"})[0] == ["deploytool"]


def test_null_stays_and_rows_are_counted() -> None:
    text = pa.array(["Sommerregen", None, "Sommerregen", "ls"]).dictionary_encode()
    shown, rows = without_bare_words(text, load_programs())
    assert shown.dictionary.take(shown.indices).to_pylist() == ["{text}", None, "{text}", "ls"]
    assert rows == 2
