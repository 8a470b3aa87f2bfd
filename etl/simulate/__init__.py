"""A simulated workplace: seeded, any size, in the native schema. Nobody in it exists; no figure of it is a measurement."""

from etl.simulate.run import Written, simulate
from etl.simulate.settings import PRESETS, Simulation

__all__ = ["PRESETS", "Simulation", "Written", "simulate"]
