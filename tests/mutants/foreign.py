"""Mutants of what is foreign: registries of others, text that steers a terminal or a page, and ends in time."""

from __future__ import annotations

from tests.mutants.mutant import mutant

REGISTRY = "tests/etl/test_foreign_registry.py"
SHOWN = "tests/etl/test_visible.py"

FOREIGN = (
    mutant(
        "a version may have the name of a path",
        REGISTRY,
        (
            "etl/manifest_model.py",
            "    if not isinstance(name, str) or not _NIGHT.fullmatch(name):\n        return False\n    try:\n"
            "        return date.fromisoformat(name).year in _YEARS",
            "    try:\n        return True",
        ),
    ),
    mutant(
        "a manifest may name any file",
        REGISTRY,
        (
            "etl/manifest_model.py",
            "path.startswith(folder) and _DATA_FILE.fullmatch(path.removeprefix(folder)) for path",
            "True for path",
        ),
    ),
    mutant(
        "links inside a registry are followed when it is read",
        REGISTRY,
        (
            "etl/store/regular.py",
            "_FILE: Final = os.O_RDONLY | os.O_NOFOLLOW |",
            "_FILE: Final = os.O_RDONLY |",
        ),
    ),
    mutant(
        "a registry is written through links",
        REGISTRY,
        (
            "etl/store/regular.py",
            "            if os.path.islink(os.path.join(above, folder)):",
            "            if False:",
        ),
    ),
    mutant(
        "an audit entry may name any version",
        REGISTRY,
        ("etl/audit.py", "        return is_night(value)", "        return True"),
    ),
    mutant(
        "escape sequences reach the terminal",
        SHOWN,
        ("etl/terminal.py", "    _write(visible(text, lines=True) +", "    _write(text +"),
    ),
    mutant(
        "Markdown of a purpose is live in the card",
        SHOWN,
        ("etl/markdown.py", 'lambda found: "\\\\" + found[0]', "lambda found: found[0]"),
    ),
    mutant(
        "words that are no text pass the command line",
        SHOWN,
        ("etl/command_words.py", "        if is_text(word) or", "        if True or"),
    ),
    mutant(
        "who hears no signal works on",
        "tests/etl/test_interruption.py",
        (
            "etl/interruption.py",
            "    time.sleep(GRACE_SECONDS)\n    end_now(130, end)",
            "    time.sleep(GRACE_SECONDS)",
        ),
    ),
    mutant(
        "a file that is not whole is joined to the next",
        "tests/etl/test_read_together.py",
        ("etl/read_together.py", " or content[-1] != split.newline:", ":"),
    ),
    mutant(
        "a file that was joined gives the positions of the text",
        "tests/etl/test_read_together.py",
        ("etl/read_together.py", "pa.array(found - self.shifts[at])", "pa.array(found)"),
    ),
)
