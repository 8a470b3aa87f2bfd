"""Mutants of what researchers get: copies, numbers of actions, configs, comparisons."""

from __future__ import annotations

from tests.mutants.mutant import mutant

PULL = "tests/etl/test_pull.py"
VOCABULARY = "tests/etl/test_vocabulary.py"
CARD = "tests/etl/test_card.py"

FETCHING = (
    mutant(
        "a withdrawn version is pulled by its name",
        PULL,
        ("etl/pull.py", "    if found.tombstone is not None:", "    if False:"),
    ),
    mutant(
        "withdrawn versions are among those as of a night",
        PULL,
        ("etl/pull.py", "if version.is_live and version.name <=", "if version.name <="),
    ),
    mutant(
        "a night is not among those as of it",
        PULL,
        ("etl/pull.py", "version.name <= night.isoformat()", "version.name < night.isoformat()"),
    ),
    mutant(
        "what was copied is not held against its digest",
        PULL,
        ("etl/pull.py", "            if _digest(unready / name) != digest:", "            if False:"),
    ),
    mutant(
        "a copy is made in place, and half of one stays",
        PULL,
        ("etl/pull.py", "            shutil.rmtree(unready, ignore_errors=True)", "            pass"),
    ),
    mutant(
        "numbers of withdrawn actions are given again",
        VOCABULARY,
        ("etl/vocabulary.py", "for version in versions]", "for version in versions if version.is_live]"),
    ),
    mutant(
        "every version numbers its actions anew",
        VOCABULARY,
        ("etl/vocabulary.py", "    before = live_vocabulary(known, read)", "    before: dict[str, int] = {}"),
    ),
    mutant(
        "a vocabulary is not held against its digest",
        VOCABULARY,
        (
            "etl/vocabulary.py",
            '    if hashlib.sha256(content).hexdigest() != file["sha256"]:',
            "    if False:",
        ),
    ),
    mutant(
        "a withdrawn version keeps its config",
        CARD,
        ("etl/versions.py", "        return files if self.is_live else []", "        return files"),
    ),
    mutant(
        "the head of the card is the same for other content",
        CARD,
        (
            "etl/card.py",
            '    return f"content {sha256(repr(sorted(files)).encode()).hexdigest()}"',
            '    return "content"',
        ),
    ),
    mutant(
        "splits go by where a row stands",
        "tests/etl/test_splits.py",
        (
            "etl/parquet.py",
            "[split_of(digest) for digest in release.digests]",
            "[SPLITS[at % 3] for at, _ in enumerate(release.digests)]",
        ),
    ),
    mutant(
        "drift counts records, not occurrences",
        "tests/etl/test_compare.py",
        ("etl/compare.py", "            counts[action] += times", "            counts[action] += 1"),
    ),
    mutant(
        "files that nobody knows are fine",
        "tests/etl/test_verify.py",
        ("etl/verify.py", "sorted(set(names) - expected.keys())", "sorted(set())"),
    ),
    mutant(
        "a file of other content is fine",
        "tests/etl/test_verify.py",
        (
            "etl/verify.py",
            "        elif hashlib.sha256(content).hexdigest() != digest:",
            "        elif False:",
        ),
    ),
)
