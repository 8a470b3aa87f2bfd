"""Where nobody's name was known, the report says that names are recognised by shape only."""

import pytest

from etl.notes import notes_of
from expectations.report.promises import not_promised

POLICY = {"k": 10, "min_outside_unit": 3, "participation": "none", "names": "none"}


@pytest.mark.parametrize(
    ("changed", "said"),
    [({}, True), ({"names": "given"}, False), ({"participation": "registry"}, False)],
)
def test_names_by_shape_only(changed, said):
    policy = POLICY | changed
    assert ("Names of people" in dict(not_promised(policy, "accounts"))) is said
    notes = notes_of({"k": 10, "policy": policy, "simulated": False})
    assert ("names of people known by shape only" in notes) is said


def test_a_manifest_from_before_names_files_says_it_too():
    policy = {name: value for name, value in POLICY.items() if name != "names"}
    assert "Names of people" in dict(not_promised(policy, "accounts"))
