"""What never remains, and the ways around it that must fail."""

from __future__ import annotations

import random
import string

import pyarrow as pa
import pytest

from transforms.names import shape_names
from transforms.rules.checks import entropy, iban, luhn, shannon_bits
from transforms.scrub import scrub


def verbatim(text: str) -> str | None:
    result = shape_names(pa.array([text]), "verbatim").values[0].as_py()
    return None if result is None else str(result)


@pytest.mark.parametrize(
    "text",
    [
        "al\u200bice@exam\u00adple.com",
        "al\x00ice@example.com",
        "ALICE@EXAMPLE.COM",
        "\u0430lice@\u0435xample.com",
        "alice%40example.com",
        "alice%2540example.com",
        "alice&#64;example.com",
        "alice\\u0040example.com",
        "ａｌｉｃｅ＠ｅｘａｍｐｌｅ．ｃｏｍ",
        "alice [at] example [dot] com",
        "al\u2060ice\u202e@example\u3002com",
    ],
)
def test_an_address_in_disguise(text: str) -> None:
    assert verbatim(text) == "{email}"


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("/srv/keys/akiaiosfodnn7example/x", "iosfodnn7"),
        ("https://u:hunter2@example.com/x", "hunter2"),
        ("https://u:hun/ter2@example.com/x", "ter2"),
        ("https://u:h@un/ter2@example.com/x", "ter2"),
        ("thetokenghp_aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789", "aBcDeF"),
        ("DBPASSWORD=hunter2", "hunter2"),
        ("pаssword=hunter2", "hunter2"),
        ("pass\u200bword: hunter2", "hunter2"),
        ("password%3Dhunter2", "hunter2"),
        ("x --db-password 'hunter2 and more' y", "hunter2"),
        ("１２３-４５-６７８９", "6789"),
        ("\u0661\u0662\u0663-\u0664\u0665-\u0666\u0667\u0668\u0669", "6789"),
        ("123\u201145\u20116789", "6789"),
        ("tel4915112345678", "12345678"),
        ("DE89\u00a03704\u00a00044\u00a00532\u00a00130\u00a000", "0532"),
    ],
)
def test_a_secret_in_disguise(text: str, secret: str) -> None:
    assert secret not in str(verbatim(text))


@pytest.mark.parametrize(
    "text",
    [
        "click",
        "nodeName#id",
        "BUTTON#save-2",
        "com.apple.Mail",
        "src/Http/Kernel.php",
        "Ctrl+S",
        "View > Zoom 100%",
    ],
)
def test_vocabulary_survives(text: str) -> None:
    assert verbatim(text) == text


def test_random_keys_are_found_and_identifiers_are_not() -> None:
    seeded = random.Random(7)
    keys = ["".join(seeded.choices(string.ascii_letters + string.digits, k=32)) for _ in range(500)]
    left = scrub(pa.array(keys)).values
    assert sum(key == text for key, text in zip(keys, left.to_pylist(), strict=True)) <= 10
    names = [
        "ReadThroughFilesystemAdapter",
        "getAllUserIdentifiersByOrganisation",
        "handle_click_on_the_save_button",
    ]
    assert scrub(pa.array(names)).values.to_pylist() == names


def test_checksums() -> None:
    assert luhn("4111111111111111", 0, 16) == (0, 16)
    assert luhn("4111111111111112", 0, 16) is None
    assert luhn("0" * 16, 0, 16) is None
    assert iban("DE89370400440532013000", 0, 22) == (0, 22)
    assert iban("DE89370400440532013000ABC", 0, 25) == (0, 22)
    assert iban("XX89370400440532013000", 0, 22) is None
    assert shannon_bits("ab") == 1
    assert entropy("a" * 30, 0, 30) is None


def test_a_hostile_value_takes_linear_time() -> None:
    import time

    for text in (
        "a@" * 1000,
        "1 " * 1000,
        "DE89 " * 400,
        "aB3" * 680,
        "://:" * 500,
        "-p " * 600,
        ":" * 2000,
        '"' * 2000,
    ):
        begun = time.process_time()
        verbatim(text)
        shape_names(pa.array([text]), "template")
        assert time.process_time() - begun < 2
