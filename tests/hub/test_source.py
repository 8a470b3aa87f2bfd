"""A registry that is not in a folder, and one in the middle of a withdrawal."""

from __future__ import annotations

import uuid

from etl.audit import append
from etl.registry import Registry
from tests.hub.registries import REPO, add_version, push


def test_a_remote_registry_is_pushed_like_a_folder(world, endpoint, registry):
    assert push(registry, endpoint) == 0
    expected = world.files(REPO)
    world.repos.clear()
    world.store.clear()
    remote = Registry(f"memory://{uuid.uuid4().hex}/registry")
    remote.create()
    for version in ("2026-11-21", "2026-11-22"):
        add_version(remote, version)
    assert push(remote, endpoint) == 0
    assert world.files(REPO) == expected


def test_a_withdrawal_that_cannot_be_seen_yet_stops_the_push(world, endpoint, registry, capsys):
    with registry.locked():
        digest = registry.manifest_sha256("2026-11-21")
        append(registry.store, "withdrawn", version="2026-11-21", reason="x", by="y", manifest_sha256=digest)
    assert push(registry, endpoint) == 75
    assert "withdrawal" in capsys.readouterr().err
    assert world.requests == []
    with registry.locked():
        registry.repair()
    assert push(registry, endpoint) == 0
    assert not any("2026-11-21" in path for path in world.repos[REPO].tree)
