"""Mutants of a job on many machines: what workers stage, what they answer, and how a job ends."""

from __future__ import annotations

from tests.mutants.mutant import mutant

STAGING = "tests/etl/test_staging.py"
POOL = "tests/etl/test_worker_pool.py"
TRAVELS = "tests/etl/test_job_travels.py"
EXECUTE = "tests/etl/test_execute.py"

SPREADING = (
    mutant(
        "two attempts at a staged file write under one name",
        STAGING,
        ("etl/staging.py", "{secrets.token_hex(6)}{PARTIAL}", "{PARTIAL}"),
    ),
    mutant(
        "an attempt that failed leaves its part",
        STAGING,
        ("etl/staging.py", "        partial.unlink(missing_ok=True)\n", "        pass\n"),
    ),
    mutant(
        "a worker that does not see the staging folder goes on",
        STAGING,
        ("etl/staging.py", "    if not root.is_dir():\n", "    if False:\n"),
    ),
    mutant(
        "a worker that outlives its run makes the folder again",
        STAGING,
        ("etl/staging.py", "        folder.mkdir(mode=0o700)\n", "        folder.mkdir(parents=True)\n"),
    ),
    mutant(
        "a job carries all its keys",
        TRAVELS,
        ("etl/job.py", "    def __reduce__(self)", "    def _reduce(self)"),
    ),
    mutant(
        "a job server is told the names of files",
        TRAVELS,
        ("etl/pipeline.py", "list(range(len(job.splits)))", "list(job.splits)"),
    ),
    mutant(
        "what a cluster shuffles is not sealed",
        "tests/etl/test_shuffle.py",
        (
            "etl/shuffle.py",
            "Sealed(seal(_plain(batch), job.sealing_key, _place(_WITH_RUNNER, bucket)))",
            "Sealed(bytes(_plain(batch)))",
        ),
        (
            "etl/shuffle.py",
            "_opened(one.content, job.sealing_key, _place(_WITH_RUNNER, bucket))",
            "from_wire(pa.ipc.open_stream(one.content).read_next_batch())",
        ),
    ),
    mutant(
        "registries that stage in one folder remove each other's",
        STAGING,
        ("etl/registry.py", "staging.absolute() / self._mark()", "staging.absolute()"),
    ),
    mutant(
        "a job that nobody waits for stays on its cluster",
        EXECUTE,
        ("etl/execute.py", "            result.cancel()\n", "            pass\n"),
    ),
    mutant(
        "a cluster that fails is a bug",
        EXECUTE,
        ("etl/execute.py", "if on_cluster and TOLD_BY_PLACES not in text:", "if False:"),
    ),
    mutant(
        "a step that fails on a cluster is the cluster's fault",
        EXECUTE,
        ("etl/execute.py", "if on_cluster and TOLD_BY_PLACES not in text:", "if on_cluster:"),
    ),
    mutant(
        "a worker of a pool answers with the text of what failed",
        POOL,
        ("etl/worker.py", "    sdk_worker.traceback =", "    _ ="),
    ),
    mutant(
        "a worker of a pool is not known as one",
        POOL,
        ("etl/worker.py", 'hasattr(main, "SdkHarness")', "False"),
    ),
)
