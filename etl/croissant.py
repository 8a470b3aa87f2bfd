"""`croissant.json`: what the data is, for machines: Croissant 1.0 (JSON-LD of MLCommons), derived from the manifests.

It has the record sets that `load_dataset` has as configs: `default` over all live versions, and each of them by name.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import orjson

from etl.card import DESCRIPTION, KEYWORDS, LICENSE, NAME, card_version
from etl.card_body import citation
from etl.versions import Version

_FIELDS: Final = (
    ("actions", "sc:Text", "The sequence: one action each."),
    ("length", "sc:Integer", "How many actions."),
    ("people", "sc:Integer", "Different people who emitted it, rounded down to a ladder."),
    ("occurrences", "sc:Integer", "How often, after caps, rounded down to two significant digits."),
)
_PARQUET: Final = "application/x-parquet"
_SPLIT: Final = r"^(train|validation|test)-.*\.parquet$"
r"""Of a file's name. To filter by split, `mlcroissant` puts the wanted one in place of the group and reads the rest as a
glob, in which `.*` has a meaning and `\d+` has none."""
_TERMS: Final = (
    "citeAs column equivalentProperty extract field fileObject fileProperty fileSet format includes isLiveDataset jsonPath "
    "key md5 parentField path recordSet references regex repeated replace samplingRate separator source subField transform"
)
_CONTEXT: Final[dict[str, Any]] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "rai": "http://mlcommons.org/croissant/RAI/",
    "sc": "https://schema.org/",
    **{term: f"cr:{term}" for term in _TERMS.split()},
}
"""The context that Croissant 1.0 recommends."""


def render_croissant(versions: Iterable[Version]) -> bytes:
    """The file, for these versions; withdrawn ones are not in it."""
    live = [version for version in versions if version.files]
    sets = {"default": [path for version in live for path in version.paths("sequences")]}
    for version in live:
        sets[version.name] = version.paths("sequences")
        sets[f"{version.name}-actions"] = version.paths("actions")
    sets = {name: paths for name, paths in sets.items() if paths}
    objects = [_file_object(file) for version in live for file in version.files]
    content: dict[str, Any] = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": NAME,
        "description": DESCRIPTION,
        "license": LICENSE,
        "url": ".",
        "citeAs": citation(live),
        "keywords": list(KEYWORDS),
        "version": card_version(live),
        "distribution": objects + [_file_set(name, paths) for name, paths in sets.items()],
        "recordSet": [_record_set(name) for name in sets],
    }
    if live:
        content["datePublished"] = live[-1].name
    return orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _file_object(file: dict[str, Any]) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": file["path"],
        "name": file["path"],
        "contentUrl": file["path"],
        "encodingFormat": _PARQUET,
        "sha256": file["sha256"],
    }


def _file_set(name: str, includes: list[str]) -> dict[str, Any]:
    return {
        "@type": "cr:FileSet",
        "@id": f"files-of-{name}",
        "name": f"files-of-{name}",
        "description": f"The Parquet files of {name}, below the folder that holds this file.",
        "encodingFormat": _PARQUET,
        "includes": includes,
    }


def _record_set(name: str) -> dict[str, Any]:
    def field(column: str, kind: str, description: str, extract: dict[str, Any]) -> dict[str, Any]:
        return {
            "@type": "cr:Field",
            "@id": f"{name}/{column}",
            "name": column,
            "description": description,
            "dataType": kind,
            "source": {"fileSet": {"@id": f"files-of-{name}"}, **extract},
        }

    fields = [
        field(column, kind, description, {"extract": {"column": column}})
        for column, kind, description in _FIELDS
    ]
    fields[0]["repeated"] = True
    by_name = {"extract": {"fileProperty": "filename"}, "transform": {"regex": _SPLIT}}
    fields.append(field("split", "sc:Text", "train, validation or test, by a hash of the sequence.", by_name))
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": "All live versions' sequences." if name == "default" else f"Version {name}.",
        "field": fields,
    }
