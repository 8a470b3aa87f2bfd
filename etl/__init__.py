"""Beam wiring, sources, sinks, registry and command line: everything that touches the world; no row logic."""

__version__ = "0.1.0"
