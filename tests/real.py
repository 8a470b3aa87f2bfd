"""Where the real logs are, for the tests that run on them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

DATA = Path(os.environ.get("DESIREPATH_REAL_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
MAPPINGS = Path(__file__).resolve().parents[1] / "examples" / "mappings"

needs_real_logs = pytest.mark.skipif(
    not DATA.is_dir(),
    reason="the real logs are not on this machine (DESIREPATH_REAL_DATA says where to look)",
)
