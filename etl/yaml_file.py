"""Read a YAML file that a person wrote: strictly, so that no setting is lost, and with errors that say where."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

from etl.errors import ConfigError


class _Strict(yaml.SafeLoader):
    """A key given twice is an error; a key `null` is the word, as mappings use it."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.MarkedYAMLError(problem="a name that is no text", problem_mark=key.start_mark)
            if key.value in seen:
                raise yaml.MarkedYAMLError(problem="the same key twice", problem_mark=key.start_mark)
            seen.add(key.value)
            if key.tag == "tag:yaml.org,2002:null":
                key.tag = "tag:yaml.org,2002:str"
        return super().construct_mapping(node, deep)


def read_yaml(path: Path, what: str) -> dict[str, Any]:
    """The settings in a file.

    Args:
        what: what the file is, for messages: `the mapping`.

    Raises:
        ConfigError: unreadable, not YAML (with the line), or not settings.
    """
    try:
        values = yaml.load(path.read_text("utf-8"), _Strict)
    except OSError as error:
        raise ConfigError(f"{what} {path} cannot be read: {error.strerror}") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" (line {mark.line + 1})" if mark is not None else ""
        raise ConfigError(
            f"{what} {path} is not YAML{where}: {getattr(error, 'problem', None) or 'unreadable'}"
        ) from None
    except (ValueError, RecursionError):  # not UTF-8, too deep, or a date that does not exist
        raise ConfigError(
            f"{what} {path} is not YAML: it is no UTF-8, is nested too deeply, or holds a date that does not exist"
        ) from None
    if not isinstance(values, dict):
        raise ConfigError(f"{what} {path} must hold settings: one `name: value` a line")
    return values
