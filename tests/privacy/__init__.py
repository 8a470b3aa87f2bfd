"""The properties of a release, one module each (T1 … T10), as tests that can fail; `tests.mutants` shows that they do.

T9 (stitching, row order, person classifier) and T11 (attendance) are attacks with figures: see `tests/risk`.
"""
