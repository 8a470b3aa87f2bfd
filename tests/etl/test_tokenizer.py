from __future__ import annotations

import json

import pytest
from tokenizers import Tokenizer

from etl.tokenizer import SEPARATOR, render_tokenizer
from etl.vocabulary import SPECIAL
from tests.etl.registries import Folder

VOCABULARY = {"open file ∅": 4, "Mail save ↑1": 9, "key_class Editor letter": 12, "Mail [PAD] x": 13}
"""With gaps, as withdrawals leave them."""

ACTIONS = ["Mail save ↑1", "open file ∅", "key_class Editor letter", "open file ∅"]


@pytest.fixture
def tokenizer(tmp_path):
    (tmp_path / "tokenizer.json").write_bytes(render_tokenizer(VOCABULARY, 15))
    return Tokenizer.from_file(str(tmp_path / "tokenizer.json"))


def test_special_tokens_have_fixed_numbers(tokenizer):
    assert [tokenizer.token_to_id(token) for token in SPECIAL] == [0, 1, 2, 3]


@pytest.mark.parametrize("given", ["list", "text"])
def test_actions_go_in_and_come_out(tokenizer, given):
    encoded = (
        tokenizer.encode(ACTIONS, is_pretokenized=True)
        if given == "list"
        else tokenizer.encode(SEPARATOR.join(ACTIONS))
    )
    assert encoded.ids == [2, 9, 4, 12, 4, 3]
    assert encoded.tokens[1:-1] == ACTIONS
    assert tokenizer.decode(encoded.ids).split(SEPARATOR) == ACTIONS


def test_without_special_tokens(tokenizer):
    ids = tokenizer.encode(ACTIONS, is_pretokenized=True, add_special_tokens=False).ids
    assert ids == [9, 4, 12, 4]
    assert tokenizer.decode(ids).split(SEPARATOR) == ACTIONS


def test_what_is_not_in_the_data_is_unknown_and_stays_one_token(tokenizer):
    assert tokenizer.encode(["open file", "open file ∅"], is_pretokenized=True).ids == [2, 1, 4, 3]


def test_every_number_below_the_next_has_a_token(tokenizer):
    assert sorted(tokenizer.get_vocab().values()) == list(range(15))
    assert [tokenizer.id_to_token(number) for number in (5, 14)] == ["[unused5]", "[unused14]"]


def test_a_token_of_ones_own_gets_the_number_behind_the_last(tokenizer):
    tokenizer.add_special_tokens(["[MASK]"])
    assert tokenizer.token_to_id("[MASK]") == 15
    assert tokenizer.id_to_token(9) == "Mail save ↑1"


def test_an_action_called_like_a_placeholder_keeps_its_number():
    vocabulary = json.loads(render_tokenizer({"[unused5]": 6, "[[unused5]]": 4}, 8))["model"]["vocab"]
    assert vocabulary == {
        **{token: number for number, token in enumerate(SPECIAL)},
        "[[unused5]]": 4,
        "[[[unused5]]]": 5,
        "[unused5]": 6,
        "[unused7]": 7,
    }


def test_the_configuration_names_the_special_tokens_of_the_tokenizer(tmp_path):
    folder = Folder(tmp_path / "registry")
    said = json.loads((folder.root / "tokenizer_config.json").read_bytes())
    named = [said[f"{role}_token"] for role in ("pad", "unk", "bos", "eos")]
    assert named == list(SPECIAL)
    assert said["tokenizer_class"] == "PreTrainedTokenizerFast"


def test_a_withdrawn_action_leaves_a_placeholder(tmp_path):
    folder = Folder(tmp_path / "registry")
    folder.publish("2026-11-21", {("a", "b"): 10})
    folder.publish("2026-11-22", {("b", "c"): 10})
    folder.withdraw("2026-11-21")
    loaded = Tokenizer.from_file(str(folder.root / "tokenizer.json"))
    assert [loaded.id_to_token(number) for number in range(4, 7)] == ["[unused4]", "b", "c"]
    assert loaded.encode(["a"], is_pretokenized=True, add_special_tokens=False).ids == [1]


def test_a_special_spelling_inside_an_action_is_text_where_that_is_asked_for(tokenizer):
    tokenizer.encode_special_tokens = True
    assert tokenizer.encode(["Mail [PAD] x"], is_pretokenized=True).ids == [2, 13, 3]


def test_padding_as_a_model_wants_it(tokenizer):
    tokenizer.enable_padding(pad_id=0, pad_token="[PAD]")
    batch = tokenizer.encode_batch([ACTIONS, ACTIONS[:1]], is_pretokenized=True)
    assert [len(one.ids) for one in batch] == [6, 6]
    assert batch[1].ids == [2, 9, 3, 0, 0, 0]


def test_every_row_of_a_registry_comes_back(tmp_path):
    folder = Folder(tmp_path / "registry")
    rows = {("a b ∅", "c ↑2"): 10, ("c ↑2",): 12, ("x  y", "a b ∅", "x  y"): 10}
    folder.publish("2026-11-21", rows)
    loaded = Tokenizer.from_file(str(folder.root / "tokenizer.json"))
    for row in rows:
        encoded = loaded.encode(list(row), is_pretokenized=True)
        assert 1 not in encoded.ids
        assert tuple(loaded.decode(encoded.ids).split(SEPARATOR)) == row


def test_an_empty_registry_has_a_tokenizer_that_loads(tmp_path):
    folder = Folder(tmp_path / "registry")
    loaded = Tokenizer.from_file(str(folder.root / "tokenizer.json"))
    assert loaded.get_vocab_size() == len(SPECIAL)
