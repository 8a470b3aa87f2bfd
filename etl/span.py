"""From when to when a run may believe the clocks of its input: by the data's own word, not the machine's.

(docs/decisions/0023)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from etl.window import DAY_US, begins_us, night_of
from transforms.believed import Believed
from transforms.statistics import ReadStatistics


@dataclass(frozen=True)
class Span:
    """What is known of a window before anything is read.

    `end_us`: where it ends, µs UTC; None: it is all time, and the data says which nights that is. `zone`: of the nights.
    `earliest`, `latest`: nights that somebody vouches for, in the place of what the clocks say. `over`: the last night that
    is over; later ones are held back.
    """

    zone: str
    end_us: int | None
    earliest: date | None = None
    latest: date | None = None
    over: date | None = None

    def believed(self, statistics: ReadStatistics) -> Believed | None:
        """The window that the data gives a load of all time; None: the window is another one, or there is no event."""
        nights = self.nights(statistics)
        if self.end_us is not None or nights is None:
            return None
        first, last = nights
        return Believed(begins_us(first, self.zone), self._ends_us(last), self.future_us(statistics))

    def nights(self, statistics: ReadStatistics) -> tuple[date, date] | None:
        """Its first and its last night; None: there is no event."""
        edges = statistics.edges
        if edges.first_us is None or edges.last_us is None:
            return None
        if self.end_us is not None:
            return self._inside(statistics, edges.last_us)
        first, last = (night_of(time_us, self.zone) for time_us in (edges.first_us, edges.last_us))
        if self.earliest is not None and statistics.first_us is not None:
            first = max(self.earliest, night_of(statistics.first_us, self.zone))
        if self.latest is not None and statistics.last_us is not None:
            last = min(self.latest, night_of(statistics.last_us, self.zone))
        if self.over is not None:
            last = min(last, self.over)
        return min(first, last), last

    def _inside(self, statistics: ReadStatistics, agreed_us: int) -> tuple[date, date] | None:
        """Of a window that is known: from its first event to the last, no later than enough people's clocks say."""
        if statistics.first_us is None or statistics.last_us is None:
            return None
        first, last, agreed = (
            night_of(time_us, self.zone) for time_us in (statistics.first_us, statistics.last_us, agreed_us)
        )
        return first, max(first, min(last, agreed))

    def future_us(self, statistics: ReadStatistics) -> int:
        """From when on no event is believed: a day after the last night of enough people, or of the window."""
        if self.latest is not None:
            return self._ends_us(self.latest)
        last_us = statistics.edges.last_us
        ends = [] if last_us is None else [self._ends_us(night_of(last_us, self.zone))]
        return max([*ends, *([] if self.end_us is None else [self.end_us])], default=0) + DAY_US

    def _ends_us(self, night: date) -> int:
        return begins_us(night + timedelta(days=1), self.zone)
