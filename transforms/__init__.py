"""Pure Arrow and NumPy functions: no Beam, no I/O, no clock, no randomness, no environment."""
