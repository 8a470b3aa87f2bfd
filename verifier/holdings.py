"""Who held which unit in the window, derived anew from the registry's spans, whatever the events say (DESIGN §4, G2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from verifier.schemas import SPANS, fits
from verifier.staging import Int64s


class Held(NamedTuple):
    """`person`: indices into a bucket's people; `units`: what each of them held, None: unknown. One entry a span."""

    person: Int64s
    units: list[str | None]


@dataclass(frozen=True)
class Holdings:
    """The registry's `spans` (pa.Table, SPANS; one person may have many) and the window, µs UTC, half-open.

    Raises:
        ValueError: spans of another schema, or with a null beside the unit.
    """

    spans: Any
    first_us: int
    end_us: int

    def __post_init__(self) -> None:
        """Refuse spans that could be misread."""
        whole = [field.name for field in SPANS if not field.nullable]
        if not fits(self.spans, SPANS) or any(self.spans.column(name).null_count for name in whole):
            raise ValueError("spans must be of the schema SPANS, without a null but in unit")

    def in_window(self) -> Any:
        """The spans that share an instant with the window; none where they name no unit: then they say nothing of units.

        An empty span shares none.
        """
        begin, end = np.asarray(self.spans.column("from_us")), np.asarray(self.spans.column("to_us"))
        shared = np.minimum(end, self.end_us) > np.maximum(begin, self.first_us)
        inside = self.spans.filter(pa.array(shared))
        return inside if pc.any(inside.column("unit").is_valid()).as_py() else inside.slice(0, 0)


def held_by(persons: Any, spans: Any) -> Held:
    """What the people of a bucket held.

    Args:
        persons: binary(16), distinct. spans: of the window.
    """
    number = pc.index_in(spans.column("person"), value_set=persons)
    here = number.is_valid()
    person = np.asarray(number.filter(here), np.int64)
    return Held(person, spans.column("unit").filter(here).to_pylist())
