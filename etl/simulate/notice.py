"""The note beside simulated logs, so that nobody takes them for real ones."""

from __future__ import annotations

from dataclasses import fields
from typing import Final

from etl.simulate.settings import Simulation

NOTICE_NAME: Final = "SIMULATED.md"

_TEXT: Final = """\
# These logs are simulated

No person, account, customer, address or secret in this folder exists; all of it was made up by `desirepath simulate`.
No figure computed from it says anything about a real workplace: how people work, pause, type and share workflows here
are assumptions of the generator.

The same parameters give the same events:

{parameters}

`participation.csv` says who takes part. {hostile}
"""

_HOSTILE: Final = """With `hostile` there are, on purpose: an e-mail address and a customer's name as
targets, invented secrets in command lines, apps that only one person or one unit uses, a person with two accounts, a
service account, somebody who objects, who left, who moved, who is not listed; and in every 10,000 records about five
that are to be rejected (cut off, a time without offset, a time in 1970) and three duplicates. The key `text` holds what
was typed and is not to be read."""

_CLEAN: Final = (
    "There are no hostile cases, except the key `text`, which holds what was typed and is not to be read."
)


def notice(simulation: Simulation) -> str:
    """The note's text (Markdown). Without `workers`, on which no byte depends."""
    left_out = {"workers"}
    if not simulation.late_share:
        left_out |= {"late_share", "late_nights"}
    if not simulation.night_shift_share:
        left_out |= {"night_shift_share"}
    rows = [
        f"- `{field.name}`: {value}"
        for field in fields(simulation)
        if field.name not in left_out and (value := getattr(simulation, field.name)) is not None
    ]
    return _TEXT.format(parameters="\n".join(rows), hostile=_HOSTILE if simulation.hostile else _CLEAN)
