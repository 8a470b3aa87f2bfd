"""The independent recount of a release. It imports nothing of the anonymiser, on purpose (a test checks)."""

from verifier.before import Before
from verifier.holdings import Holdings
from verifier.policy import Policy
from verifier.schemas import EMISSIONS, EVENTS, SPANS, SPENT
from verifier.staging import Bucket
from verifier.verification import Measured, Verification, verify
from verifier.violations import KINDS

__all__ = [
    "EMISSIONS",
    "EVENTS",
    "KINDS",
    "SPANS",
    "SPENT",
    "Before",
    "Bucket",
    "Holdings",
    "Measured",
    "Policy",
    "Verification",
    "verify",
]
