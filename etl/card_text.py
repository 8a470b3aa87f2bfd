"""The parts of the dataset card that are the same for every registry."""

from __future__ import annotations

from typing import Final

MADE: Final = """
# Action sequences

Each row is a run of actions that at least *k* different people were logged with, inside one session, with how many people
(rounded down to a ladder) and how often (rounded down). No row has a person, a time, a session or a keystroke in it.

## How it was made

Desirepath read raw activity logs, kept the mapped columns only, replaced ids, numbers, names and hosts in them, and counted
people by keyed pseudonyms that never left the run. Sessions end where the pause is longer than the gap. Each session was cut
into runs that at least *k* people share; an action that too few share was generalised by a level (`↑1`) or left out. Every
record was then counted again on the written files by a verifier that shares no code with the anonymiser, and checked by
three gates of expectations; `manifests/<version>.json` has the counts, the policy, the digests and what the gates found.
""".strip()

COLUMNS: Final = """
## Columns and splits

| column | type | |
|---|---|---|
| `actions` | list of string | the sequence; `↑1` after an action says that it was generalised by one level |
| `length` | int16 | how many actions |
| `people` | int32 | different people who emitted it, rounded down to k, 10, 15, 20, 30, 50 … |
| `occurrences` | int64 | how often, after caps, rounded down to two significant digits |

`<version>` holds sequences of two actions and more, `<version>-actions` single actions, `default` the sequences of all
live versions. Splits (train, validation, test: 90 / 5 / 5) follow from the SHA-256 of the sequence alone, so that a sequence
is in the same split in every version: what is trained on one version has not seen the test sequences of another.
Weigh a row by its `occurrences`; counts of different versions do not add up to people.
""".strip()

USES: Final = """
## What it may be used for

For: training and evaluating models of what people do next in an application (assistance, completion, testing of user
interfaces), and research on such sequences, within the purpose and the works agreement named above.

Not for: evaluating, ranking or monitoring individuals or teams; singling anybody out, linking records to people, to each
other or to other data; guessing who belongs to the *k*; decisions about employment. Whoever passes the data or a model
of it on passes these terms on.
""".strip()

GUARANTEES: Final = """
- **k**: every record was emitted by at least *k* different people, counted exactly and after the caps.
- **j**: where units are known, at least *j* of them are outside any one unit (0: units were not known, nothing is promised).
- **c, C**: one person contributes at most *c* occurrences to a record and *C* to a version (0: no cap).
- A night with fewer than *N_min* active people releases nothing. No event is in two versions.
- No column, order, file or overlap says which rows came from the same person or session.

Not promised: differential privacy; the safety of a model trained on this; attribute disclosure (everyone in a group did it);
collusion of k − 1 people, or planted events; what follows from a generalised action (its finer ones had fewer than k); any
bound over all versions taken together: who compares many nights learns about habits. Names and secrets inside an action's
name are recognised by rules, and not every one is.
""".strip()

USE: Final = """
## How to load it

```python
from datasets import load_dataset

load_dataset("path/to/registry")  # the sequences of all live versions
load_dataset("path/to/registry", "{version}")  # one version; "{version}-actions" has its single actions
load_dataset("path/to/registry", "{version}", split="train", streaming=True)

import mlcroissant

mlcroissant.Dataset("path/to/registry/croissant.json").records("{version}")  # texts are bytes there
```

`desirepath pull {version} DEST` copies one version, `desirepath pull --as-of {version} DEST` all live ones up to a night,
and both check every digest. Name the version in what you publish: versions never change, but they can be withdrawn.

## Tokenizer

`tokenizer.json` (Hugging Face `tokenizers`) has one token per action of the live versions. An action keeps its number as
long as a live version holds it; numbers of withdrawn actions are not given again, so there are gaps: size an embedding by
the largest number, not by the count.

```python
from tokenizers import Tokenizer

tokenizer = Tokenizer.from_file("path/to/registry/tokenizer.json")
ids = tokenizer.encode(actions, is_pretokenized=True).ids  # [BOS] … [EOS]; or a text with an action a line
tokenizer.decode(ids).split("\\n") == actions
```
""".strip()
