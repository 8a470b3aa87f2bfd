"""Where to push: the repository's name and the Hub's address, both checked before anything is sent."""

from __future__ import annotations

import os
import re
from typing import Final
from urllib.parse import urlsplit

from etl.errors import ConfigError

DEFAULT_ENDPOINT: Final = "https://huggingface.co"
_PART: Final = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?")
_TAG: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def checked_repository(name: str) -> str:
    """The repository's name, OWNER/NAME, if the Hub could have one of that name."""
    parts = name.split("/")
    fits = len(parts) == 2 and all(_PART.fullmatch(part) and len(part) <= 96 for part in parts)
    if not fits or "--" in name or ".." in name or name.endswith(".git"):
        raise ConfigError(
            "--repo must be OWNER/NAME: letters, digits, '-', '_' and '.', no '--' or '..', no '.git' at the end, and "
            "neither part may begin or end with '-' or '.'"
        )
    return name


def checked_endpoint(given: str | None) -> str:
    """The Hub's address: what was given, else HF_ENDPOINT, else the public one. A token travels encrypted or not at all."""
    endpoint = (given or os.environ.get("HF_ENDPOINT") or DEFAULT_ENDPOINT).rstrip("/")
    address = urlsplit(endpoint)
    here = address.hostname in ("127.0.0.1", "::1", "localhost")
    if not address.hostname or address.scheme not in (("https", "http") if here else ("https",)):
        raise ConfigError(
            "--endpoint must be an https:// address (http:// only on this machine): it is sent the token"
        )
    return endpoint


def checked_tags(names: list[str]) -> list[str]:
    """Extra tags, if they can be tags and are not one that a version gets."""
    for name in names:
        if not _TAG.fullmatch(name) or ".." in name or name.endswith((".lock", ".")):
            raise ConfigError(
                "--tag must be letters, digits, '.', '_' and '-', at most 100, beginning with a letter or digit"
            )
        if re.match(r"v\d{4}-\d{2}-\d{2}", name):
            raise ConfigError(
                "--tag must not look like a version's own tag (v2026-11-22): those are set by this command"
            )
    return names
