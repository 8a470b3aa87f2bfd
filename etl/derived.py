"""The files in a registry's root that follow from its versions: the card, the tokenizer and the Croissant metadata."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from etl.card import render_card
from etl.croissant import render_croissant
from etl.tokenizer import render_tokenizer
from etl.versions import Version
from etl.vocabulary import live_vocabulary

NAMES: Final = ("tokenizer.json", "croissant.json", "README.md")
"""The card last: it is what makes a config appear or go."""


def derive(versions: Sequence[Version], read: Callable[[str], bytes]) -> dict[str, bytes]:
    """The content of each derived file, in the order of `NAMES`, in which they are to be written.

    Args:
        versions: in order of their nights, withdrawn ones too.
        read: the content of a registry's file, by its name below the root.
    """
    known = list(versions)
    return {
        "tokenizer.json": render_tokenizer(live_vocabulary(known, read)),
        "croissant.json": render_croissant(known),
        "README.md": render_card(known).encode(),
    }
