"""The keys of a registry: from a file, the environment, or made once on this machine; never logged, never in a registry.

The pseudonym key makes digests of identifiers; the pool key seals what waits. Whoever holds one of them alone can neither
read what waits nor try names against it.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from pathlib import Path
from typing import Final, NamedTuple

from etl.errors import ConfigError
from transforms.pseudonym import KEY_BYTES


class Kind(NamedTuple):
    """One of the keys: what it is called, and where it is looked for."""

    title: str
    flag: str
    environment: str
    file_name: str


PSEUDONYM_KEY: Final = Kind("pseudonym key", "--key-file", "DESIREPATH_KEY", "key")
POOL_KEY: Final = Kind("pool key", "--pool-key-file", "DESIREPATH_POOL_KEY", "pool-key")


class Keys(NamedTuple):
    """Both keys of a registry."""

    pseudonym: bytes
    pool: bytes


def load_keys(key_file: Path | None, pool_key_file: Path | None) -> Keys:
    """Both keys.

    Raises:
        ConfigError: either cannot be used, or they are one key.
    """
    keys = Keys(load_key(key_file), load_pool_key(pool_key_file))
    if keys.pseudonym == keys.pool:
        raise ConfigError(
            "the pool key and the pseudonym key are the same: whoever could read what waits could then also try names "
            f"against it; give two ({PSEUDONYM_KEY.flag}, {POOL_KEY.flag})"
        )
    return keys


def load_key(key_file: Path | None) -> bytes:
    """The 32-byte pseudonym key: `--key-file`, else the environment, else the user's own, made 0600 if it is not there.

    Raises:
        ConfigError: unreadable, open to others, or not 32 bytes as hex.
    """
    return _load(PSEUDONYM_KEY, key_file)


def load_pool_key(file: Path | None) -> bytes:
    """The 32-byte pool key: `--pool-key-file`, else the environment, else the user's own, made 0600 if it is not there.

    Raises:
        ConfigError: unreadable, open to others, or not 32 bytes as hex.
    """
    return _load(POOL_KEY, file)


def read_key_file(kind: Kind, path: Path) -> bytes:
    """The key in a file.

    Raises:
        ConfigError: unreadable, open to others, or not 32 bytes as hex.
    """
    try:
        text = path.read_text("ascii")
        mode = path.stat().st_mode
    except UnicodeDecodeError:
        text, mode = "", 0
    except OSError as error:
        raise ConfigError(f"the {kind.title}'s file {path} cannot be read: {error.strerror}") from None
    if mode & 0o077:
        raise ConfigError(
            f"the {kind.title}'s file {path} is open to others: make it yours alone (chmod 600)"
        )
    return _parse(text, f"the {kind.title}'s file {path}")


def default_file(kind: Kind) -> Path:
    """Where a key is made when none is given: the user's configuration folder."""
    base = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(base) / "desirepath" / kind.file_name


def _load(kind: Kind, file: Path | None) -> bytes:
    if file is not None:
        return read_key_file(kind, file)
    if kind.environment in os.environ:
        return _parse(os.environ[kind.environment], f"the environment variable {kind.environment}")
    own = default_file(kind)
    if not own.exists():
        _make(kind, own)
    return read_key_file(kind, own)


def _make(kind: Kind, own: Path) -> None:
    """Make a fresh key for its owner only; where another process made one meanwhile, that one stands."""
    partial = own.with_name(f".{own.name}.{secrets.token_hex(4)}.partial")
    try:
        own.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
            stream.write(secrets.token_hex(KEY_BYTES) + "\n")
            stream.flush()
            os.fsync(stream.fileno())  # what is sealed under a key that a power cut takes away is lost
        with contextlib.suppress(FileExistsError):
            os.link(partial, own)
    except OSError as error:
        raise ConfigError(
            f"no {kind.title} can be made at {own}: {error.strerror}; give one with {kind.flag} or {kind.environment}"
        ) from None
    finally:
        with contextlib.suppress(OSError):
            partial.unlink()


def _parse(text: str, where: str) -> bytes:
    if not re.fullmatch(rf"[0-9a-fA-F]{{{2 * KEY_BYTES}}}", text.strip()):
        raise ConfigError(f"{where} must hold {KEY_BYTES} bytes as {2 * KEY_BYTES} hexadecimal digits")
    return bytes.fromhex(text.strip())
