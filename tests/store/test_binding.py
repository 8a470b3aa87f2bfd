"""A registry is bound to what its first run says; who only tries binds nothing and is refused all the same."""

from __future__ import annotations

from etl.store.binding import belongs
from tests.store.places import Place


def test_a_trial_binds_nothing(place: Place):
    store = place.open()
    assert belongs(store, "key", b"one", remember=False)
    assert store.names() == []
    assert belongs(store, "key", b"two", remember=True)
    assert belongs(store, "key", b"two", remember=True)
    assert belongs(store, "key", b"two", remember=False)
    assert not belongs(store, "key", b"one", remember=True)
    assert not belongs(store, "key", b"one", remember=False)
    assert store.read("key") == b"two"
