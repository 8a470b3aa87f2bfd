"""What it was measured on: the machine, and the versions of everything that took part."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.speed.logs import ROOT


def machine() -> dict[str, str | int]:
    """Processor, how many cores, memory, system."""
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
    }


def versions(packages: Iterable[str]) -> dict[str, str]:
    """Of Python, of packages, of Java where PySpark is among them, and of Desirepath (with its commit)."""
    found = {"Python": platform.python_version()}
    for package in ("pyarrow", *packages):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    if "pyspark" in found:
        found["Java"] = _said("java", "-version").partition("\n")[0].split('"')[1::2][:1][0]
    commit = _said("git", "rev-parse", "--short", "HEAD").strip()
    changed = bool(_said("git", "status", "--porcelain", "--untracked-files=no").strip())
    found["Desirepath"] = f"commit {commit}{' and changes' if changed else ''}"
    return found


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _said(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    return done.stdout + done.stderr
