"""Each expectation of the release gate fails on its own fault, and on nothing else; and no action is ever shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

from expectations.gates import run_release_gate, verdict
from tests.expectations.worlds import POLICY, ROWS, good_splits, release_of
from transforms.schemas import RELEASE

Splits = dict[str, pa.Table]
SECRET = "hunter2@example.org"


def put(column: str, value: Any, *, split: str = "sequences/train") -> Callable[[Splits], Splits]:
    """A fault: one value of the first record of a split."""

    def seed(splits: Splits) -> Splits:
        table = splits[split]
        values = [value, *table.column(column).to_pylist()[1:]]
        schema = pa.schema([field.with_nullable(True) for field in table.schema])
        schema = schema.set(0, pa.field("actions", pa.list_(pa.string())))
        columns = {name: table.column(name).to_pylist() for name in RELEASE.names} | {column: values}
        return {**splits, split: pa.table(columns, schema=schema)}

    return seed


def extra_column(splits: Splits) -> Splits:
    return {
        name: table.append_column("person", pa.array([SECRET] * len(table))) for name, table in splits.items()
    }


def wrong_type(splits: Splits) -> Splits:
    wide = pa.schema([field.with_type(pa.int64()) if field.name == "people" else field for field in RELEASE])
    return {name: table.cast(wide) for name, table in splits.items()}


def again(name: str, source: str) -> Callable[[Splits], Splits]:
    """A fault: the first record of one split stands in another, or in the same, once more."""
    return lambda splits: {**splits, name: pa.concat_tables([splits[name], splits[source].slice(0, 1)])}


def swapped(splits: Splits) -> Splits:
    mixed = pa.concat_tables([splits["sequences/train"], splits["actions/train"]])
    return {"sequences/train": mixed, "sequences/test": splits["sequences/test"]}


SEEDS: dict[str, Callable[[Splits], Splits]] = {
    "schema_faults: a column too many": extra_column,
    "schema_faults: another type": wrong_type,
    "nulls: an action": put("actions", ["open mail", None, "send"]),
    "nulls: a count": put("people", None),
    "records_of_wrong_kind: single actions among sequences": swapped,
    "people_at_least_k": put("people", 7),
    "people_on_ladder": put("people", 31),
    "occurrences_at_least_people": put("occurrences", 29),
    "occurrences_rounded": put("occurrences", 121),
    "length_is_number_of_actions": put("length", 4),
    "actions_not_blank: empty": put("actions", ["open mail", "", "send"]),
    "actions_not_blank: a wide space": put("actions", ["open mail", "\u3000", "send"]),
    "actions_without_control_characters: a line break": put("actions", ["open mail", "a\nb", "send"]),
    "actions_without_control_characters: C1": put("actions", ["open mail", "a\x85b", "send"]),
    "actions_without_control_characters: bidi": put("actions", ["open mail", "a\u202eb", "send"]),
    "actions_without_control_characters: level joint": put("actions", ["open mail", "a\x1fb", "send"]),
}
APART: dict[str, Callable[[Splits], Splits]] = {
    "records_unplaced: one left out": lambda splits: {
        **splits,
        "actions/train": splits["actions/train"].slice(1),
    },
    "records_unplaced: another count": put("occurrences", 130),
    "records_in_two_splits": again("sequences/test", "sequences/train"),
    "records_in_two_splits: twice in one": again("sequences/test", "sequences/test"),
}
"""Faults in the files alone: the release table stays as it was."""


def whole(splits: Splits) -> pa.Table:
    return pa.concat_tables(splits.values(), promote_options="permissive")


def run(
    release: pa.Table | None, splits: Splits, *, policy: dict[str, Any] = POLICY, **verification: Any
) -> Any:
    records = release.num_rows if release is not None else 0
    return run_release_gate(release, splits, policy, {"records": records, "violations": {}, **verification})


def failing(checks: Any) -> list[str]:
    return [check.name for check in checks if not check.success]


def test_a_release_without_a_fault_passes_all() -> None:
    checks = run(whole(good_splits()), good_splits())
    assert failing(checks) == []
    assert {check.severity for check in checks} == {"critical"}
    assert len(checks) == 18


@pytest.mark.parametrize("fault", SEEDS)
def test_a_fault_fails_exactly_its_check(fault: str) -> None:
    splits = SEEDS[fault](good_splits())
    # A table of the release as it lies in memory: what stands in the files, put together.
    assert failing(run(whole(splits), splits)) == [fault.partition(":")[0]]


@pytest.mark.parametrize("fault", APART)
def test_a_fault_of_the_files_alone_is_found(fault: str) -> None:
    assert failing(run(whole(good_splits()), APART[fault](good_splits()))) == [fault.partition(":")[0]]


def test_a_record_too_long() -> None:
    rows = [*ROWS[:3], ([f"step {n}" for n in range(13)], 10, 10)]
    assert failing(run(release_of(rows), {"sequences/train": release_of(rows)})) == ["length_within_limits"]


def test_a_record_twice() -> None:
    splits = {"sequences/train": release_of(ROWS[:3])}
    release = release_of([*ROWS[:3], ROWS[0]])
    assert failing(run(release, splits)) == ["records_unique"]


def test_equal_text_cut_otherwise_is_another_record() -> None:
    rows = [(["a b", "c"], 10, 10), (["a", "b c"], 10, 10), (["a b c"], 10, 10)]
    splits = {"sequences/train": release_of(rows[:2]), "actions/train": release_of(rows[2:])}
    assert failing(run(whole(splits), splits)) == []


def test_the_verifier_is_heard() -> None:
    release, splits = whole(good_splits()), good_splits()
    assert failing(run(release, splits, violations={"support_below_k": 1})) == ["violations"]
    assert failing(run(release, splits, records=5)) == ["records_checked"]
    assert failing(run(None, {}, records=1)) == ["records_checked"]
    assert failing(run(None, {}, violations={"sessions_overlap": 2})) == ["violations"]


def test_a_low_k_must_have_been_allowed() -> None:
    release, splits = whole(good_splits()), good_splits()
    assert failing(run(release, splits, policy={**POLICY, "k": 9})) == ["k_allowed"]
    assert failing(run(release, splits, policy={**POLICY, "k": 9, "allow_low_k": True})) == []


@pytest.mark.parametrize("release", [None, RELEASE.empty_table()])
def test_nothing_released_is_valid_and_said(release: pa.Table | None) -> None:
    checks = run(release, {})
    assert verdict(checks) == "published"
    moot = [check.name for check in checks if check.observed == "nothing was released"]
    assert len(moot) == 15
    assert {check.name for check in checks} == {
        check.name for check in run(whole(good_splits()), good_splits())
    }


@pytest.mark.parametrize("column", RELEASE.names)
def test_a_missing_column_never_passes(column: str) -> None:
    splits = {name: table.drop_columns([column]) for name, table in good_splits().items()}
    checks = run(whole(splits), splits)
    assert "schema_faults" in failing(checks)
    unmeasured = [check for check in checks if check.observed == "could not be measured"]
    assert unmeasured
    assert not any(check.success for check in unmeasured)


@pytest.mark.parametrize("column", RELEASE.names)
def test_two_columns_of_one_name_never_pass(column: str) -> None:
    splits = {
        name: table.append_column(column, table.column(column)) for name, table in good_splits().items()
    }
    assert "schema_faults" in failing(run(pa.concat_tables(splits.values()), splits))


def test_plain_split_names_leave_the_kinds_unknown() -> None:
    splits = {"train": whole(good_splits())}
    checks = {check.name: check for check in run(splits["train"], splits)}
    assert checks["records_of_wrong_kind"].observed == "the files do not say what they hold"


@pytest.mark.parametrize("fault", SEEDS)
def test_no_value_and_no_small_count_is_shown(fault: str, capfd: pytest.CaptureFixture[str]) -> None:
    splits = SEEDS[fault](good_splits())
    text = repr(run(whole(splits), splits)) + "".join(capfd.readouterr())
    for word in ("mail", "send", "hunter2", "build"):
        assert word not in text
    assert "1 of" not in text
    assert "Calculating" not in text


def test_at_any_size_the_gate_is_quick_and_right() -> None:
    rows = [([f"a{n % 300}", f"b{n // 300}"], 10, 12) for n in range(20_000)]
    release = release_of(rows)
    assert failing(run(release, {"sequences/train": release})) == []
    assert failing(run(release, {"sequences/train": release.slice(1)})) == ["records_unplaced"]
