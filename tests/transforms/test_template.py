"""What a name becomes when everything particular about it is generalised."""

from __future__ import annotations

import csv
import gzip
import os
from pathlib import Path

import pyarrow as pa
import pytest

from transforms.names import shape_names
from transforms.template import command_template

DATA = Path(os.environ.get("DESIREPATH_REAL_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))


def shaped(text: str) -> str | None:
    result = shape_names(pa.array([text]), "template").values[0].as_py()
    return None if result is None else str(result)


@pytest.mark.parametrize(
    ("text", "template"),
    [
        ("https://ann:pw@git.example.com:8443/x?token=abc#top", "https://{host}/x"),
        ("https://a.example/search?q=ann lee&x=1", "https://{host}/search"),
        ("https://a.example/orders/1234/items/12345678", "https://{host}/orders/{n}/items/{n}"),
        ("https://a.example/api/users/annlee", "https://{host}/api/users/{user}"),
        ("https://a.example/watch/dQw4w9WgXcQ", "https://{host}/watch/{id}"),
        ("https://github.com/annlee/dotfiles", "https://{host}/{user}/dotfiles"),
        ("https://netflix.com/browse", "https://{host}/browse"),
        ("C:\\Users\\Ann Lee\\Documents\\Divorce\\letter.docx", "C:\\Users\\{user}\\{dir}\\{file}.docx"),
        ("/home/annlee/app/src/main.py", "/home/{user}/{dir}/{file}.py"),
        ("\\\\srv01\\share\\x.txt", "\\\\{host}\\share\\{file}.txt"),
        ("CV Ann Lee.pdf", "{file}.pdf"),
        ("src/Illuminate/Http/Kernel.php", "src/Illuminate/Http/Kernel.php"),
        ("pages.fr/common/tar.md", "pages.fr/common/tar.md"),
        ("nodeName#id", "nodeName#id"),
        ("TD#td_usedText3label", "TD#td_usedText{n}label"),
        ("session_3f2a9c8b7d", "session_{id}"),
        ("550e8400-e29b-41d4-a716-446655440000", "{id}"),
        ("backup 2026-11-22 10:15", "backup {date}"),
        ("com.apple.Mail", "com.apple.Mail"),
        ("find next", "find next"),
    ],
)
def test_by_shape(text: str, template: str) -> None:
    assert shaped(text) == template


@pytest.mark.parametrize(
    ("text", "template"),
    [
        ("git commit -am 'for ann' src/x.py README", "git commit -am {text} {path} {arg}"),
        ("git -C /home/ann/app push origin ann", "git -C {path} push {arg}"),
        ("FOO=ann sudo systemctl restart annsd", "FOO={value} sudo systemctl restart {arg}"),
        ("ls -la|grep ann>out", "ls -la | grep {arg} > {arg}"),
        ("x --name=ann -pann -Xmx2g --", "x --name={value} -p{value} -X{value} --"),
        ("tail -n 20 /var/log/ann", "tail -n {n} {path}"),
        ("rm {ann} {path}", "rm {arg} {path}"),
    ],
)
def test_commands(text: str, template: str) -> None:
    assert command_template(text) == template
    assert command_template(template) == template


def test_secrets_go_before_their_digits_do() -> None:
    assert shaped("open AKIA1234567890ABCDEF") == "open {secret}"


@pytest.mark.real
@pytest.mark.skipif(not DATA.is_dir(), reason="the real logs are not beside the project")
def test_real_names() -> None:
    with gzip.open(DATA / "web_visits" / "testdt_tracking.csv.gz", "rt") as lines:
        urls = sorted({row["url"] for row in csv.DictReader(lines)})
    result = shape_names(pa.array(urls), "template").values
    assert "?" not in "".join(text for text in result.to_pylist() if text)
    assert len(result.unique()) < 0.2 * len(urls)
    with gzip.open(DATA / "git_activity" / "laravel__framework.tsv.gz", "rt") as lines:
        paths = sorted(
            {row["target"] for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)}
        )
    kept = shape_names(pa.array(paths), "template").values.to_pylist()
    assert sum(old == new for old, new in zip(paths, kept, strict=True)) > 0.7 * len(paths)
