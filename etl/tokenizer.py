"""`tokenizer.json`: one token per action, for the `tokenizers` library (format 1.0 of Hugging Face).

An action has blanks in it and never a line end, so text is split at line ends; lists of actions are taken as they are
(`is_pretokenized=True`). Decoding gives the actions back, a line each.
"""

from __future__ import annotations

from typing import Any, Final

import orjson

from etl.vocabulary import SPECIAL

SEPARATOR: Final = "\n"
"""Between actions. No action can hold it: a name has no control character (`transforms/names.py`)."""

_PAD, _UNK, _BOS, _EOS = SPECIAL


def render_tokenizer(vocabulary: dict[str, int], next_number: int) -> bytes:
    """Render the tokenizer of these actions, with one token for every number.

    Args:
        vocabulary: action → number.
        next_number: the first number that no version ever gave. A number below it without an action belonged to a
            withdrawn one, and has the token `[unused7]` (for 7): a library that numbers a token of its own by how many
            there are would otherwise give it the number of an action.
    """
    numbers = {token: number for number, token in enumerate(SPECIAL)}
    vocab = _without_gaps(numbers | vocabulary, next_number)
    content: dict[str, Any] = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [_added(token, number) for token, number in numbers.items()],
        "normalizer": None,
        "pre_tokenizer": {
            "type": "Split",
            "pattern": {"String": SEPARATOR},
            "behavior": "Removed",
            "invert": False,
        },
        "post_processor": _begin_and_end(numbers),
        "decoder": {
            "type": "Sequence",
            "decoders": [
                {"type": "Replace", "pattern": {"Regex": r"\A"}, "content": SEPARATOR},
                {"type": "Fuse"},
                {"type": "Strip", "content": SEPARATOR, "start": 1, "stop": 0},
            ],
        },
        "model": {"type": "WordLevel", "vocab": vocab, "unk_token": _UNK},
    }
    return orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def render_tokenizer_config() -> bytes:
    """Render what `transformers` needs beside it: the class, and which tokens pad, begin and end a text."""
    content: dict[str, Any] = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "pad_token": _PAD,
        "unk_token": _UNK,
        "bos_token": _BOS,
        "eos_token": _EOS,
        "padding_side": "right",
        "clean_up_tokenization_spaces": False,
    }
    return orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _without_gaps(vocabulary: dict[str, int], next_number: int) -> dict[str, int]:
    """Add a placeholder for each number below the next that has no token; sorted by number."""
    tokens = {number: token for token, number in vocabulary.items()}
    for number in set(range(max(next_number, *tokens.keys()))) - tokens.keys():
        token = f"[unused{number}]"
        while token in vocabulary:  # an action that is called so
            token = f"[{token}]"
        tokens[number] = token
    return {tokens[number]: number for number in sorted(tokens)}


def _added(token: str, number: int) -> dict[str, Any]:
    flags = dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized"), False)
    return {"id": number, "content": token, **flags, "special": True}


def _begin_and_end(numbers: dict[str, int]) -> dict[str, Any]:
    """[BOS] before and [EOS] after each sequence, unless `add_special_tokens=False`."""

    def special(token: str) -> dict[str, Any]:
        return {"SpecialToken": {"id": token, "type_id": 0}}

    def sequence(name: str, kind: int) -> dict[str, Any]:
        return {"Sequence": {"id": name, "type_id": kind}}

    return {
        "type": "TemplateProcessing",
        "single": [special(_BOS), sequence("A", 0), special(_EOS)],
        "pair": [special(_BOS), sequence("A", 0), special(_EOS), sequence("B", 1), special(_EOS)],
        "special_tokens": {
            token: {"id": token, "ids": [numbers[token]], "tokens": [token]} for token in (_BOS, _EOS)
        },
    }
