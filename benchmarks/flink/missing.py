"""What is needed and is not to be had on this machine: a reason to skip, not a failure."""

from __future__ import annotations


class Missing(Exception):  # noqa: N818  (it says what is missing, not what went wrong)
    """Its text says what is missing, for a person."""
