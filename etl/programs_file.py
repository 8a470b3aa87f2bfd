"""Read a steward's own programs that take secrets. A file that is wrong anywhere is refused whole."""

from __future__ import annotations

from pathlib import Path

import yaml
from pydantic import ValidationError

from etl.config import problems_of
from etl.errors import ConfigError
from transforms.rules.programs import ENTRIES, Programs, load_programs


def read_programs(path: Path | None) -> Programs | None:
    """The table of the package with what a file adds; None: no file is given, and the package's own is meant.

    Raises:
        ConfigError: the file cannot be read, or is no such table.
    """
    if path is None:
        return None
    try:
        entries = yaml.safe_load(path.read_text(encoding="utf-8"))
        return load_programs(ENTRIES.validate_python(entries))
    except OSError as error:
        raise ConfigError(
            f"the file of programs (programs) cannot be read: {error.strerror or 'no file'}"
        ) from None
    except (UnicodeDecodeError, yaml.YAMLError):
        raise ConfigError("the file of programs (programs) is no YAML in UTF-8: a list of entries") from None
    except ValidationError as error:
        told = "\n".join(f"  - {line}" for line in problems_of(error))
        raise ConfigError(f"the file of programs (programs) cannot be used:\n{told}") from None
