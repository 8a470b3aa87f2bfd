"""What a gate asks (a rule) and what it answers (a check): a severity and one plain sentence each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

Gate = Literal["input", "release", "version"]
Severity = Literal["critical", "warning"]

NOTHING_RELEASED: Final = "nothing was released"
NOT_MEASURED: Final = "could not be measured"


@dataclass(frozen=True)
class Check:
    """One answer of a gate, fit to be shown to anybody.

    Attributes:
        severity: a failing critical check quarantines the version; a failing warning is shown beside it.
        sentence: what must hold, in words for a steward.
        applicable: False where there was nothing to measure, for instance because nothing was released: neither passed
            nor failed.
        observed: what was found. Numbers only: never a value of the data, no count about fewer than k people.
    """

    gate: Gate
    name: str
    severity: Severity
    success: bool
    sentence: str
    observed: str
    applicable: bool = True


@dataclass(frozen=True)
class Rule:
    """One expectation of a suite.

    Attributes:
        expectation: the name of a Great Expectations class. arguments: what it is built with.
        observed: the text of the check, or how to say how many rows failed.
        moot: why there is nothing to measure, for instance that nothing was released; such a rule is not
            evaluated. None: it is evaluated.
    """

    name: str
    severity: Severity
    sentence: str
    expectation: str
    observed: str | Callable[[int], str]
    arguments: Mapping[str, Any] = field(default_factory=dict)
    moot: str | None = None


def between(column: str, low: float | None, high: float | None) -> dict[str, Any]:
    """Arguments that name a column and its inclusive bounds; None: open on that side."""
    return {"column": column, "min_value": low, "max_value": high}
