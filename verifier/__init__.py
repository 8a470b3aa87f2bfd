"""The independent recount of a release. It imports nothing of the anonymiser, on purpose (a test checks)."""

from verifier.before import Before
from verifier.people import People
from verifier.policy import Policy
from verifier.roster import Roster, Stays
from verifier.schemas import EMISSIONS, EVENTS, NAMED, ROWS, SPANS, SPENT
from verifier.staging import Bucket
from verifier.verification import Measured, Verification, verify
from verifier.violations import KINDS

__all__ = [
    "EMISSIONS",
    "EVENTS",
    "KINDS",
    "NAMED",
    "ROWS",
    "SPANS",
    "SPENT",
    "Before",
    "Bucket",
    "Measured",
    "People",
    "Policy",
    "Roster",
    "Stays",
    "Verification",
    "verify",
]
