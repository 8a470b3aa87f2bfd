"""Read the names file: one name a line that must not remain in any token. A file that is wrong anywhere is refused whole.

No message says where the file is or what it holds: its name may be a customer's.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from etl.errors import ConfigError
from transforms.name_forms import can_be_found

MAX_BYTES: Final = 16 << 20
_SHOWN: Final = 5


def load_names(path: Path) -> list[str]:
    """The names, in the order of the file; empty lines are passed over.

    Raises:
        ConfigError: unreadable, too large, not UTF-8, without a name, or with lines that cannot be looked for.
    """
    try:
        with open(path, "rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError(f"the names file (--names) cannot be read: {error.strerror or 'no file'}") from None
    if len(data) > MAX_BYTES:
        raise ConfigError(
            f"the names file (--names) is larger than {MAX_BYTES >> 20} MiB; is it a list of names?"
        )
    try:
        lines = re.split(r"\r\n|\r|\n", data.decode("utf-8-sig"))  # a name may hold other breaks
    except UnicodeDecodeError:
        raise ConfigError(
            "the names file (--names) is not UTF-8; save it as UTF-8, one name a line"
        ) from None
    names = {number: line.strip() for number, line in enumerate(lines, start=1) if line.strip()}
    if not names:
        raise ConfigError("the names file (--names) holds no name; leave --names out if there is none")
    unfit = [number for number, name in names.items() if not can_be_found(name)]
    if unfit:
        shown = ", ".join(map(str, unfit[:_SHOWN])) + (" …" if len(unfit) > _SHOWN else "")
        raise ConfigError(
            f"the names file (--names): {len(unfit):,} lines hold no name that could be looked for (line {shown}): it takes "
            "2 letters or 5 digits, and at most 64 characters"
        )
    return list(names.values())
