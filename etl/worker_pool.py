"""Beam's worker pool for the task manager beside it: it listens where it is told, and workers run as this Python.

`python -m etl.worker_pool --address 127.0.0.1:50000`; jobs name it with `--environment_type=EXTERNAL
--environment_config=127.0.0.1:50000`. Beam's own (`apache_beam.runners.worker.worker_pool_main`) serves as well, but listens
on every interface, and whoever reaches the port can run anything as its user. One pool serves one task manager: two of them
call their workers by the same numbers, and one would stop the other's.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading

import grpc
from apache_beam.portability.api import beam_fn_api_pb2_grpc
from apache_beam.runners.worker.worker_pool_main import (
    BeamFnExternalWorkerPoolServicer,
    kill_process_gracefully,
)
from apache_beam.utils import thread_pool_executor

from etl.terminal import say

ADDRESS = "127.0.0.1:50000"


def serve(address: str, stopped: threading.Event) -> int:
    """Start workers for whoever asks, until told to stop; returns the exit code."""
    python = os.path.dirname(sys.executable)
    os.environ["PATH"] = os.pathsep.join((python, os.environ.get("PATH", os.defpath)))  # it starts `python`
    pool = BeamFnExternalWorkerPoolServicer(use_process=True)
    server = grpc.server(
        thread_pool_executor.shared_unbounded_instance(),
        options=[("grpc.http2.max_pings_without_data", 0), ("grpc.http2.max_ping_strikes", 0)],
    )
    beam_fn_api_pb2_grpc.add_BeamFnExternalWorkerPoolServicer_to_server(pool, server)
    try:
        server.add_insecure_port(address)
    except RuntimeError:
        say(f"the worker pool cannot listen at {address}: is another one there?", err=True)
        return 74
    server.start()
    stopped.wait()
    server.stop(0)
    for process in pool._worker_processes.values():
        kill_process_gracefully(process)
    return 0


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument(
        "--address", default=ADDRESS, help=f"host:port to listen at; {ADDRESS} unless told otherwise"
    )
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    return serve(options.parse_args(arguments).address, stopped)


if __name__ == "__main__":
    sys.exit(main())
