"""Where the tests keep registries: a folder, an S3-compatible server of the test's own, and fsspec's memory."""

from __future__ import annotations

import shutil
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fsspec

from etl.store.local import LocalStore
from etl.store.remote import FsspecStore

CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "us-east-1",
}


@contextmanager
def careless_s3_server() -> Iterator[str]:
    """A server that ignores `If-None-Match`, as some S3-compatible ones do; yields its address."""
    from moto.server import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import make_server

    inner = DomainDispatcherApplication(create_backend_app)

    def careless(environ: dict[str, Any], start_response: Any) -> Any:
        environ.pop("HTTP_IF_NONE_MATCH", None)
        return inner(environ, start_response)

    server = make_server("127.0.0.1", 0, careless, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def s3_server() -> Iterator[str]:
    """A server on a port of its own; yields its address."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        yield "http://{}:{}".format(*server.get_host_and_port())
    finally:
        server.stop()


def new_bucket() -> str:
    """A bucket that nobody used before, on the server that the environment names."""
    bucket = f"b{uuid.uuid4().hex}"
    fsspec.filesystem("s3", skip_instance_cache=True).mkdir(bucket)
    return bucket


@dataclass(frozen=True)
class Place:
    """A root for a registry, and how to open another store on it, as another process would."""

    kind: str
    root: str

    def open(self, **options: Any) -> Any:
        return LocalStore(Path(self.root)) if self.kind == "local" else FsspecStore(self.root, **options)


def new_place(kind: str, folder: Path) -> Place:
    """A place with nothing in it."""
    if kind == "local":
        return Place(kind, str(folder / "registry"))
    if kind == "s3":
        return Place(kind, f"s3://{new_bucket()}/reg")
    return Place(kind, f"memory://{uuid.uuid4().hex}/reg")


def tree(folder: Path, **files: bytes) -> Path:
    """A local folder with these files; `__` in a name stands for a slash."""
    shutil.rmtree(folder, ignore_errors=True)
    for name, content in files.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder
