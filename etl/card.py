"""The dataset card: README.md of the registry, derived from the versions and from nothing else.

Its YAML head is what `load_dataset(registry)` obeys: one config per live version, and `default` over all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from pathlib import PurePosixPath
from typing import Any, Final

import yaml

from etl.card_body import render_body
from etl.versions import Version

NAME: Final = "action-sequences"
DESCRIPTION: Final = (
    "Sequences of actions at work, for training sequence models. Each record was emitted by at least k different people; "
    "none has a person, a time, a session or a keystroke in it."
)
KEYWORDS: Final = ("k-anonymity", "action-sequences", "next-action-prediction", "desirepath")
LICENSE: Final = "README.md#what-it-may-be-used-for"
"""Not a public licence: the card itself says what is allowed."""

_SPLITS: Final = ("train", "validation", "test")
_FEATURES: Final = [
    {"name": "actions", "list": "string"},
    {"name": "length", "dtype": "int16"},
    {"name": "people", "dtype": "int32"},
    {"name": "occurrences", "dtype": "int64"},
]
_SIZES: Final = (
    (1_000, "n<1K"),
    (10_000, "1K<n<10K"),
    (100_000, "10K<n<100K"),
    (1_000_000, "100K<n<1M"),
    (10_000_000, "1M<n<10M"),
    (100_000_000, "10M<n<100M"),
    (1_000_000_000, "100M<n<1B"),
)
"""As the Hub words them. Beyond the last: `n>1B`."""


def render_card(versions: Sequence[Version]) -> str:
    """The card of a registry with these versions, in order; withdrawn ones are told as such and have no config."""
    live = [version for version in versions if version.files]
    configs = [_config("default", live, "sequences") | {"default": True}]
    infos = [_info("default", live)]
    for version in live:
        for kind, suffix in (("sequences", ""), ("actions", "-actions")):
            if version.paths(kind):
                configs.append(_config(f"{version.name}{suffix}", [version], kind))
                infos.append(_info(f"{version.name}{suffix}", [version]))
    head = yaml.safe_dump(
        {
            "pretty_name": "Action sequences (k-anonymous)",
            "license": "other",
            "license_name": "what-the-card-allows",
            "license_link": LICENSE,
            "task_categories": ["other"],
            "size_categories": [_size(live)],
            "source_datasets": ["original"],
            "annotations_creators": ["no-annotation"],
            "tags": list(KEYWORDS),
            "configs": configs,
            "dataset_info": infos,
        },
        sort_keys=False,
        allow_unicode=True,
    )
    return f"---\n{head}---\n\n{render_body(versions)}"


def card_version(live: list[Version]) -> str:
    """The version of what the card describes, as `datasets` wants it (x.y.z): the latest night.

    >>> card_version([])
    '1.1.1'
    """
    latest = live[-1].name if live else "0001-01-01"
    return ".".join(str(int(part)) for part in latest.split("-")[:3])


def _config(name: str, versions: list[Version], kind: str) -> dict[str, Any]:
    paths = [path for version in versions for path in version.paths(kind)]
    by_split = {
        split: [path for path in paths if PurePosixPath(path).name.startswith(f"{split}-")]
        for split in _SPLITS
    }
    files = [{"split": split, "path": found} for split, found in by_split.items() if found]
    return {"config_name": name, "description": _content(versions), "data_files": files}


def _content(versions: list[Version]) -> str:
    """A digest of the content: `datasets` caches a local folder by its last name and the card's head, not by its files."""
    files = [(file["path"], file["sha256"]) for version in versions for file in version.files]
    return f"content {sha256(repr(sorted(files)).encode()).hexdigest()}"


def _info(name: str, versions: list[Version]) -> dict[str, Any]:
    return {"config_name": name, "version": card_version(versions), "features": _FEATURES}


def _size(live: list[Version]) -> str:
    rows = sum(file["rows"] for version in live for file in version.files)
    return next((size for below, size in _SIZES if rows < below), "n>1B")
