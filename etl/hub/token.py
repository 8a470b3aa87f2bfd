"""The token that lets us write at the Hub: from a file or the environment, into one header, and nowhere else."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

from etl.errors import ConfigError

VARIABLE: Final = "HF_TOKEN"


def read_token(path: Path | None) -> str | None:
    """The token in this file, else the one of the environment; None: there is none.

    Raises:
        ConfigError: the file cannot be read, or what it holds is no token.
    """
    if path is None:
        found, where = os.environ.get(VARIABLE, "").strip(), VARIABLE
        if not found:
            return None
    else:
        where = "the file of --token-file"
        try:
            found = path.read_text("ascii").strip()
        except (OSError, UnicodeDecodeError):
            raise ConfigError(
                f"{where} cannot be read; give a file that holds the token and nothing else"
            ) from None
    if not re.fullmatch(r"[A-Za-z0-9_.~+/=-]+", found):
        raise ConfigError(f"{where} does not hold a token: letters and digits on one line were expected")
    return found
