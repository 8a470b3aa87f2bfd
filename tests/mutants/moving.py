"""Mutants of how events move: read by several threads, shuffled in sealed files, told what to do by a shipped job."""

from __future__ import annotations

from tests.mutants.mutant import mutant

SHUFFLE, JOB, READ = "etl/shuffle.py", "etl/job.py", "etl/read_step.py"
THREADED, READING = "etl/threaded.py", "etl/reading.py"
SHUFFLED, SHIPPED = "tests/etl/test_shuffle.py", "tests/etl/test_job.py"
READER, STEPS = "tests/etl/test_reader.py", "tests/etl/test_threaded.py"
BLOCKS = "tests/etl/test_reading.py::test_any_blocks_and_splits_bring_the_same_records"
WIRE = "tests/transforms/test_wire.py"
OWN = "tests/transforms/test_own_account.py"
PLACE = '    return f"{name} {bucket}".encode()\n'

MOVING = (
    mutant(
        "a part of the shuffle opens as another bucket's",
        f"{SHUFFLED}::test_a_part_does_not_open_as_another_buckets",
        (SHUFFLE, PLACE, "    return name.encode()\n"),
    ),
    mutant(
        "a part of the shuffle opens in another file's place",
        f"{SHUFFLED}::test_a_part_does_not_open_in_another_files_place",
        (SHUFFLE, PLACE, "    return str(bucket).encode()\n"),
    ),
    mutant(
        "what is shuffled lies there in plain",
        f"{SHUFFLED}::test_what_lies_on_the_disk_holds_no_value",
        (
            SHUFFLE,
            "sealed = seal(_plain(batch), job.sealing_key, _place(path.name, bucket))",
            "sealed = bytes(_plain(batch))",
        ),
    ),
    mutant(
        "what waited does not come",
        f"{SHUFFLED}::test_what_waits_comes_from_the_staging_folder",
        (
            SHUFFLE,
            "        if isinstance(one, Waiting):\n            batches +=",
            "        if isinstance(one, Waiting):\n            _ =",
        ),
    ),
    mutant(
        "on its way an account becomes its person",
        WIRE,
        ("transforms/wire.py", "if account.equals(person) else account", "if True else account"),
    ),
    mutant(
        "an account that is its person is not restored",
        WIRE,
        ("transforms/wire.py", '    if columns["account"].null_count:\n', "    if False:\n"),
    ),
    mutant(
        "a job is shipped in plain",
        "tests/etl/test_job_travels.py::test_what_travels_holds_no_key_but_the_run_s",
        (
            JOB,
            "write_sealed_bytes(content, self.staging.job(digest), self.sealing_key)",
            "self.staging.job(digest).write_bytes(content)",
        ),
        (JOB, "read_sealed_bytes(staging.job(digest), sealing_key)", "staging.job(digest).read_bytes()"),
    ),
    mutant(
        "a job's file opens in another's place",
        f"{SHIPPED}::test_another_file_does_not_open",
        ("etl/sealed.py", '    return f"{path.parent.name}/{path.name}".encode()\n', '    return b""\n'),
    ),
    mutant(
        "what lies there already is taken for any job",
        f"{SHIPPED}::test_a_changed_copy_of_a_job_is_another",
        (JOB, "        digest = sha256(content).hexdigest()[:16]\n", '        digest = "job"\n'),
    ),
    mutant(
        "events that are held at the end are not sent",
        READER,
        (READ, "        yield from sent(self._held, self._job)\n", "        yield from ()\n"),
    ),
    mutant(
        "events that were sent are sent again",
        READER,
        (
            READ,
            "            held, self._held, self._rows = self._held, [], 0\n",
            "            held, self._rows = self._held[:], 0\n            self._held = self._held[:1]\n",
        ),
    ),
    mutant(
        "events are held without end",
        f"{READER}::test_no_more_is_held_than_may_be",
        (READ, "                if rows_of(held) >= ROWS_HELD:\n", "                if False:\n"),
    ),
    mutant(
        "events of a bundle that failed are sent with the next",
        f"{READER}::test_nothing_of_a_bundle_that_failed_is_sent_with_the_next",
        (
            READ,
            "        self._held: list[pa.Table] = []\n",
            '        self._held: list[pa.Table] = getattr(self, "_held", [])\n',
        ),
    ),
    mutant(
        "what is under way at a bundle's end is lost",
        STEPS,
        (THREADED, "        yield from self._ahead.rest()\n", "        yield from ()\n"),
    ),
    mutant(
        "results of a bundle that failed come out of the next",
        f"{STEPS}::test_nothing_of_a_bundle_that_failed_is_in_the_next",
        (
            THREADED,
            "        self.teardown()\n        self._ahead = Ahead(",
            '        self._ahead = getattr(self, "_ahead", None) or Ahead(',
        ),
    ),
    mutant(
        "a bundle that failed works on beside the next",
        f"{STEPS}::test_nothing_goes_on_beside_the_bundle_that_is_tried_again",
        (THREADED, '        if hasattr(self, "_ahead"):\n', "        if False:\n"),
    ),
    mutant(
        "a record longer than what is read behind a split is never read",
        f"{BLOCKS} tests/etl/test_reading.py::test_a_record_longer_than_the_overhang_is_read_whole",
        (
            READING,
            "if offset >= end or len(data) < wanted:",
            "if offset >= end or len(data) < wanted or not consumed:",
        ),
    ),
    mutant(
        "a byte behind a match is taken for one",
        "tests/transforms/test_words.py",
        (
            "transforms/decode/words.py",
            "flags = ~(((word & ~_HIGHS) + ~_HIGHS) | word | ~_HIGHS)",
            "flags = (word - _ONES) & ~word & _HIGHS",
        ),
    ),
    mutant(
        "what was shaped in one way is remembered for another",
        "tests/transforms/test_memo.py",
        (
            "transforms/names.py",
            "memo.of(how, encoded.dictionary, settle)",
            'memo.of("name", encoded.dictionary, settle)',
        ),
    ),
    mutant(
        "what a worker remembers of a log goes with its step",
        "tests/transforms/test_memo.py::test_no_text_travels_with_it",
        ("transforms/memo.py", "        return Memo, ()\n", "        return _again, (self._known,)\n"),
        (
            "transforms/memo.py",
            "def _joined(",
            "def _again(known: dict[str, _Known]) -> Memo:\n"
            "    memo = Memo()\n    memo._known = known\n    return memo\n\n\ndef _joined(",
        ),
    ),
    mutant(
        "an account of three letters is not suspected",
        OWN,
        (
            "transforms/own_account.py",
            "for length in range(3, min(seen, 8) + 1):",
            "for length in range(4, min(seen, 8) + 1):",
        ),
    ),
    mutant(
        "an account in capitals is not suspected",
        OWN,
        (
            "transforms/own_account.py",
            "            byte = byte + 32 if 65 <= byte <= 90 else byte\n            if not",
            "            if not",
        ),
    ),
    mutant(
        "a value that no row uses stays in a dictionary",
        "tests/transforms/test_small_parts.py",
        ("transforms/compaction.py", "    if there.all():\n", "    if there.any():\n"),
    ),
    mutant(
        "of ids that share a bit of the table all are repeats",
        "tests/transforms/test_distinct.py",
        ("transforms/distinct.py", "    found[some] = np.isin(values[some], twice)\n", ""),
    ),
    mutant(
        "people who share half of a digest are one",
        "tests/transforms/test_sequence.py",
        (
            "transforms/sequence.py",
            "(words[1:, 0] != words[:-1, 0]) | (words[1:, 1] != words[:-1, 1])",
            "words[1:, 1] != words[:-1, 1]",
        ),
    ),
    mutant(
        "the verifier forgets what a thread found",
        "tests/verifier/test_lies.py::test_lie_is_caught",
        ("verifier/verification.py", "        self.tally.merge(tally)\n", ""),
    ),
)
