#!/bin/sh
# tokenizers 0.22.1: a token that is added to a vocabulary with gaps takes a number that another token has.
# Guess: it gets the number behind the largest. Seen: it gets the number of tokens there are.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check tokenizers==0.22.1
"$folder/venv/bin/python" - <<'PYTHON'
from tokenizers import Tokenizer
from tokenizers.models import WordLevel

tokenizer = Tokenizer(WordLevel({"[UNK]": 0, "open": 1, "save": 3}, unk_token="[UNK]"))
added = tokenizer.add_special_tokens(["[MASK]"])
number = tokenizer.token_to_id("[MASK]")
print(f"vocabulary 0, 1, 3; added {added}: [MASK] is {number}, save is {tokenizer.token_to_id('save')}")
assert number == tokenizer.token_to_id("save") == 3
PYTHON
