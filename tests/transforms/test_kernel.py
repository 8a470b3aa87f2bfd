"""A cached kernel never outlives a change of the sources that it can reach."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from transforms.kernel import kernel, source_stamp


@kernel
def one_more(number: int) -> int:
    return number + 1


def test_a_kernel_runs_and_its_cache_is_stamped_with_the_sources() -> None:
    assert one_more(1) == 2
    assert one_more._cache._cache_file._source_stamp == source_stamp(__file__)  # type: ignore[attr-defined]


def test_any_source_of_the_folder_changes_the_stamp(tmp_path: Path) -> None:
    own, callee = tmp_path / "own.py", tmp_path / "callee.py"
    stamps = set()
    for own_source, callee_source in [("a", "b"), ("a", "c"), ("d", "b")]:
        own.write_text(own_source)
        callee.write_text(callee_source)
        source_stamp.cache_clear()
        stamps.add(source_stamp(str(own)))
    assert len(stamps) == 3


def test_a_kernel_runs_where_nothing_can_be_cached() -> None:
    made: dict[str, Callable[[int], int]] = {}
    exec("def two_more(number): return number + 2", made)  # no file: Numba finds no place for a cache
    assert kernel(made["two_more"])(1) == 3
