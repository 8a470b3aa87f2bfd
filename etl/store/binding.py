"""Bind a registry to what it must not change: the first run says it, and every other run has to say the same."""

from __future__ import annotations

from etl.store.protocol import Store


def belongs(store: Store, name: str, content: bytes, *, remember: bool) -> bool:
    """Whether an object holds this content.

    Args:
        name: the object.
        content: what it must hold, for instance the fingerprint of a key.
        remember: whether it is written where there is none. Without that nothing is: no other content is refused later.

    Returns:
        False: it holds something else.
    """
    if not remember:
        return not store.exists(name) or store.read(name) == content
    try:
        store.create(name, content)
    except FileExistsError:
        return False
    return True
