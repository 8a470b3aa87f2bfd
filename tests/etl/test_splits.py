"""No sequence is in two splits, over all the versions of a registry: who trains on one has not seen another's test."""

from __future__ import annotations

from collections import defaultdict
from pathlib import PurePosixPath

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.etl.registries import Folder, many
from transforms.records import SPLITS

ACTION = st.sampled_from([f"{verb} {noun}" for verb in ("open", "save", "click") for noun in "abcdefgh"])
RECORDS = st.dictionaries(
    st.lists(ACTION, min_size=1, max_size=4).map(tuple), st.integers(10, 99), max_size=60
)


def splits_of(folder: Folder) -> dict[tuple[str, ...], set[str]]:
    """Sequence → the splits that it is in, in all versions and kinds, as the files say."""
    found: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for version in folder.versions():
        for file in version.files:
            split = PurePosixPath(file["path"]).name.split("-")[0]
            table = pq.read_table(pa.BufferReader(folder.read(file["path"])))
            for actions in table.column("actions").to_pylist():
                found[tuple(actions)].add(split)
    return found


def test_shared_sequences_are_there_to_leak(tmp_path):
    """All three splits have sequences that two versions share, and rows around them differ."""
    folder = Folder(tmp_path / "registry")
    folder.publish("2026-11-01", many("open", 200))
    folder.publish("2026-11-02", many("open", 200) | many("save", 100))
    found = splits_of(folder)
    assert set.union(*(found[row] for row in many("open", 200))) == set(SPLITS)
    assert all(len(splits) == 1 for splits in found.values())


@settings(max_examples=15, deadline=None, phases=[Phase.explicit, Phase.generate])  # shrinking takes minutes
@given(st.lists(RECORDS, min_size=2, max_size=4))
def test_no_sequence_straddles_two_splits(tmp_path_factory, nights):
    folder = Folder(tmp_path_factory.mktemp("splits") / "registry")
    for at, records in enumerate(nights):
        folder.publish(f"2026-11-{at + 1:02}", records)
    found = splits_of(folder)
    assert found.keys() == {row for records in nights for row in records}
    assert all(len(splits) == 1 for splits in found.values())
