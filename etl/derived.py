"""The files in the registry's root that say nothing of their own: derived from the versions, and from nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from etl.card import render_card
from etl.layout import CARD
from etl.versions import Version


def derive(versions: Sequence[Version], read: Callable[[str], bytes]) -> dict[str, bytes]:
    """The derived files by name, in the order in which they are to be written: the card, which lists what there is, last.

    Args:
        versions: live and withdrawn, in order of their nights. read: the content of an object of the registry by its name.
    """
    return {CARD: render_card(list(versions)).encode()}
