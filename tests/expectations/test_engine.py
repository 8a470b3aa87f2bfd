"""The engine never passes an empty suite, loses an expectation, shows a value or touches the world outside."""

from __future__ import annotations

import logging
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd  # type: ignore[import-untyped, unused-ignore]
import pytest

from expectations import engine
from expectations.engine import Outcome, evaluate, preload
from expectations.gates import verdict
from expectations.metrics import one_row
from expectations.rule import Check, Rule, Severity, between


def rule(name: str, column: str, severity: Severity = "critical") -> Rule:
    return Rule(name, severity, "", "ExpectColumnValuesToBeBetween", "", between(column, 1, None))


def test_outcomes_by_rule() -> None:
    frame = pd.DataFrame({"good": [1, 2], "bad": [0, 1]})
    rules = [rule("fine", "good"), rule("low", "bad"), rule("gone", "no_such_column", "warning")]
    assert evaluate("t", frame, rules) == {
        "fine": Outcome(True, True, 0),
        "low": Outcome(False, True, 1),
        "gone": Outcome(False, False, 0),
    }


def test_empty_suites_and_tables_are_refused() -> None:
    with pytest.raises(ValueError, match="passes everything"):
        evaluate("t", pd.DataFrame({"a": [1]}), [])
    with pytest.raises(ValueError, match="passes everything"):
        evaluate("t", pd.DataFrame({"a": []}), [rule("r", "a")])


def test_a_lost_expectation_is_an_error() -> None:
    # The library keeps one of two equal expectations; whatever the reason, fewer results than rules must not pass.
    with pytest.raises(RuntimeError, match="2 expectations were built"):
        evaluate("t", pd.DataFrame({"a": [1]}), [rule("same", "a"), rule("same", "a")])


def test_a_missing_metric_is_an_error() -> None:
    with pytest.raises(ValueError, match="without a value: b"):
        one_row({"a": 1, "b": float("nan")})


def test_nothing_is_printed_logged_written_or_sent(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    with caplog.at_level(logging.DEBUG):
        evaluate("t", pd.DataFrame({"secret": ["hunter2"] * 3}), [rule("r", "secret"), rule("gone", "x")])
    assert "hunter2" not in caplog.text
    assert capfd.readouterr() == ("", "")
    assert list(tmp_path.rglob("*")) == []


def test_no_failing_value_is_in_a_result(monkeypatch: pytest.MonkeyPatch) -> None:
    results: list[str] = []
    outcome = engine._outcome

    def listen(item: Any) -> Outcome:
        results.append(repr(item.to_json_dict()))
        return outcome(item)

    monkeypatch.setattr(engine, "_outcome", listen)
    assert evaluate("t", pd.DataFrame({"a": [-424_242, 5]}), [rule("r", "a")])["r"].failing == 1
    assert "unexpected_count" in results[0]
    assert "424242" not in results[0]


def test_preload_ends_with_the_library_loaded() -> None:
    thread = preload("there.is.no.such.module", "colorsys")
    thread.join(timeout=120)
    assert not thread.is_alive()
    assert {"colorsys", "great_expectations"} <= sys.modules.keys()


def test_what_no_suite_needs_is_not_loaded() -> None:
    code = (
        "import sys, expectations.engine as engine\n"
        "engine._library()\n"
        "[vars(module) for module in list(sys.modules.values())]\n"
        "assert 'scipy.stats._stats_py' not in sys.modules\n"
        "from scipy import stats\n"
        "assert stats.entropy([1]) == 0"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_gates_import_without_the_heavy_libraries() -> None:
    code = (
        "import sys, expectations.gates, expectations.report\n"
        "assert not {'great_expectations', 'pandas', 'apache_beam'} & sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def check(severity: Severity, success: bool) -> Check:
    return Check("input", "n", severity, success, "", "")


def test_verdict_is_by_severity() -> None:
    good, warned, failed = check("critical", True), check("warning", False), check("critical", False)
    assert verdict([good]) == "published"
    assert verdict([good, warned]) == "published with warnings"
    assert verdict([good, warned, failed]) == "quarantined"
    with pytest.raises(ValueError, match="at least one"):
        verdict([])
