"""Mutants: what must not happen, done on purpose, one at a time, to see the tests notice: `python -m tests.mutants`."""

from tests.mutants.admission import ADMISSION
from tests.mutants.clocks import CLOCKS
from tests.mutants.counting import COUNTING
from tests.mutants.cutting import CUTTING
from tests.mutants.fetching import FETCHING
from tests.mutants.foreign import FOREIGN
from tests.mutants.minimising import MINIMISING
from tests.mutants.moving import MOVING
from tests.mutants.mutant import Mutant, mutated
from tests.mutants.naming import UNITS_NAMED
from tests.mutants.operating import OPERATING
from tests.mutants.publishing import PUBLISHING
from tests.mutants.pushing import PUSHING
from tests.mutants.reading import READING
from tests.mutants.remembering import REMEMBERING
from tests.mutants.spreading import SPREADING
from tests.mutants.windows import NIGHTS

MUTANTS: tuple[Mutant, ...] = (
    *(*COUNTING, *UNITS_NAMED, *CUTTING, *ADMISSION, *MINIMISING),
    *(
        *PUBLISHING,
        *REMEMBERING,
        *FETCHING,
        *PUSHING,
        *NIGHTS,
        *OPERATING,
        *MOVING,
        *SPREADING,
        *READING,
        *FOREIGN,
    ),
    *CLOCKS,
)

__all__ = ["MUTANTS", "Mutant", "mutated"]
