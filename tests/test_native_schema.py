import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from etl.simulate import Simulation, simulate
from transforms.mapping import NATIVE

SCHEMA = json.loads((Path(__file__).parents[1] / "docs" / "native-schema.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)

RECORD = {"user_id": "a", "ts": "2026-11-02T09:14:05+01:00", "event_type": "click", "app": "Mail"}


def without(column: str) -> dict[str, object]:
    return {key: value for key, value in RECORD.items() if key != column}


def test_it_is_a_schema_and_names_what_the_native_mapping_reads():
    Draft202012Validator.check_schema(SCHEMA)
    assert set(SCHEMA["properties"]) == set(NATIVE.columns)


@pytest.mark.parametrize("hostile", [False, True])
def test_every_simulated_record_validates_but_those_to_be_rejected(tmp_path, hostile):
    written = simulate(Simulation(events=15_000, people=30, nights=2, hostile=hostile, seed=3), tmp_path)
    broken = 0
    for file in written.files:
        for line in file.read_text(encoding="utf-8").splitlines():
            try:
                record = json.loads(line)
            except json.JSONDecodeError:
                broken += 1
                continue
            # a time in 1970 is a good RFC 3339 time: the range is for the reader to judge
            broken += not VALIDATOR.is_valid(record)
    assert broken <= (20 if hostile else 0)
    assert broken >= (1 if hostile else 0)


@pytest.mark.parametrize(
    "record",
    [
        RECORD,
        {**RECORD, "ts": "2026-11-02T09:14:05.123456-08:00"},
        {**RECORD, "ts": "2026-11-02T09:14:05Z"},
        {**RECORD, "ts": 1793607245123456},
        {**RECORD, "target": None, "unit": None, "event_id": None},
        {**RECORD, "target": "Send", "unit": "Sales 1", "event_id": "7"},
        {**RECORD, "text": "never read", "nested": {"deep": [1]}},
    ],
)
def test_what_is_native(record):
    VALIDATOR.validate(record)


@pytest.mark.parametrize(
    "record",
    [
        *(without(column) for column in RECORD),
        *({**RECORD, column: None} for column in RECORD),
        {**RECORD, "user_id": 7},
        {**RECORD, "user_id": ""},
        {**RECORD, "ts": "2026-11-02T09:14:05"},
        {**RECORD, "ts": "2026-11-02"},
        {**RECORD, "ts": "2026-11-02T09:14:05+518:00"},
        {**RECORD, "ts": "2026-13-02T09:14:05Z"},
        {**RECORD, "ts": 1793607245.5},
        {**RECORD, "ts": -1},
        {**RECORD, "ts": 1793607245},
        {**RECORD, "target": ["Send"]},
        [RECORD],
    ],
)
def test_what_is_not_native(record):
    assert not VALIDATOR.is_valid(record)
