"""pandas: the pyarrow reader file by file, categoricals, one sort, and NumPy for what pandas does group by group."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from pandas.api.types import union_categoricals

from benchmarks.speed.job import ABSENT, BLANK, GAP_US, Task, task


def run(given: Task) -> None:
    """Do the job."""
    events = _events(given)
    events["person"] = events["person"].cat.codes
    words = events["token"].cat.categories.to_numpy(object)
    events["token"] = events["token"].cat.codes
    events = events.sort_values(["person", "time_us"])
    opens = events["person"].ne(events["person"].shift()) | events["time_us"].diff().gt(GAP_US)
    is_action = opens | events["token"].ne(events["token"].shift())
    actions = events[is_action]
    first = np.flatnonzero(opens[is_action])
    tokens = actions["token"].to_numpy(np.int32)
    sessions = pd.DataFrame(
        {
            # A sequence as the bytes of its codes: what can be grouped by without a Python object for each action.
            "sequence": [part.tobytes() for part in np.split(tokens, first[1:])],
            "person": actions["person"].to_numpy()[first],
        }
    )
    shared = sessions.groupby("sequence", sort=False)["person"].agg(people="nunique", occurrences="size")
    shared = shared[shared["people"] >= given.k].reset_index()
    shared["sequence"] = [words[np.frombuffer(key, np.int32)].tolist() for key in shared["sequence"]]
    shared.sort_values("sequence").astype({"people": "int32", "occurrences": "int32"}).to_parquet(
        given.out, index=False
    )


def _events(given: Task) -> pd.DataFrame:
    parts = [_read(path, given) for path in given.files]
    return pd.DataFrame(
        {
            "person": union_categoricals([part["person"] for part in parts]),
            "time_us": np.concatenate([part["time_us"] for part in parts]),
            "token": union_categoricals([part["token"] for part in parts]),
        }
    )


def _read(path: Path, given: Task) -> pd.DataFrame:
    columns = given.columns
    wanted = [columns.person, columns.time, *columns.token]
    if given.is_parquet:
        read = pd.read_parquet(path, columns=wanted, dtype_backend="pyarrow")
    else:
        read = pd.read_json(path, lines=True, engine="pyarrow", dtype_backend="pyarrow")[wanted]
    if given.time_is_text:
        time_us = (
            pd.to_datetime(read[columns.time], format="ISO8601", utc=True).dt.as_unit("us").astype("int64")
        )
    else:
        time_us = read[columns.time] * columns.unit_us
    parts = [read[name].astype("string").fillna(ABSENT) for name in columns.token]
    token = parts[0]
    for part in parts[1:]:
        token = token + BLANK + part
    return pd.DataFrame(
        {
            "person": read[columns.person].astype("category"),
            "time_us": time_us.to_numpy(np.int64),
            "token": token.astype("category"),
        }
    )


if __name__ == "__main__":
    run(task())
