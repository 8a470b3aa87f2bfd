"""What the Hub's client raises, told as our errors: what was asked for, what came, what to do; never the server's text."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from etl.errors import ConfigError, DesirepathError, LockedError, StorageError

_AGAIN = "run again, what has arrived is not sent twice"


@contextmanager
def told(what: str) -> Iterator[None]:
    """Raise what goes wrong while the Hub is asked to do `what` as one of our errors."""
    from huggingface_hub.errors import HfHubHTTPError, HTTPError  # type: ignore[attr-defined]

    try:
        yield
    except DesirepathError:
        raise
    except (HTTPError, OSError, RuntimeError, ValueError) as raised:
        error: BaseException = raised
        while isinstance(error, RuntimeError) and error.__cause__ is not None:
            error = error.__cause__  # an upload in a thread
        status = error.response.status_code if isinstance(error, HfHubHTTPError) else None
        raise _of(what, error, status) from None


def _of(what: str, error: BaseException, status: int | None) -> DesirepathError:
    if status in (401, 403):
        return ConfigError(
            f"the Hub refused to {what} ({status}); check that the token may write to this repository's owner, that it has "
            "not expired, and that --repo is spelled right"
        )
    if status == 404:
        return ConfigError(f"the Hub has nothing to {what} at (404); check --repo and --endpoint")
    if status in (409, 412):
        return LockedError(
            f"somebody else changed the repository meanwhile (the Hub answered {status} when asked to {what}); run again"
        )
    if status is not None:
        return StorageError(f"the Hub answered {status} when asked to {what}; {_AGAIN}")
    if isinstance(error, ValueError):
        return StorageError(
            f"the Hub's answer when asked to {what} is not one that was expected ({type(error).__name__}); check "
            "--endpoint, and whether this huggingface_hub fits it"
        )
    return StorageError(
        f"the connection failed when the Hub was asked to {what} ({type(error).__name__}); check the network and "
        f"--endpoint; {_AGAIN}"
    )
