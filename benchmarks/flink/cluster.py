"""A standalone Flink cluster on this machine: a job manager, task managers, a worker pool beside each, a job server.

A task manager and its pool would be alone on their machine. Here each pool has a loopback address of its own, and each task
manager a hosts file in which `worker-pool` is that address.
"""

from __future__ import annotations

import json
import socket
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from benchmarks.flink.artefacts import JOB_SERVER, Artefacts
from benchmarks.flink.processes import Processes

PATIENCE_S: Final = 120
SLOTS: Final = 2
"""Of each task manager, so that one alone could do the job of both."""

_OPEN: Final = (
    "java.base/java.lang", "java.base/java.net", "java.base/java.io", "java.base/java.nio", "java.base/sun.nio.ch",
    "java.base/java.lang.reflect", "java.base/java.text", "java.base/java.time", "java.base/java.util",
    "java.base/java.util.concurrent", "java.base/java.util.concurrent.atomic", "java.base/java.util.concurrent.locks",
)  # fmt: skip
"""What Flink reflects on, which Java 17 allows by name alone."""

_CONFIGURATION: Final = """\
jobmanager.rpc.address: 127.0.0.1
jobmanager.rpc.port: {rpc}
jobmanager.bind-host: 127.0.0.1
jobmanager.execution.failover-strategy: region
rest.address: 127.0.0.1
rest.bind-address: 127.0.0.1
rest.port: {rest}
taskmanager.bind-host: 127.0.0.1
taskmanager.host: 127.0.0.1
taskmanager.numberOfTaskSlots: {slots}
taskmanager.cpu.cores: 1
taskmanager.memory.framework.heap.size: 128m
taskmanager.memory.task.heap.size: 384m
taskmanager.memory.managed.size: 256m
taskmanager.memory.network.min: 160m
taskmanager.memory.network.max: 160m
taskmanager.memory.framework.off-heap.size: 64m
taskmanager.memory.task.off-heap.size: 64m
taskmanager.memory.jvm-metaspace.size: 256m
taskmanager.memory.jvm-overhead.min: 64m
taskmanager.memory.jvm-overhead.max: 64m
cluster.evenly-spread-out-slots: true
classloader.resolve-order: parent-first
heartbeat.interval: 2000
heartbeat.timeout: 8000
slot.request.timeout: 60000
restart-strategy.type: fixed-delay
restart-strategy.fixed-delay.attempts: 4
restart-strategy.fixed-delay.delay: 5s
io.tmp.dirs: {temporary}
web.tmpdir: {temporary}
"""


class Cluster:
    """A running cluster. `workers`: how many task managers."""

    def __init__(
        self, artefacts: Artefacts, python: Path, folder: Path, processes: Processes, *, workers: int
    ) -> None:
        self._artefacts, self._python, self._folder = artefacts, python, folder
        self.processes = processes
        self.workers = workers
        self.rest_port, self.job_port, self._artifact_port, self._pool_port, rpc = _free_ports(5)
        self._configuration = folder / "conf"
        for name in ("conf", "tmp", "artifacts"):
            (folder / name).mkdir(parents=True)
        text = _CONFIGURATION.format(rpc=rpc, rest=self.rest_port, slots=SLOTS, temporary=folder / "tmp")
        (self._configuration / "config.yaml").write_text(text, "utf-8")

    @property
    def flags(self) -> list[str]:
        """What a run is given to use it, through the job server."""
        return [
            "--runner=PortableRunner",
            f"--job_endpoint=127.0.0.1:{self.job_port}",
            f"--artifact_endpoint=127.0.0.1:{self._artifact_port}",
            *self._workers_flags,
        ]

    @property
    def flink_runner_flags(self) -> list[str]:
        """The same, through a job server that Beam starts."""
        jar = self._artefacts.job_server_jar()
        return [
            "--runner=FlinkRunner",
            f"--flink_master=127.0.0.1:{self.rest_port}",
            f"--flink_job_server_jar={jar}",
            *self._workers_flags,
        ]

    @property
    def _workers_flags(self) -> list[str]:
        return [
            "--environment_type=EXTERNAL",
            f"--environment_config=worker-pool:{self._pool_port}",
            f"--parallelism={self.workers}",
        ]

    def start(self) -> None:
        """Start everything, and wait until it can take a job."""
        self.processes.start(
            "jobmanager",
            self._java(
                512,
                "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint",
                *self._configured,
            ),
        )
        for number in range(self.workers):
            self.start_worker(number)
        self.processes.start(
            "jobserver",
            self._java(
                512,
                JOB_SERVER,
                f"--flink-master=127.0.0.1:{self.rest_port}",
                f"--flink-conf-dir={self._configuration}",
                "--job-host=127.0.0.1",
                f"--job-port={self.job_port}",
                f"--artifact-port={self._artifact_port}",
                "--expansion-port=0",
                f"--artifacts-dir={self._folder / 'artifacts'}",
            ),
        )
        self.wait_for_workers()
        _wait("the job server", lambda: _listens(self.job_port))

    def start_worker(self, number: int) -> None:
        """Start a task manager and the pool beside it, or start them again."""
        address = f"127.0.1.{number + 1}"
        hosts = self._folder / f"hosts-{number}"
        hosts.write_text(f"127.0.0.1 localhost\n{address} worker-pool\n", "utf-8")
        if not self.processes.is_running(f"pool-{number}"):
            listens = f"{address}:{self._pool_port}"
            self.processes.start(
                f"pool-{number}", [str(self._python), "-m", "etl.worker_pool", "--address", listens]
            )
        main = "org.apache.flink.runtime.taskexecutor.TaskManagerRunner"
        named = ["-D", f"taskmanager.resource-id={number}-{time.monotonic_ns()}"]
        flags = [f"-Djdk.net.hosts.file={hosts}", "-XX:MaxDirectMemorySize=384m"]
        self.processes.start(
            f"taskmanager-{number}", self._java(512, main, *self._configured, *named, flags=flags)
        )

    def mend(self) -> None:
        """Start the workers that are not there any more, and wait until Flink counts on all of them and on no other."""
        for number in range(self.workers):
            if not self.processes.is_running(f"taskmanager-{number}"):
                self.start_worker(number)
        self.wait_for_workers()

    def wait_for_workers(self) -> None:
        """Until every task manager has registered, and none that is gone is still believed in."""
        _wait("the task managers", lambda: self._registered() == self.workers)

    def ask(self, path: str) -> Any:
        """What Flink answers about itself."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.rest_port}{path}", timeout=10) as answer:
            return json.load(answer)

    def _registered(self) -> int:
        try:
            return int(self.ask("/overview")["taskmanagers"])
        except OSError:
            return -1

    @property
    def _configured(self) -> list[str]:
        return ["--configDir", str(self._configuration)]

    def _java(self, heap_mb: int, main: str, *arguments: str, flags: list[str] | None = None) -> list[str]:
        opened = [f"--add-opens={name}=ALL-UNNAMED" for name in _OPEN]
        opened.append(f"-Djava.io.tmpdir={self._folder / 'tmp'}")
        java = [self._artefacts.java, f"-Xmx{heap_mb}m", *(flags or []), *opened]
        return [*java, "-cp", self._artefacts.class_path, main, *arguments]


def _free_ports(number: int) -> list[int]:
    sockets = [socket.socket() for _ in range(number)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in sockets]
    finally:
        for one in sockets:
            one.close()


def _listens(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def _wait(what: str, is_there: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not is_there():
        if time.monotonic() > until:
            raise RuntimeError(f"{what} did not come within {PATIENCE_S} s; see the logs below build/flink")
        time.sleep(0.2)
