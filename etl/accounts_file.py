"""Read a file of accounts, one a line, in canonical spelling. No message says what it holds."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pyarrow as pa

from etl.errors import ConfigError
from transforms.account import canonical

MAX_BYTES: Final = 16 << 20


def read_accounts(path: Path) -> pa.Array:
    """The accounts: string, canonical, each once, in the order of the file; empty lines are passed over.

    Raises:
        ConfigError: unreadable, too large, not UTF-8, or without an account.
    """
    try:
        with open(path, "rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError(
            f"the file of accounts (--accounts) cannot be read: {error.strerror or 'no file'}"
        ) from None
    if len(data) > MAX_BYTES:
        raise ConfigError(f"the file of accounts (--accounts) is larger than {MAX_BYTES >> 20} MiB")
    try:
        lines = data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise ConfigError(
            "the file of accounts (--accounts) is not UTF-8; save it as UTF-8, one account a line"
        ) from None
    accounts = canonical(pa.array(lines, pa.string())).drop_null().unique()
    if len(accounts) == 0:
        raise ConfigError("the file of accounts (--accounts) names no account")
    return accounts
