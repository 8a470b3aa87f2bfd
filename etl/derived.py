"""The files in a registry's root that follow from its versions: the card, the tokenizer and the Croissant metadata."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from etl.card import render_card
from etl.croissant import render_croissant
from etl.layout import CARD, CROISSANT, TOKENIZER, TOKENIZER_CONFIG
from etl.tokenizer import render_tokenizer, render_tokenizer_config
from etl.versions import Version
from etl.vocabulary import live_vocabulary, next_id


def derive(versions: Sequence[Version], read: Callable[[str], bytes]) -> dict[str, bytes]:
    """The content of each derived file, in the order in which to write them: the card, which makes configs appear, last.

    Args:
        versions: in order of their nights, withdrawn ones too.
        read: the content of a registry's file, by its name below the root.
    """
    return {
        TOKENIZER: render_tokenizer(live_vocabulary(versions, read), next_id(versions)),
        TOKENIZER_CONFIG: render_tokenizer_config(),
        CROISSANT: render_croissant(versions),
        CARD: render_card(versions).encode(),
    }
