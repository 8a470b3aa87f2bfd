"""People held out, and their sessions as a run sees them."""

from __future__ import annotations

import gzip
import json

import pytest

from benchmarks.utility.hold_out import hold_out, is_held_out
from benchmarks.utility.sessions import catalogue, read_sessions
from etl.errors import InputError
from transforms.mapping import NATIVE, Mapping


def record(account, second, event_type, target="send"):
    ts = f"2026-11-22T08:{second // 60:02}:{second % 60:02}Z"
    return {"user_id": account, "ts": ts, "event_type": event_type, "app": "Mail", "target": target}


def lines(records):
    return "".join(json.dumps(one) + "\n" for one in records).encode()


def test_every_record_is_in_one_part_and_every_account_too(tmp_path):
    accounts = [f"account-{number}" for number in range(60)]
    records = [record(account, second, "click") for second in range(3) for account in accounts]
    (tmp_path / "one.jsonl").write_bytes(lines(records[:100]))
    (tmp_path / "two.jsonl.gz").write_bytes(gzip.compress(lines(records[100:])))
    patterns = [str(tmp_path / "*.jsonl*")]
    held = []
    for tenth in range(10):
        parts = hold_out(patterns, NATIVE, tmp_path / str(tenth), tenth=tenth)
        found = [
            [
                json.loads(line)
                for path in sorted(part.iterdir())
                for line in path.read_text("utf-8").splitlines()
            ]
            for part in (parts.train, parts.test)
        ]
        people = [{one["user_id"] for one in part} for part in found]
        assert not people[0] & people[1]
        assert parts.accounts == (len(people[0]), len(people[1]))
        assert sorted(map(str, found[0] + found[1])) == sorted(map(str, records))
        held += people[1]
    assert sorted(held) == sorted(accounts)  # each in one tenth


def test_spellings_of_an_account_are_one(tmp_path):
    account = next(name for name in (f"anna-{n}" for n in range(99)) if is_held_out(name, tenth=0))
    (tmp_path / "one.jsonl").write_bytes(
        lines([record(account, 0, "click"), record(f" {account}", 1, "key")])
    )
    parts = hold_out([str(tmp_path / "*.jsonl")], NATIVE, tmp_path / "parts", tenth=0)
    assert (parts.train / "one.jsonl").read_bytes() == b""
    assert len((parts.test / "one.jsonl").read_bytes().splitlines()) == 2


def test_other_logs_are_refused(tmp_path):
    spec = NATIVE.model_dump(by_alias=True) | {"format": "csv"}
    with pytest.raises(InputError, match="JSONL"):
        hold_out([str(tmp_path)], Mapping.model_validate(spec), tmp_path / "parts", tenth=0)


def test_sessions_have_every_level_and_no_repeats(tmp_path):
    records = [
        record("p", 0, "click"),
        record("p", 1, "click"),
        record("p", 2, "key"),
        record("p", 3, "click"),
    ]
    records += [record("p", 4 + 1801, "key"), record("q", 5, "click", "junk")]
    (tmp_path / "one.jsonl").write_bytes(lines(records))
    found = read_sessions("small", str(tmp_path), NATIVE)
    click = ("click Mail send", "click Mail ↑1", "click ↑2")
    key = ("key Mail send", "key Mail ↑1", "key ↑2")
    junk = ("click Mail junk", "click Mail ↑1", "click ↑2")
    assert sorted(found) == sorted([[click, key, click], [key], [junk]])
    actions, (same,) = catalogue(found)
    assert (actions, same) == (sorted([click, key, junk]), found)


def test_a_finest_name_is_one_action_of_the_catalogue():
    one, other = ("a", "x ↑1"), ("a", "y ↑1")
    assert catalogue([[one, other]], [[other]]) == ([one], [[[one, one]], [[one]]])
