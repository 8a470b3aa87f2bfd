"""Erasure, retention and a new pool key, wherever the registry lies."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from etl.audit_check import verify_chain
from etl.erase import erase
from etl.erased import load_erased
from etl.retention import expire
from etl.retention_times import Retention
from etl.rotate_pool_key import rotate_pool_key
from tests.etl.sealed_registry import POOL_KEY, VERSIONS, accounts_in, build, digests
from tests.store.places import Place
from transforms.erasure import ascending

ANN, NEW = ascending(digests("ann", "ann2")), b"n" * 32


def test_the_same_everywhere(place: Place):
    registry = build(place.root)
    with registry.locked():
        erase(registry, ANN, POOL_KEY, published="withdraw", reason="asked", by="me")
        rotate_pool_key(registry, POOL_KEY, NEW, by="me")
    assert accounts_in(registry, NEW) == set(digests("bob", "eve").to_pylist())
    assert load_erased(registry.store, NEW).equals(ANN)
    assert [version.name for version in registry.live()] == ["2026-11-21"]
    gone = expire(registry.store, Retention(membership_days=1), datetime.now(UTC) + timedelta(days=2))
    assert gone == {"membership": len(VERSIONS)}
    assert verify_chain(registry.store) == []
