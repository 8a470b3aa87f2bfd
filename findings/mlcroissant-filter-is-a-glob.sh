#!/bin/sh
# mlcroissant 1.1.0: a filter on a field that a regex takes from a file's name finds nothing where the regex has \d+, and
# says nothing. Guess: the regex is matched with the value in place of its group. Seen: what is left of it is read as a glob.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check mlcroissant==1.1.0 pyarrow==21.0.0
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import json
import pathlib

import mlcroissant
import pandas

pathlib.Path("data").mkdir()
for split in ("train", "test"):
    pandas.DataFrame({"action": [f"open {split}"]}).to_parquet(f"data/{split}-00000-of-00001.parquet")


def rows(regex: str, split: str) -> int:
    source = {"fileSet": {"@id": "files"}}
    terms = "column extract field fileProperty fileSet includes recordSet regex source transform"
    content = {
        "@context": {
            "@language": "en",
            "@vocab": "https://schema.org/",
            "cr": "http://mlcommons.org/croissant/",
            "sc": "https://schema.org/",
            "dct": "http://purl.org/dc/terms/",
            "conformsTo": "dct:conformsTo",
            "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
            **{term: f"cr:{term}" for term in terms.split()},
        },
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": "d",
        "url": ".",
        "distribution": [
            {"@type": "cr:FileSet", "@id": "files", "name": "files", "encodingFormat": "application/x-parquet", "includes": "data/*.parquet"}
        ],
        "recordSet": [
            {
                "@type": "cr:RecordSet",
                "@id": "r",
                "name": "r",
                "field": [
                    {"@type": "cr:Field", "@id": "r/action", "name": "action", "dataType": "sc:Text", "source": {**source, "extract": {"column": "action"}}},
                    {"@type": "cr:Field", "@id": "r/split", "name": "split", "dataType": "sc:Text", "source": {**source, "extract": {"fileProperty": "filename"}, "transform": {"regex": regex}}},
                ],
            }
        ],
    }
    pathlib.Path("croissant.json").write_text(json.dumps(content))
    dataset = mlcroissant.Dataset("croissant.json")
    return len(list(dataset.records("r", filters={"r/split": split})))


digits = rows(r"^(train|test)-\d+-of-\d+\.parquet$", "train")
anything = rows(r"^(train|test)-.*\.parquet$", "train")
print(f"rows of split train: {digits} where the regex has \\d+, {anything} where it has .*")
assert (digits, anything) == (0, 1)
PYTHON
