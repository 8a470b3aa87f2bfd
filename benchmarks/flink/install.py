"""The wheel, built from the checkout and installed in an environment without a checkout, as workers have it."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
LOCK: Final = ROOT / "requirements.lock"


def build_wheel(build: Path) -> Path:
    """Build the wheel below a folder, from nothing but what is in the checkout now."""
    shutil.rmtree(build / "dist", ignore_errors=True)
    shutil.rmtree(
        ROOT / "build" / "lib", ignore_errors=True
    )  # what an earlier build left would be packed again
    python = ["--python", sys.executable, "--no-build-isolation"]
    _uv("build", "--quiet", "--wheel", "--out-dir", str(build / "dist"), *python, str(ROOT))
    shutil.rmtree(ROOT / "build" / "lib", ignore_errors=True)
    (wheel,) = (build / "dist").glob("*.whl")
    return wheel


def install(build: Path) -> Path:
    """An environment with the libraries of the lock file and the wheel; returns its `bin` folder."""
    wheel = build_wheel(build)
    environment = build / f"venv-{hashlib.sha256(LOCK.read_bytes()).hexdigest()[:12]}"
    python = environment / "bin" / "python"
    if not (environment / ".complete").exists():
        _uv("venv", "--quiet", "--clear", "--python", sys.executable, str(environment))
        _uv("pip", "install", "--quiet", "--python", str(python), "--require-hashes", "-r", str(LOCK))
        (environment / ".complete").touch()
    _uv("pip", "install", "--quiet", "--python", str(python), "--no-deps", "--reinstall", str(wheel))
    return environment / "bin"


def _uv(*arguments: str) -> None:
    uv = Path(sys.executable).with_name("uv")
    subprocess.run([str(uv), *arguments], check=True, stdout=subprocess.DEVNULL)
