"""The dataset card: README.md of the registry, derived from the versions and from nothing else.

Its YAML head is what `load_dataset(registry)` obeys: one config per live version, and `default` over all of them.
"""

from __future__ import annotations

import html
from hashlib import sha256
from pathlib import PurePosixPath
from typing import Any, Final

import yaml

from etl.versions import Version

_SPLITS: Final = ("train", "validation", "test")
_FEATURES: Final = [
    {"name": "actions", "list": "string"},
    {"name": "length", "dtype": "int16"},
    {"name": "people", "dtype": "int32"},
    {"name": "occurrences", "dtype": "int64"},
]


def render_card(versions: list[Version]) -> str:
    """The card of a registry with these versions, in order: live ones have configs, withdrawn ones are named."""
    manifests = [version.manifest for version in versions if version.is_live]
    withdrawn = [version for version in versions if not version.is_live]
    released = [manifest for manifest in manifests if manifest["files"]]
    configs = [
        {
            "config_name": "default",
            "default": True,
            "description": _content(released),
            "data_files": _default_files(released),
        }
    ]
    infos = [_info("default", released)]
    for manifest in released:
        for kind, suffix in (("sequences", ""), ("actions", "-actions")):
            files = _files(manifest, kind)
            if files:
                name = f"{manifest['version']}{suffix}"
                configs.append(
                    {"config_name": name, "description": _content([manifest]), "data_files": files}
                )
                infos.append(_info(name, [manifest]))
    head = yaml.safe_dump(
        {
            "pretty_name": "Action sequences (k-anonymous)",
            "tags": ["k-anonymity", "action-sequences", "desirepath"],
            "configs": configs,
            "dataset_info": infos,
        },
        sort_keys=False,
        allow_unicode=True,
    )
    return f"---\n{head}---\n\n{_body(manifests, withdrawn)}"


def _files(manifest: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    paths = [file["path"] for file in manifest["files"] if PurePosixPath(file["path"]).parent.name == kind]
    by_split = {
        split: [path for path in paths if PurePosixPath(path).name.startswith(f"{split}-")]
        for split in _SPLITS
    }
    return [{"split": split, "path": files} for split, files in by_split.items() if files]


def _default_files(manifests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    by_split: dict[str, list[str]] = {}
    for manifest in manifests:
        for entry in _files(manifest, "sequences"):
            by_split.setdefault(entry["split"], []).extend(entry["path"])
    return [{"split": split, "path": by_split[split]} for split in _SPLITS if split in by_split]


def _content(manifests: list[dict[str, Any]]) -> str:
    """A digest of the content: `datasets` caches a local folder by its last name and the card's head, not by its files."""
    files = [(file["path"], file["sha256"]) for manifest in manifests for file in manifest["files"]]
    return f"content {sha256(repr(sorted(files)).encode()).hexdigest()}"


def _info(name: str, manifests: list[dict[str, Any]]) -> dict[str, Any]:
    # `datasets` wants x.y.z.
    latest = manifests[-1]["version"] if manifests else "0001-01-01"
    version = ".".join(str(int(part)) for part in latest.split("-")[:3])
    return {"config_name": name, "version": version, "features": _FEATURES}


def _body(manifests: list[dict[str, Any]], withdrawn: list[Version]) -> str:
    lines = [
        "# Action sequences",
        "",
        "Made by Desirepath from raw activity logs: each row is a run of actions that at least *k* different people were",
        "logged with, inside one session, with how many people (rounded down to a ladder) and how often (rounded down).",
        "No row has a person, a time, a session or a keystroke in it.",
        "",
        "## Versions",
        "",
        "| version | k | people counted as | records | transitions released | purpose | works agreement |",
        "|---|---|---|---|---|---|---|",
    ]
    for manifest in manifests:
        policy = manifest["policy"]
        kind = " (simulated)" if manifest["simulated"] else ""
        low = " (**below 10, allowed by flag**)" if policy["allow_low_k"] else ""
        counted = "accounts (no participation file)" if policy["participation"] == "none" else "people"
        released = f"{manifest['released']['records']} | {manifest['share']['transitions']:.1%}"
        if not manifest["files"]:
            released = "0 (nothing could be released) | 0 %"
        lines.append(
            f"| {manifest['version']}{kind} | {manifest['k']}{low} | {counted} | {released} "
            f"| {_cell(policy['purpose'])} | {_cell(policy['works_agreement'])} |"
        )
    for version in withdrawn:
        reason = _cell(str((version.tombstone or {}).get("reason", "")))
        lines.append(
            f"| {version.name} | **withdrawn** | | its data is gone: do not use copies of it | | {reason} | |"
        )
    if not manifests and not withdrawn:
        lines.append("| none yet | | | | | | |")
    lines += [
        "",
        "## Columns",
        "",
        "- `actions` (list of string): the sequence. `↑1` after an action says that it was generalised by one level.",
        "- `length` (int16): how many actions. `people` (int32): different people, rounded down to k, 10, 15, 20, 30, 50 …",
        "- `occurrences` (int64): how often, after caps, rounded down to two significant digits.",
        "",
        "`<version>` holds sequences of two actions and more, `<version>-actions` single actions.",
        "",
        "## What is guaranteed, and what is not",
        "",
        "Every row was emitted by at least *k* different people, counted anew on the written files by a verifier that",
        "shares no code with the anonymiser; where units are known, people of several units did it.",
        "Not promised: differential privacy; the safety of a model",
        "trained on this; attribute disclosure (everyone in a group did it); collusion of k − 1 people or planted events.",
        "Whoever uses this data must not try to single out, link or evaluate people.",
        "",
    ]
    return "\n".join(lines)


def _cell(text: str) -> str:
    return html.escape(text).replace("|", "\\|").replace("\n", " ")
