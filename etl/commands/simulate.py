"""`desirepath simulate`: write a seeded, simulated workplace log in the native schema, at any size."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from etl.terminal import say


def simulate(
    out: Annotated[Path, typer.Option(help="Folder to write into.")],
    events: Annotated[int, typer.Option(help="How many events.", min=1)] = 100_000,
    people: Annotated[int, typer.Option(help="How many people.", min=1)] = 200,
    units: Annotated[int, typer.Option(help="How many organisational units.", min=1)] = 12,
    nights: Annotated[int, typer.Option(help="Over how many nights.", min=1)] = 1,
    start: Annotated[str, typer.Option(help="The first night, YYYY-MM-DD.")] = "2026-11-02",
    seed: Annotated[int, typer.Option(help="The same seed and sizes give the same bytes.")] = 7,
    format: Annotated[Literal["jsonl", "parquet"], typer.Option(help="How to write.")] = "jsonl",  # noqa: A002  (the flag's name)
    compression: Annotated[Literal["gzip", "zstd"] | None, typer.Option(help="How to compress.")] = None,
    files: Annotated[int | None, typer.Option(help="Files a night. Default: by size.", min=1)] = None,
    workers: Annotated[int | None, typer.Option(help="Processes. Default: one per core.", min=1)] = None,
    preset: Annotated[str | None, typer.Option(help="demo, or bench (frozen); takes --events.")] = None,
    hostile: Annotated[
        bool, typer.Option(help="Plant a few hostile cases: secrets, addresses, bad records.")
    ] = True,
    delivery: Annotated[
        Literal["nightly", "hourly", "single"] | None,
        typer.Option(
            help="A file for each night (delivered-DATE-00) or hour of delivery, or one. Default: by the events' nights."
        ),
    ] = None,
    late_share: Annotated[
        float, typer.Option(help="Share of uploads that arrive later; needs --delivery.", min=0, max=1)
    ] = 0.0,
    late_nights: Annotated[int, typer.Option(help="At most how many nights later.", min=1)] = 3,
    night_shift_share: Annotated[
        float, typer.Option(help="Share of people who are at work at midnight UTC.", min=0, max=1)
    ] = 0.0,
) -> None:
    """Write simulated logs: invented people and actions, for demos and load tests."""
    import os
    from dataclasses import replace
    from datetime import date

    from etl.errors import ConfigError
    from etl.simulate import PRESETS, Simulation
    from etl.simulate import simulate as write

    try:
        first = date.fromisoformat(start)
    except ValueError:
        raise ConfigError("--start must be a date, YYYY-MM-DD") from None
    cores = workers or os.cpu_count() or 1
    if preset is not None:
        if preset not in PRESETS:
            raise ConfigError(f"--preset is one of {', '.join(PRESETS)}")
        simulation = replace(PRESETS[preset], events=events, workers=cores)
    else:
        simulation = Simulation(
            events=events, people=people, units=units, nights=nights, start=first, seed=seed,
            format=format, compression=compression, files=files, workers=cores, hostile=hostile,
            delivery=delivery, late_share=late_share, late_nights=late_nights, night_shift_share=night_shift_share,
        )  # fmt: skip
    written = write(simulation, out)
    say(f"simulated {written.events:,} events in {len(written.files)} files under {out}")
    say(f"who takes part: {written.participation}")


def register(app: typer.Typer) -> None:
    """Add this command to the command line."""
    app.command()(simulate)
