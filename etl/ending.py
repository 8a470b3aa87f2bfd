"""How a run ended, as whoever watches it may know: nothing that is not public."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from etl.errors import DesirepathError, QuarantinedError

BUG, INTERRUPTED = 70, 130


@dataclass(frozen=True)
class Ending:
    """The end of one run.

    `began`, `ended`: seconds since 1970. `manifest`: the public one; None: the run failed. `gates`: also of a version that
    was quarantined; empty: the run did not get there.
    """

    exit_code: int
    began: float
    ended: float
    stage_seconds: dict[str, float] = field(default_factory=dict)
    manifest: dict[str, Any] | None = None
    gates: list[dict[str, Any]] = field(default_factory=list)
    is_dry: bool = False

    @property
    def seconds(self) -> float:
        """How long the run took."""
        return self.ended - self.began

    @property
    def is_success(self) -> bool:
        """Whether the night is in the registry now."""
        return self.exit_code == 0 and not self.is_dry


def exit_code_of(error: BaseException | None, *, interrupted: bool = False) -> int:
    """The exit code that a run ends with when this is raised; None: nothing was."""
    if error is None:
        return 0
    if isinstance(error, DesirepathError):
        return error.exit_code
    return INTERRUPTED if interrupted or isinstance(error, KeyboardInterrupt) else BUG


def gates_of(error: BaseException | None) -> list[dict[str, Any]]:
    """The checks of a version that was quarantined."""
    return error.gates if isinstance(error, QuarantinedError) else []
