"""Great Expectations, quietly: rules against one small table, in memory, with no value of the table in any result.

The library's pitfalls are met here once: one asset a batch, as several batches on one asset keep one result; the
number of results is compared with the number of rules, as a suite that lost its expectations passes; results carry
counts and no rows. The tables hold counts and codes, never an action, so nothing could leak even so.
"""

from __future__ import annotations

import importlib
import importlib.util
import logging
import sys
import threading
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from expectations.rule import Rule

if TYPE_CHECKING:
    import pandas as pd  # type: ignore[import-untyped, unused-ignore]

RESULT_FORMAT: Final = {"result_format": "SUMMARY", "partial_unexpected_count": 0}


class Outcome(NamedTuple):
    """What one expectation found. `failing`: rows that do not meet it, 0 where it looks at a whole column."""

    success: bool
    measured: bool
    failing: int


def preload(*others: str) -> threading.Thread:
    """Start importing the heavy libraries beside the work (2 to 3 s); the thread ends by itself.

    Python locks imports module by module: whoever needs the library earlier waits for the same import.

    Args:
        others: modules that are needed as well.
    """
    thread = threading.Thread(target=_preload, args=others, name="preload-great-expectations", daemon=True)
    thread.start()
    return thread


def _preload(*others: str) -> None:
    # What fails here fails again, and is told, where the library is needed; a run that ends early needs it no more.
    loads: list[Callable[[], object]] = [partial(importlib.import_module, name) for name in others]
    for load in [*loads, _library]:
        with suppress(Exception):
            load()


def evaluate(name: str, frame: pd.DataFrame, rules: Sequence[Rule]) -> dict[str, Outcome]:
    """Evaluate the rules against the frame.

    Args:
        name: of the suite. frame: at least one row. rules: at least one, none of them moot, names distinct.

    Returns:
        rule name → outcome. An expectation that could not be evaluated has failed.

    Raises:
        RuntimeError: a rule was lost on the way, or a severity: the result cannot be trusted.
    """
    if not rules or frame.empty:
        raise ValueError("an empty suite or an empty table passes everything: give rules and rows")
    library = _library()
    batch = _quiet_context(library).data_sources.add_pandas(name).add_dataframe_asset(name)
    batch = batch.add_batch_definition_whole_dataframe(name).get_batch(batch_parameters={"dataframe": frame})
    suite = library.ExpectationSuite(name=name, expectations=[_built(library, rule) for rule in rules])
    result = batch.validate(suite, result_format=RESULT_FORMAT)
    outcomes = {item.expectation_config.meta["rule"]: _outcome(item) for item in result.results}
    evaluated = result.statistics["evaluated_expectations"]
    if not evaluated == len(result.results) == len(outcomes) == len(rules):
        raise RuntimeError(f"suite {name}: {len(rules)} expectations were built, {evaluated} were evaluated")
    failed = {rule.severity for rule in rules if not outcomes[rule.name].success}
    worst = next((severity for severity in ("critical", "warning") if severity in failed), None)
    gravest = result.get_max_severity_failure()
    if worst != (gravest.value if gravest is not None else None):
        raise RuntimeError(f"suite {name}: the severities of rules and results differ")
    return outcomes


def _library() -> Any:
    _put_off("scipy.stats")
    # It imports a module that Python calls deprecated. The filter is added and left, never restored: restoring
    # filters in one thread undoes what another has set in the meantime.
    warnings.filterwarnings("ignore", message="module 'sre_", category=DeprecationWarning)
    import great_expectations

    logger = logging.getLogger("great_expectations")
    logger.setLevel(logging.CRITICAL)
    # Some of its modules set levels of their own; its messages may hold values, ours never do.
    logger.propagate = False
    return great_expectations


def _put_off(name: str) -> None:
    """Let a module be loaded when something of it is first used (PEP 562).

    The library imports SciPy's statistics for expectations that no suite of ours has, and that alone took 0.7 to 1.2 of its
    2.5 seconds. `importlib.util.LazyLoader` would not do: whoever looks through the modules that are there, as Beam does
    to size what it keeps, makes it load.
    """
    if name in sys.modules or importlib.util.find_spec(name) is None:
        return
    stand_in, alone = ModuleType(name), threading.Lock()

    def load(attribute: str) -> Any:
        with alone:
            if sys.modules.get(name) is stand_in:
                del sys.modules[name]
        return getattr(importlib.import_module(name), attribute)

    vars(stand_in)["__getattr__"] = load
    parent, _, child = name.rpartition(".")
    setattr(sys.modules[parent], child, stand_in)
    sys.modules[name] = stand_in


def _quiet_context(library: Any) -> Any:
    from great_expectations.data_context.types import base

    config = base.DataContextConfig(
        analytics_enabled=False,
        progress_bars=base.ProgressBarsConfig(globally=False),
        store_backend_defaults=base.InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
        data_docs_sites={},
    )
    return library.get_context(mode="ephemeral", project_config=config)


def _built(library: Any, rule: Rule) -> Any:
    return getattr(library.expectations, rule.expectation)(
        **rule.arguments, severity=rule.severity, meta={"rule": rule.name}
    )


def _outcome(item: Any) -> Outcome:
    raised = item.exception_info or {}
    # One exception is a dict of its own; several are a dict of dicts, one a metric.
    measured = not (
        raised.get("raised_exception") or any(isinstance(value, dict) for value in raised.values())
    )
    return Outcome(bool(item.success), measured, int(item.result.get("unexpected_count", 0)))
