"""The search for canaries: a word in the bytes of anything, however it is written, compressed or laid out."""

from __future__ import annotations

import base64
import binascii
import gzip
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

from etl.vault import MAGIC
from tests.opened import opened
from verifier.layout import read_layout


def forms_of(word: str) -> dict[str, bytes]:
    """A word as it might be written. Found in any case, but for Base64, whose letters mean something."""
    raw = word.encode()
    plain = {
        "text": raw,
        "UTF-16": word.encode("utf-16-le"),
        "UTF-16, high byte first": word.encode("utf-16-be"),
        "hex": raw.hex().encode(),
        "percent-encoded": "".join(f"%{byte:02x}" for byte in raw).encode(),
        "HTML": "".join(f"&#{ord(letter)};" for letter in word).encode(),
        "JSON": "".join(f"\\u{ord(letter):04x}" for letter in word).encode(),
        "reversed": raw[::-1],
    }
    return {name: form.lower() for name, form in plain.items()}


def in_base64(word: str) -> set[bytes]:
    """What of the word's Base64 stands whatever precedes and follows it, in either alphabet."""
    found = set()
    for spelled in (word, word.upper(), word.capitalize()):
        for before in range(3):
            coded = base64.b64encode(b"\0" * before + spelled.encode())
            whole = coded[-(-before * 8 // 6) : (before + len(spelled)) * 8 // 6]
            found |= {whole, whole.translate(bytes.maketrans(b"+/", b"-_"))}
    return found


def written(data: bytes, word: str) -> list[str]:
    """The ways in which data hold a word."""
    low = data.lower()
    found = [name for name, form in forms_of(word).items() if form in low]
    return found + ["Base64"] * any(form in data for form in in_base64(word))


def bytes_of(path: Path) -> bytes:
    """A file's bytes, and what they unpack to: of Parquet every page, dictionary, statistic and note."""
    data = path.read_bytes()
    if data[:4] == MAGIC and (plain := opened(path)) != data:
        rows = pq.read_table(pa.BufferReader(plain)).to_pylist()
        return b"\n".join([data, plain, str(rows).encode()])
    if data[:4] == b"PAR1":
        layout = read_layout(memoryview(data))
        held = [value for chunk in layout.chunks for value in (*chunk.dictionary, *chunk.extremes)]
        notes = [part for pair in layout.metadata for part in pair]
        notes += [_from_base64(note) for note in notes]
        rows = json.dumps(pq.ParquetFile(path).read().to_pylist(), default=str, ensure_ascii=False)
        return b"\n".join(
            [data, layout.writer, *notes, *(str(value).encode() for value in held), rows.encode()]
        )
    if data[:2] == b"\x1f\x8b":
        return data + gzip.decompress(data)
    if data[:4] == b"\x28\xb5\x2f\xfd":
        return data + zstandard.ZstdDecompressor().decompressobj().decompress(data)
    return data


def _from_base64(note: bytes) -> bytes:
    try:
        return base64.b64decode(note, validate=True)
    except binascii.Error:
        return b""


def holding(root: Path, *words: str) -> list[str]:
    """Where below a folder any of the words is, in a name or in what a file holds: `path: word as form`."""
    found = []
    for path in sorted(root.rglob("*")):
        name = str(path.relative_to(root))
        data = name.encode("utf-8", "surrogateescape") + (b"\n" + bytes_of(path) if path.is_file() else b"")
        found += [f"{name}: {word} as {form}" for word in words for form in written(data, word)]
    return found
