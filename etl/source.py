"""Which mapping reads the input: a file, the native schema, or whichever is recognised."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import orjson
from pydantic import ValidationError

from etl.compression import BrokenStreamError
from etl.config import problems_of
from etl.errors import ConfigError, InputError
from etl.inputs import InputFile, find_inputs
from etl.read_parquet import open_parquet
from etl.read_stream import open_binary, utf8_chunks
from etl.yaml_file import read_yaml
from transforms.content_columns import ContentTable, ContentWords, load_content_words
from transforms.mapping import NATIVE, Mapping

NATIVE_COLUMNS: Final = frozenset({"user_id", "ts", "event_type", "app"})
_HEAD_BYTES: Final = 1 << 16


def load_mapping(
    source: str, patterns: tuple[str, ...], date: str | None, *, content: Path | None = None
) -> Mapping:
    """The mapping that `--source` names: `native`, `auto`, or a mapping file.

    Args:
        content: a steward's own words for columns of content; None: those of the package alone.

    Raises:
        ConfigError: no such mapping file, or not a mapping. InputError: `auto` does not recognise the input.
    """
    if source == "native":
        return NATIVE
    if source == "auto":
        return _recognise(patterns, date)
    return read_mapping(Path(source), content=content)


def read_content_words(path: Path | None) -> ContentWords:
    """The words that say content: those of the package, and those of a steward's file of the same form.

    Raises:
        ConfigError: the file cannot be read, or is not such a table.
    """
    if path is None:
        return load_content_words()
    try:
        return load_content_words(ContentTable.model_validate(read_yaml(path, "the file of content columns")))
    except (ValidationError, re.error) as error:
        lines = (
            problems_of(error)
            if isinstance(error, ValidationError)
            else ["a pattern is no regular expression"]
        )
        told = "\n".join(f"  - {line}" for line in lines)
        raise ConfigError(f"the file of content columns (content_columns) cannot be used:\n{told}") from None


def read_mapping(path: Path, *, content: Path | None = None) -> Mapping:
    """Read a mapping file.

    Args:
        content: a steward's own words for columns of content; None: those of the package alone.
    """
    if not path.exists():
        raise ConfigError(
            f"--source {path}: no such mapping file; give native, auto, or the path of a mapping (YAML)"
        )
    values = read_yaml(path, "the mapping")
    if "delimiter" in values and values["delimiter"] is None:
        raise ConfigError(
            f"the mapping {path} says that the delimiter is null: leave it out, or quote the character ('~')"
        )
    try:
        return Mapping.model_validate(values, context=read_content_words(content))
    except ValidationError as error:
        raise ConfigError(
            "\n".join(
                [f"the mapping {path} cannot be used:", *(f"  - {line}" for line in problems_of(error))]
            )
        ) from None


def _recognise(patterns: tuple[str, ...], date: str | None) -> Mapping:
    for file in find_inputs(patterns, NATIVE, date=date):
        if file.size_bytes == 0:
            continue
        if file.format == "parquet":
            with open_binary(file.path) as handle:
                columns = set(open_parquet(file.path, handle).schema_arrow.names)
        elif file.format == "jsonl":
            columns = _first_keys(_head(file))
        else:
            columns = set()
        if columns >= NATIVE_COLUMNS:
            return NATIVE
        break
    raise InputError(
        "--source auto recognises the native schema only (records with user_id, ts, event_type and app), and this is "
        "something else: describe it with a mapping file (--source mapping.yaml; examples/mappings has some)"
    )


def _head(file: InputFile) -> bytes:
    head = b""
    with open_binary(file.path) as handle:
        try:
            for chunk in utf8_chunks(handle, file.compression, "utf-8"):
                head += chunk
                if len(head) >= _HEAD_BYTES:
                    break
        except BrokenStreamError:
            pass  # whoever reads the file meets it again, and rejects what is broken
    return head


def _first_keys(head: bytes) -> set[str]:
    for line in head.removeprefix(b"\xef\xbb\xbf").splitlines():
        try:
            record = orjson.loads(line)
        except orjson.JSONDecodeError:
            continue
        if isinstance(record, dict):
            return set(record)
    return set()
