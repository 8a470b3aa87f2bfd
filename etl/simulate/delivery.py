"""When a record is delivered, and in which file: with its night as a rule, some uploads and single records nights later.

Whatever the delivery, the records of a group of people stand in the same order over its files in order of name:
`delivered-<date>-<nn>`, `delivered-<date>T<hour>-<nn>`, or `delivered-<nn>`; dates and hours are those of delivery, UTC.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from etl.simulate.clock import DAY_US
from etl.simulate.draws import Draws, For, Ints, below, draw
from etl.simulate.settings import Simulation

if TYPE_CHECKING:
    from etl.simulate.world import World

NAMES: Final = ("events", "delivered")
"""What the names of logs begin with."""

SINGLES_DIVISOR: Final = 64
"""So many times rarer than a late upload is it that a record comes late by itself."""

_PARTS: Final = 10_000
_HOURS: Final = 24


def delivered_us(
    world: World, person: npt.NDArray[np.int32], time_us: Ints, stream: Draws, number: Ints
) -> Ints:
    """When each record arrives: at its time, or a whole number of nights later.

    Args:
        world: the workplace.
        person, time_us: of each record.
        stream, number: the stream that the record is drawn from, and which of it.
    """
    simulation = world.simulation
    share = round(simulation.late_share * _PARTS)
    if not share:
        return time_us
    upload = draw(draw(world.key[person], For.DAY, time_us // DAY_US), For.LATE)
    single = draw(stream, For.LATE, 1 + number)
    with_upload = below(upload, _PARTS) < share
    alone = below(single, _PARTS * SINGLES_DIVISOR) < share
    nights = 1 + below(np.where(with_upload, upload, single) << np.uint64(32), simulation.late_nights)
    delivered: Ints = time_us + np.where(with_upload | alone, nights, 0) * DAY_US
    return delivered


def slots(simulation: Simulation, delivered: Ints) -> Ints:
    """The number of the file that each record is delivered in."""
    if simulation.delivery == "single":
        return np.zeros(len(delivered), np.int64)
    return delivered // (DAY_US // _HOURS if simulation.delivery == "hourly" else DAY_US)


def last_night(simulation: Simulation, slot: int) -> int:
    """The last night that a file may hold something of."""
    if simulation.delivery == "single":
        return simulation.nights + simulation.late_nights
    return slot // _HOURS if simulation.delivery == "hourly" else slot


def file_stem(simulation: Simulation, slot: int, group: int) -> str:
    """The name of a file, without its extension."""
    width = max(2, len(str(simulation.groups - 1)))
    part = f"{group:0{width}}"
    if simulation.delivery == "single":
        return f"delivered-{part}"
    night, hour = divmod(slot, _HOURS) if simulation.delivery == "hourly" else (slot, None)
    date = simulation.start + timedelta(days=night)
    if hour is not None:
        return f"delivered-{date}T{hour:02}-{part}"
    return f"{NAMES[simulation.delivery is not None]}-{date}-{part}"
