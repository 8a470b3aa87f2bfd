"""Polars: one lazy query on the streaming engine, tokens and people as categoricals, one sort, shifts instead of windows.

Tried and slower: the in-memory engine, strings instead of categoricals, an explicit time format instead of `%+`, the
cache of `to_datetime` (no time comes twice), and a datetime in the reader's schema (ten times slower).
"""

from __future__ import annotations

import os

from benchmarks.speed.job import ABSENT, BLANK, GAP_US, Task, cores, task

os.environ["POLARS_MAX_THREADS"] = str(cores())  # read when Polars is imported

import polars as pl


def run(given: Task) -> None:
    """Do the job."""
    sessions = (
        _events(given)
        .with_columns(pl.col("person").to_physical())  # sort by number: any order of people will do
        .sort("person", "time_us")
        .with_columns(
            ((pl.col("person") != pl.col("person").shift()) | (pl.col("time_us").diff() > GAP_US))
            .fill_null(True)
            .alias("opens")
        )
        .with_columns(
            pl.col("opens").cum_sum().alias("session"),
            (pl.col("opens") | (pl.col("token") != pl.col("token").shift())).alias("is_action"),
        )
        .filter("is_action")
        .group_by("session")
        .agg(pl.col("person").first(), pl.col("token").alias("sequence"))
    )
    shared = (
        sessions.group_by("sequence")
        .agg(
            pl.col("person").n_unique().cast(pl.Int32).alias("people"),
            pl.len().cast(pl.Int32).alias("occurrences"),
        )
        .filter(pl.col("people") >= given.k)
        .with_columns(pl.col("sequence").cast(pl.List(pl.String)))
        .sort(pl.col("sequence").list.join("\x1f"))
    )
    shared.collect(engine="streaming").write_parquet(given.out)


def _events(given: Task) -> pl.LazyFrame:
    columns = given.columns
    time = pl.col(columns.time)
    if given.is_parquet:
        read = pl.scan_parquet(list(given.files))
    else:
        kinds = {columns.person: pl.String, columns.time: pl.String if given.time_is_text else pl.Int64}
        read = pl.scan_ndjson(list(given.files), schema=kinds | dict.fromkeys(columns.token, pl.String))
    if given.time_is_text:
        time_us = time.str.to_datetime("%+", time_unit="us", time_zone="UTC", cache=False).dt.epoch("us")
    else:
        time_us = time * columns.unit_us
    token = pl.concat_str([pl.col(name).fill_null(ABSENT) for name in columns.token], separator=BLANK)
    return read.select(
        pl.col(columns.person).cast(pl.Categorical).alias("person"),
        time_us.alias("time_us"),
        token.cast(pl.Categorical).alias("token"),
    )


if __name__ == "__main__":
    run(task())
