"""Read a file of accounts, one a line, in canonical spelling. No message says what it holds."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pyarrow as pa

from etl.errors import ConfigError
from transforms.account import canonical

MAX_BYTES: Final = 16 << 20


def read_accounts(path: Path) -> pa.Array:
    """The accounts: string, canonical, each once, in the order of the file; empty lines are passed over.

    Raises:
        ConfigError: as `read_account_lines`.
    """
    return read_account_lines(path).column("account").combine_chunks().unique()


def read_account_lines(path: Path) -> pa.Table:
    """The lines that name an account: `line` (int64, from 1), `written` (string), `account` (string, canonical).

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
        lines = re.split(r"\r\n|\r|\n", data.decode("utf-8-sig"))  # a name may hold other breaks
    except UnicodeDecodeError:
        raise ConfigError(
            "the file of accounts (--accounts) is not UTF-8; save it as UTF-8, one account a line"
        ) from None
    written = pa.array(lines, pa.string())
    table = pa.table(
        {
            "line": pa.array(range(1, len(lines) + 1), pa.int64()),
            "written": written,
            "account": canonical(written),
        }
    )
    table = table.filter(table.column("account").is_valid())
    if table.num_rows == 0:
        raise ConfigError("the file of accounts (--accounts) names no account")
    return table
