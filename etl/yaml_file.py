"""Read a YAML file that a person wrote: strictly, so that no setting is lost, and with errors that say where.

A plain word stays the text that was written: `on`, `no`, `1e3`, `010`, `12:30` and dates are words of logs before they are
anything else. Whoever needs a number, a date or a yes makes it of the text. Only null is read (YAML 1.2, failsafe schema
and null), and inside a list not even that.
"""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path
from typing import Any, Final

import yaml

from etl.errors import ConfigError

_NULL: Final = "tag:yaml.org,2002:null"
_TEXT: Final = "tag:yaml.org,2002:str"


class _Strict(yaml.SafeLoader):
    """A key given twice is an error; a key or a list's item `null` is the word, as mappings use it."""

    yaml_implicit_resolvers = {  # noqa: RUF012 (PyYAML looks them up on the class)
        first: [(tag, pattern) for tag, pattern in known if tag in (_NULL, "tag:yaml.org,2002:merge")]
        for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_sequence(self, node: yaml.SequenceNode, deep: bool = False) -> list[Any]:
        for item in node.value:
            if item.tag == _NULL and item.value:
                item.tag = _TEXT
        return super().construct_sequence(node, deep)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.MarkedYAMLError(problem="a name that is no text", problem_mark=key.start_mark)
            if key.value in seen:
                raise yaml.MarkedYAMLError(problem="the same key twice", problem_mark=key.start_mark)
            seen.add(key.value)
            if key.tag == _NULL:
                key.tag = _TEXT
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
