"""What waits is read as it is known now: whose it is, whether it may be used, and which names must not be in it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from transforms.gazetteer import Gazetteer
from transforms.participation import ENTRIES, Registry, all_accounts_of, build_registry
from transforms.pseudonym import pseudonyms
from transforms.resume import POOL_FILE, of_people, person_of, resume
from transforms.schemas import EVENTS, POOL, SPENT

KEY = b"k" * 32
NOBODY = pa.array([], pa.binary(16))


def account(name: str) -> bytes:
    return pseudonyms(pa.array([name]), key=KEY)[0].as_py()


def registry(*rows: dict) -> Registry:
    entries = pa.Table.from_pylist([{"status": "participates", **row} for row in rows], schema=ENTRIES)
    return build_registry(entries, person_key=KEY, unit_key=KEY)


def pool(*rows: tuple[str, int, str, int]) -> pa.Table:
    names, times, paths, fragments = zip(*rows, strict=True)
    columns = {
        "account": pa.array([account(name) for name in names], pa.binary(16)),
        "unit": pa.nulls(len(rows), pa.string()).dictionary_encode(),
        "time_us": pa.array(times, pa.int64()),
        "path": pa.array(paths, pa.string()).dictionary_encode(),
        "fragment": pa.array(fragments, pa.int64()),
    }
    return pa.table(columns, schema=POOL)


def test_without_a_registry_an_account_is_a_person():
    resumed = resume(pool(("a", 1, "x", 0), ("b", 2, "y", 1)), registry=None, erased=NOBODY, gazetteer=None)
    assert resumed.events.schema == EVENTS
    assert resumed.events.column("person").to_pylist() == [account("a"), account("b")]
    assert resumed.events.column("file").to_pylist() == [POOL_FILE] * 2
    assert resumed.events.column("position").to_pylist() == [0, 1]
    assert not resumed.purged.any()


def test_whose_it_is_is_found_anew():
    linked = registry({"account": "a", "person": "p"}, {"account": "b", "person": "p"})
    events = resume(
        pool(("a", 1, "x", 0), ("b", 2, "y", 1)), registry=linked, erased=NOBODY, gazetteer=None
    ).events
    assert events.column("person").to_pylist() == [account("p")] * 2
    assert events.column("account").to_pylist() == [account("a"), account("b")]


def test_who_does_not_take_part_any_more_is_purged():
    objected = registry(
        {"account": "a", "person": "a", "recorded_at_us": 1},
        {"account": "a", "person": "a", "status": "objects", "recorded_at_us": 2},
        {"account": "b", "person": "b", "valid_to_us": 3},
    )
    waiting = pool(("a", 1, "x", 0), ("b", 2, "y", 1), ("b", 3, "y", 1), ("unknown", 2, "z", 2))
    resumed = resume(waiting, registry=objected, erased=NOBODY, gazetteer=None)
    assert resumed.events.column("position").to_pylist() == [1]
    assert resumed.purged.tolist() == [True, False, True, True]


def test_who_was_erased_is_purged():
    erased = pa.array([account("a")], pa.binary(16))
    resumed = resume(pool(("a", 1, "x", 0), ("b", 2, "y", 1)), registry=None, erased=erased, gazetteer=None)
    assert resumed.purged.tolist() == [True, False]


def test_every_account_of_who_was_erased():
    linked = registry(*({"account": name, "person": person} for name, person in ("ap", "bp", "cq")))
    erased = all_accounts_of(pa.array([account("a")], pa.binary(16)), linked)
    assert set(erased.to_pylist()) == {account("a"), account("b")}
    assert all_accounts_of(NOBODY, linked).to_pylist() == []


def test_a_name_that_came_to_be_known_is_replaced_and_nothing_else():
    waiting = pool(("a", 1, "open Weatherby\x1fopen ↑ x", 0), ("a", 2, "open mail\x1fopen", 0))
    known = Gazetteer.build(["weatherby"], key=KEY)
    paths = resume(waiting, registry=None, erased=NOBODY, gazetteer=known).events.column("path").to_pylist()
    assert "eatherby" not in "".join(paths)
    assert paths[1] == "open mail\x1fopen"
    before = resume(waiting, registry=None, erased=NOBODY, gazetteer=None).events.column("path").to_pylist()
    assert before == waiting.column("path").to_pylist()


def test_intervals_belong_to_people():
    linked = registry({"account": "a", "person": "p"}, {"account": "b", "person": "p"})
    spent = pa.table(
        [pa.array([account("a"), account("b"), account("c")], pa.binary(16)), [1, 2, 3], [4, 5, 6]],
        schema=SPENT,
    )
    assert of_people(spent, linked).column("person").to_pylist() == [account("p"), account("p"), account("c")]
    assert of_people(spent, None).column("person").to_pylist() == spent.column("account").to_pylist()
    assert person_of(NOBODY, linked).to_pylist() == []


def test_an_empty_pool():
    resumed = resume(
        POOL.empty_table(), registry=None, erased=NOBODY, gazetteer=Gazetteer.build(["x y"], key=KEY)
    )
    assert (resumed.events.num_rows, len(resumed.purged)) == (0, 0)
    assert resumed.events.schema == EVENTS
    assert np.asarray(resumed.purged).dtype == np.bool_
