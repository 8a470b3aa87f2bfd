"""The verifier shares no code with the anonymiser: the standard library, NumPy and pyarrow are all it knows."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "verifier"
ALLOWED = frozenset(sys.stdlib_module_names) | {"numpy", "pyarrow", "verifier"}
ELSEWHERE = {"importlib", "runpy", "imp", "pkgutil", "subprocess"}


def imports_of(source: str) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            found.add(node.module or "")
        elif isinstance(node, ast.Name) and node.id in {"__import__", "exec", "eval"}:
            found.add(node.id)
    return {name.split(".")[0] for name in found}


@pytest.mark.parametrize("module", sorted(PACKAGE.rglob("*.py")), ids=lambda path: path.stem)
def test_imports(module):
    assert imports_of(module.read_text("utf-8")) <= ALLOWED - ELSEWHERE


def test_an_import_of_the_anonymiser_would_be_seen():
    source = "import os\ndef f():\n    from transforms.ladder import ladder\n"
    assert "transforms" in imports_of(source)
    assert "__import__" in imports_of("__import__('etl')")


def test_nothing_else_is_loaded():
    code = "import sys, verifier; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PACKAGE.parent
    )
    assert not {"transforms", "etl", "expectations", "numba", "apache_beam", "pandas"} & set(
        loaded.stdout.split()
    )
