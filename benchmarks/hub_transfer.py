"""How many bytes the Hub would move between two nights: `python -m benchmarks.hub_transfer`.

The bytes are counted by the Hub's own client (`hf_xet`) against a store in a local folder: the chunks of some 64 KiB that it
cuts, what of them the store has already, and what it compresses and sends of the rest. Nothing leaves the machine.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from etl.parquet import features, writer_options
from transforms.records import record_digest


@dataclass(frozen=True)
class Moved:
    """One upload: how many bytes the files have, and how many the client sent."""

    size_bytes: int
    sent_bytes: int

    @property
    def share(self) -> float:
        """Sent of what there is."""
        return self.sent_bytes / self.size_bytes


def uploads(store: Path, *batches: Iterable[Path]) -> list[Moved]:
    """Send batches of files one after the other to an empty store in a folder."""
    import hf_xet  # type: ignore[import-untyped]

    session, sent = hf_xet.XetSession(), []
    for paths in batches:
        commit = session.new_upload_commit(endpoint=f"local://{store}")
        for path in paths:
            commit.start_upload_file(str(path))
        metrics = commit.wait_to_finish().dedup_metrics
        sent.append(Moved(metrics.total_bytes, metrics.total_bytes_uploaded))
    return sent


def write(rows: pa.Table, path: Path, *, content_defined: bool) -> Path:
    """Write rows as a release writes them, with or without content-defined chunking."""
    chunking = {} if content_defined else {"use_content_defined_chunking": False}
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(rows.cast(features().arrow_schema), path, **{**writer_options(), **chunking})
    return path


def by_hash(rows: pa.Table) -> pa.Table:
    """The rows in the order of a release, equal sequences once."""
    actions = rows.column("actions").to_pylist()
    digests = np.array([record_digest(row) for row in actions], "S32")
    _, first = np.unique(digests, return_index=True)
    return rows.take(pa.array(first))


def release_nights(folder: Path, *, events: int, people: int, units: int, seed: int) -> list[Path]:
    """Simulate two nights, release each, and return the folders of their data."""
    from etl.config import load_config
    from etl.console import Console
    from etl.run import run
    from etl.simulate import Simulation, simulate

    nights = [date(2026, 11, 2), date(2026, 11, 3)]
    simulation = Simulation(
        events=events,
        people=people,
        units=units,
        nights=2,
        start=nights[0],
        seed=seed,
        format="parquet",
        hostile=False,
    )
    written = simulate(simulation, folder / "logs")
    os.environ["DESIREPATH_KEY"] = sha256(b"any").hexdigest()
    for night in nights:
        settings = {
            "input": (str(folder / "logs" / "*.parquet"),),
            "source": "native",
            "registry": str(folder / "registry"),
            "date": str(night),
            "participation": str(written.participation),
            "log_format": "json",
        }
        run(load_config(None, settings), [], Console("json", "hub-transfer"))
    return [folder / "registry" / "data" / str(night) for night in nights]


def rows_of(data: Path) -> pa.Table:
    """All rows of a version."""
    return pa.concat_tables([pq.ParquetFile(path).read() for path in sorted(data.rglob("*.parquet"))])


def large(rows: int, more: int, vocabulary: Sequence[str], seed: int) -> tuple[pa.Table, pa.Table]:
    """Two tables of random sequences, `more` rows of which are in one only: a file written anew, were releases large."""
    draw = np.random.default_rng(seed)
    lengths = draw.integers(2, 13, rows + more)
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    popular = 1 / np.arange(1, len(vocabulary) + 1)
    picked = draw.choice(len(vocabulary), offsets[-1], p=popular / popular.sum())
    table = pa.table(
        {
            "actions": pa.ListArray.from_arrays(
                pa.array(offsets), pa.array(vocabulary).take(pa.array(picked))
            ),
            "length": pa.array(lengths, pa.int16()),
            "people": pa.array(draw.choice([10, 15, 20, 30], rows + more), pa.int32()),
            "occurrences": pa.array(draw.integers(10, 100, rows + more), pa.int64()),
        }
    )
    return by_hash(table.slice(0, rows)), by_hash(table.slice(more, rows))


def compared(first: list[pa.Table], second: list[pa.Table], folder: Path) -> list[Moved]:
    """What the second upload moves, with and without content-defined chunking; a table is a file."""
    moved = []
    for content_defined in (True, False):
        place = folder / f"chunked-{content_defined}"
        nights = [
            [
                write(table, place / str(night) / f"{at}.parquet", content_defined=content_defined)
                for at, table in enumerate(tables)
            ]
            for night, tables in enumerate((first, second))
        ]
        moved.append(uploads(place / "store", *nights)[1])
    return moved


def table(folder: Path, given: argparse.Namespace) -> list[str]:
    """The figures in Markdown."""
    nights = release_nights(
        folder, events=given.events, people=given.people, units=given.units, seed=given.seed
    )
    files = [sorted(data.rglob("*.parquet")) for data in nights]
    releases = [[pq.ParquetFile(path).read() for path in paths] for paths in files]
    one, other = (by_hash(rows_of(data)) for data in nights)
    both = by_hash(pa.concat_tables([one, other]))
    common = one.num_rows + other.num_rows - both.num_rows
    vocabulary = sorted(set(pa.compute.list_flatten(one.column("actions")).to_pylist()))
    layouts = {
        "the registry as it is, both nights pushed": compared(
            releases[0], releases[0] + releases[1], folder / "versions"
        ),
        f"one file of all rows, written anew ({both.num_rows:,} rows)": compared(
            [one], [both], folder / "one-file"
        ),
    }
    for exchanged in given.exchanged:
        tables = large(given.rows, exchanged, vocabulary, given.seed)
        name = f"{tables[0].num_rows:,} random rows in one file, {exchanged:,} exchanged"
        layouts[name] = compared([tables[0]], [tables[1]], folder / f"large-{exchanged}")
    return [
        f"The second night has {other.num_rows:,} records, of which the first has {common:,}, too.",
        "",
        "| layout | bytes pushed the second night | sent, content-defined | sent, without |",
        "|---|---:|---:|---:|",
        *(
            f"| {name} | {chunked.size_bytes:,} | {chunked.sent_bytes:,} ({chunked.share:.0%}) "
            f"| {plain.sent_bytes:,} of {plain.size_bytes:,} ({plain.share:.0%}) |"
            for name, (chunked, plain) in layouts.items()
        ),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--events", type=int, default=2_000_000, help="of both nights")
    parser.add_argument("--people", type=int, default=2_000)
    parser.add_argument("--units", type=int, default=40)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--rows", type=int, default=1_000_000, help="of the random tables")
    parser.add_argument("--exchanged", type=int, nargs="*", default=[20_000, 100, 1], help="rows of them")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["HF_HOME"] = f"{folder}/hf"  # where the client leaves its logs
        print("\n".join(table(Path(folder), given)))


if __name__ == "__main__":
    main()
