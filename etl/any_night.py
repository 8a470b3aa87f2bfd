"""Complete settings that leave the night to a scheduler: whoever only looks at them takes the last night that is over."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from etl.clock import last_night_over
from etl.config import RunConfig, known_zone, load_config
from etl.yaml_file import read_yaml


def load_for_any_night(file: Path | None, flags: Mapping[str, Any]) -> tuple[RunConfig, bool]:
    """`etl.config.load_config`, also where neither file nor flags say which night.

    Returns:
        The settings, and whether the night was put in: by the clock, in the zone of the nights.

    Raises:
        ConfigError: with every problem at once.
    """
    given = {} if file is None else read_yaml(file, "the configuration file")
    values = {str(name).replace("-", "_"): value for name, value in given.items()}
    values |= {name: value for name, value in flags.items() if value is not None}
    if values.get("date") is not None or values.get("window") is not None:
        return load_config(file, dict(flags)), False
    try:
        zone = known_zone(str(values.get("night_timezone", "UTC")))
    except ValueError:
        zone = "UTC"  # what is wrong with it is told with all else
    return load_config(file, {**flags, "date": str(last_night_over(zone))}), True
