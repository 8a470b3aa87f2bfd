"""The peers have no doctests, and an engine may not be installed: pytest does not import them."""

from __future__ import annotations

collect_ignore_glob = ["peers/*"]
