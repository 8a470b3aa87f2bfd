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


def render_tokenizer(vocabulary: dict[str, int]) -> bytes:
    """The file, from action → number. Numbers may have gaps: those of withdrawn versions."""
    numbers = {token: number for number, token in enumerate(SPECIAL)}
    vocab = numbers | dict(sorted(vocabulary.items(), key=lambda item: item[1]))
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
