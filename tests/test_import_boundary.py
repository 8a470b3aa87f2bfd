"""What may import what: transforms know no Beam and no world, the verifier knows nothing of the anonymiser."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def imported(folder: str) -> set[tuple[str, str]]:
    found = set()
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
            found |= {(str(path.relative_to(ROOT)), name) for name in names}
    return found


@pytest.mark.parametrize(
    ("folder", "forbidden"),
    [
        (
            "transforms",
            {"apache_beam", "etl", "expectations", "verifier", "os", "random", "secrets", "time", "pandas"},
        ),
        ("verifier", {"apache_beam", "etl", "expectations", "transforms", "numba"}),
        ("expectations", {"apache_beam", "etl"}),
        ("examples", {"apache_beam", "etl", "expectations", "transforms", "verifier", "risk"}),
        (
            "risk",
            {"apache_beam", "etl", "expectations", "transforms", "verifier", "numba", "os", "random", "time"},
        ),
    ],
)
def test_boundary(folder, forbidden):
    assert [(where, name) for where, name in imported(folder) if name.split(".")[0] in forbidden] == []


def test_every_module_of_risk_serves_a_run():
    used = {name for folder in ("etl", "risk") for _, name in imported(folder)}
    assert {f"risk.{path.stem}" for path in (ROOT / "risk").glob("[!_]*.py")} <= used


def test_help_needs_nothing_heavy():
    heavy = ["apache_beam", "great_expectations", "datasets", "pandas", "pyarrow", "numba"]
    code = f"import sys, etl.cli; print([name for name in {heavy} if name in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert out.stdout.strip() == "[]"
