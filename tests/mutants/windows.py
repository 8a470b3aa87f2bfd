"""Mutants of windows: what waits, what comes late, what was consumed or spent (docs/decisions/0014)."""

from __future__ import annotations

from tests.mutants.mutant import mutant

WINDOWS = "tests/etl/test_windows.py"
LEDGER = "tests/transforms/test_ledger.py"
IDENTITY = "tests/transforms/test_identity.py"
WHOLE = "tests/etl/test_whole_input.py::test_many_damaged_files_are_named_by_a_few"
BARRIERS = "tests/transforms/test_barriers.py"
BEFORE = "tests/verifier/test_before.py"

NIGHTS = (
    mutant(
        "an event that comes again is released again",
        WINDOWS,
        ("transforms/draw.py", "known[fresh] = seen(read, ledger)", "pass"),
    ),
    mutant(
        "late events are not written to the ledger",
        WINDOWS,
        ("transforms/draw.py", "recent = ~known[fresh] & _recent(read, policy)", "recent = inside[fresh]"),
    ),
    mutant(
        "of repeats all are seen",
        LEDGER,
        ("transforms/ledger.py", "found[order] = nth < before[order]", "found[order] = True"),
    ),
    mutant(
        "an id made anew is a new event",
        LEDGER,
        (
            "transforms/ledger.py",
            "    left = np.flatnonzero(~found)\n",
            "    left = np.flatnonzero(~found & ~named)\n",
        ),
    ),
    mutant(
        "an entry that stands for its own id stands for another event too",
        LEDGER,
        ("transforms/ledger.py", "stood_for[named_before] = np.isin(before, ids)", "pass"),
    ),
    mutant(
        "an event is known by account and time alone",
        IDENTITY,
        (
            "transforms/identity.py",
            "for name in action_columns(mapping):",
            "for name in action_columns(mapping)[:0]:",
        ),
    ),
    mutant(
        "an event is known by time and action alone",
        IDENTITY,
        ("transforms/identity.py", "codes = [code.astype(np.int64)]", "codes = [code.astype(np.int64) * 0]"),
    ),
    mutant(
        "an event is known by how its values are spelled",
        IDENTITY,
        (
            "transforms/identity.py",
            "record_ids(as_compared(encoded.dictionary), key=key)",
            "record_ids(encoded.dictionary, key=key)",
        ),
    ),
    mutant(
        "a mapping of other actions believes the ledgers",
        LEDGER,
        ("transforms/ledger.py", '"action": action_columns(mapping), ', ""),
    ),
    mutant(
        "half a file is published as a whole one",
        WHOLE,
        (
            "etl/whole_input.py",
            "if not damaged or config.accept_damaged or statistics",
            "if damaged or config.accept_damaged or statistics",
        ),
    ),
    mutant(
        "a truncated stream is whole",
        "tests/etl/test_reading.py",
        ("etl/compression.py", "    if member is not None or not started:\n", "    if not started:\n"),
    ),
    mutant(
        "a JSON line that is cut at the end is one bad line",
        "tests/transforms/test_decode_jsonl.py",
        ("transforms/decode/jsonl.py", "if bare and len(lines.starts)", "if False and len(lines.starts)"),
    ),
    mutant(
        "a file that changed with its size and time put back is whole",
        "tests/etl/test_input_stamps.py",
        ("etl/input_stamps.py", "found.st_mtime_ns, found.st_ctime_ns)", "found.st_mtime_ns)"),
    ),
    mutant(
        "an open session is released without its end",
        WINDOWS,
        ("etl/plan.py", "hold_open=config.nights is not None", "hold_open=False"),
    ),
    mutant(
        "an open session of exactly the gap is taken for closed",
        WINDOWS,
        ("transforms/sequence.py", "time_us[last] >= end_us - gap_us", "time_us[last] > end_us - gap_us"),
    ),
    mutant(
        "who only waits counts as active",
        WINDOWS,
        (
            "transforms/draw.py",
            'counts["active"] = _people(_rows(events, inside))',
            'counts["active"] = _people(events)',
        ),
    ),
    mutant(
        "what the caps cut waits on",
        WINDOWS,
        ("transforms/leftover.py", "gone = out | capped.rows(rows)", "gone = out"),
    ),
    mutant(
        "what was released waits on",
        WINDOWS,
        ("transforms/leftover.py", "kept = np.flatnonzero(~gone)", "kept = np.arange(rows)"),
    ),
    mutant(
        "fragments are joined across what was released",
        f"{WINDOWS} tests/transforms/test_leftover.py",
        (
            "transforms/leftover.py",
            "begins[1:] = opens[kept[1:]] | (np.diff(kept) > 1)",
            "begins[1:] = opens[kept[1:]]",
        ),
    ),
    mutant(
        "a late event bridges what was released",
        f"{WINDOWS} {BARRIERS}",
        ("transforms/barriers.py", "    opens[1 + asked] = _parted(", "    _ = _parted("),
    ),
    mutant(
        "the ends of a spent interval do not count",
        BARRIERS,
        ("transforms/barriers.py", "mine & (latest >= begin)", "mine & (latest > begin)"),
    ),
    mutant(
        "the verifier knows nothing of what came out before",
        BEFORE,
        ("verifier/staging.py", "    opens |= parted(", "    _ = parted("),
    ),
    mutant(
        "the verifier parts what waited in one piece",
        BEFORE,
        ("verifier/before.py", "return np.where(together, inner, mask)", "return mask"),
    ),
    mutant(
        "the verifier takes who waited for active",
        BEFORE,
        (
            "verifier/staging.py",
            '        own &= np.asarray(table.column("fragment").is_null())\n',
            "        own[:] = True\n",
        ),
    ),
    mutant(
        "late events of a withdrawn night are let in",
        WINDOWS,
        (
            "etl/history.py",
            "spans.append(PastSpan(begin, end, BURNED))",
            "spans.append(PastSpan(begin, end, LATE))",
        ),
    ),
    mutant(
        "events of an unpublished night are taken for late",
        WINDOWS,
        (
            "transforms/past.py",
            "np.where(inside, fate[found], OUTSIDE)",
            "np.where(inside, fate[found], LATE)",
        ),
    ),
    mutant(
        "without a ledger a night may still bring late events",
        WINDOWS,
        (
            "etl/history.py",
            "recent = max(begin, late_from_us) if version.name in ledgers else end",
            "recent = begin",
        ),
    ),
    mutant(
        "the same window with other content is taken for the same",
        WINDOWS,
        ("etl/again.py", "if _alike(read_content(registry, same.name)) != content:", "if False:"),
    ),
    mutant(
        "the same window with another policy is taken for the same",
        WINDOWS,
        (
            "etl/again.py",
            '_other_settings(same.manifest["policy"], policy_of(config, config.min_outside_unit))',
            "list[str]()",
        ),
    ),
    mutant(
        "what waited long enough waits on",
        WINDOWS,
        ("etl/inheritance.py", '"keep_from_us": self._night(pool - 1)', '"keep_from_us": 0'),
    ),
    mutant(
        "events of an account that objected meanwhile stay in the pool",
        "tests/transforms/test_resume.py",
        (
            "transforms/resume.py",
            "mask if registry is None else mask & admit(",
            "mask if True else mask & admit(",
        ),
    ),
    mutant(
        "a name that came to be known stays in what waits",
        "tests/transforms/test_resume.py",
        ("transforms/resume.py", "if gazetteer is None or not len(encoded.dictionary):", "if True:"),
    ),
    mutant(
        "the pool of another pseudonym key is used",
        "tests/etl/test_waiting.py",
        ("etl/waiting.py", 'if facts["pseudonym_key"] != fingerprint:', "if False:"),
    ),
    mutant(
        "figures of the pool are told exactly",
        WINDOWS,
        (
            "etl/manifest.py",
            "told[name] = fewer_than(k) if few else tell_count(pool[name])",
            "told[name] = pool[name]",
        ),
    ),
    mutant(
        "the number of active people is told exactly",
        WINDOWS,
        (
            "etl/manifest.py",
            '(tell_people(exact[name], k) for name in ("people", "active"))',
            '(tell_people(exact["people"], k), exact["active"])',
        ),
    ),
    mutant(
        "an id that two people use is one event",
        "tests/transforms/test_ledger.py",
        (
            "transforms/ledger.py",
            'person = words_of(events.column("person"))[:, 0]',
            "person = np.zeros(events.num_rows, np.int64)",
        ),
        (
            "transforms/ledger.py",
            'whose = words_of(ledger.column("account").combine_chunks())[:, 0]',
            "whose = np.zeros(ledger.num_rows, np.int64)",
        ),
    ),
    mutant(
        "more late days than a ledger reaches back are believed",
        WINDOWS,
        ("etl/memory.py", "max(late_from_us, remembered_from_us(versions, first_us))", "late_from_us"),
    ),
    mutant(
        "a ledger of another mapping is believed",
        WINDOWS,
        ("etl/memory.py", "if not _recognises(registry, with_ledger, mapping, keys):", "if False:"),
    ),
    mutant(
        "spent intervals go though something waits beside them",
        WINDOWS,
        ("etl/inheritance.py", 'old -= waits if kind in ("spent", "units") else set()', "pass"),
    ),
    mutant(
        "a run does not look at the audit log",
        WINDOWS,
        ("etl/housekeeping.py", "        _hold_to_log(registry)", "        pass"),
    ),
    mutant(
        "what is left over of a withdrawn night waits on",
        WINDOWS,
        ("transforms/resume.py", "    admitted &= fates(", "    _ = fates("),
    ),
    mutant(
        "what another mapping named waits on",
        WINDOWS,
        ("transforms/resume.py", "takes_part & (not outdated)", "takes_part"),
    ),
)
