"""The pseudonym key: from a file, the environment, or made once on this machine; never logged, never in a registry."""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path
from typing import Final

from etl.errors import ConfigError
from transforms.pseudonym import KEY_BYTES

ENVIRONMENT: Final = "DESIREPATH_KEY"


def default_key_file() -> Path:
    """Where a key is made when none is given: the user's configuration folder."""
    base = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(base) / "desirepath" / "key"


def load_key(key_file: Path | None) -> bytes:
    """The 32-byte key: `--key-file`, else the environment, else the user's own, made 0600 if it is not there.

    Raises:
        ConfigError: unreadable, open to others, or not 32 bytes as hex.
    """
    if key_file is not None:
        return _read(key_file)
    if ENVIRONMENT in os.environ:
        return _parse(os.environ[ENVIRONMENT], f"the environment variable {ENVIRONMENT}")
    own = default_key_file()
    if not own.exists():
        try:
            own.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return _read(own)
        except OSError as error:
            raise ConfigError(
                f"no pseudonym key can be made at {own}: {error.strerror}; give one with --key-file or {ENVIRONMENT}"
            ) from None
        with os.fdopen(descriptor, "w") as stream:
            stream.write(secrets.token_hex(KEY_BYTES) + "\n")
    return _read(own)


def _read(path: Path) -> bytes:
    try:
        text = path.read_text("ascii")
        mode = path.stat().st_mode
    except UnicodeDecodeError:
        text, mode = "", 0
    except OSError as error:
        raise ConfigError(f"the key file {path} cannot be read: {error.strerror}") from None
    if mode & 0o077:
        raise ConfigError(f"the key file {path} is open to others: make it yours alone (chmod 600)")
    return _parse(text, f"the key file {path}")


def _parse(text: str, where: str) -> bytes:
    if not re.fullmatch(rf"[0-9a-fA-F]{{{2 * KEY_BYTES}}}", text.strip()):
        raise ConfigError(f"{where} must hold {KEY_BYTES} bytes as {2 * KEY_BYTES} hexadecimal digits")
    return bytes.fromhex(text.strip())
