"""The nightly job: `python run_pipeline.py [flags] [Beam flags]`, the same as `desirepath run`."""

from __future__ import annotations

import sys

from etl.cli import main_nightly

if __name__ == "__main__":
    sys.exit(main_nightly())
