"""A stand-in for the Hub: a real HTTP server on this machine with the endpoints that a push and a reader use.

It keeps repositories as the Hub does, as far as a client can see: commits with a tree each, small files in the tree, large
ones as pointers into a store by digest, tags, and a history in which deleted files stay. It refuses what the Hub refuses:
no or another token, a commit on a parent that is not the newest, a pointer to content that was never uploaded, content
whose digest is another. Failures are ordered with `Fault`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha1, sha256
from http.server import ThreadingHTTPServer
from typing import Literal

from etl.hub.files import git_blob_id

TOKEN = "hf_notARealTokenJustForTheStandIn"


@dataclass(frozen=True)
class Blob:
    """A file in a tree: small, with its content, or large, as a pointer."""

    size: int
    content: bytes | None = None
    digest: str | None = None

    @property
    def oid(self) -> str:
        return git_blob_id(self.content if self.content is not None else f"pointer {self.digest}".encode())


@dataclass
class Repo:
    private: bool
    commits: list[str] = field(default_factory=list)
    trees: dict[str, dict[str, Blob]] = field(default_factory=dict)
    titles: list[str] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)
    messages: dict[str, str] = field(default_factory=dict)
    stored: dict[str, str] = field(default_factory=dict)
    """Digests of large files that any commit refers to, with a name."""

    @property
    def head(self) -> str:
        return self.commits[-1]

    @property
    def tree(self) -> dict[str, Blob]:
        return self.trees[self.head]

    def commit(self, title: str, tree: dict[str, Blob]) -> str:
        oid = sha1(repr((self.commits, title, sorted(tree.items()))).encode()).hexdigest()
        self.commits.append(oid)
        self.trees[oid] = tree
        self.titles.append(title)
        self.stored |= {blob.digest: path for path, blob in tree.items() if blob.digest}
        return oid

    def resolve(self, revision: str) -> str | None:
        if revision in ("main", "HEAD"):
            return self.head
        return self.tags.get(revision, revision if revision in self.trees else None)


@dataclass
class Fault:
    """What goes wrong at the `at`-th request (from 1), or from it on.

    refuse: it is answered with an error and has no effect. lose: it has its effect and is answered with an error.
    cut: the connection is cut while the client is still sending. hold: so it is, but not before `let_go`. Error 501 is one
    that the client does not try again.
    """

    at: int
    kind: Literal["refuse", "lose", "cut", "hold"]
    status: int = 501
    on: bool = True
    """Whether all later requests fail too."""


@dataclass
class World:
    repos: dict[str, Repo] = field(default_factory=dict)
    store: dict[str, bytes] = field(default_factory=dict)
    requests: list[tuple[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    fault: Fault | None = None
    page: int = 4
    large_from: int = 0
    """Files of the names that the Hub stores as large ones are so from this size on."""
    corrupt: set[str] = field(default_factory=set)
    """Names of files that are damaged when they arrive."""
    lock: threading.Lock = field(default_factory=threading.Lock)
    holding: threading.Event = field(default_factory=threading.Event)
    let_go: threading.Event = field(default_factory=threading.Event)

    def content(self, blob: Blob) -> bytes | None:
        return blob.content if blob.content is not None else self.store.get(str(blob.digest))

    def files(self, name: str) -> dict[str, str]:
        """The repository's newest tree, as digests of content."""
        tree = self.repos[name].tree
        return {path: sha256(self.content(blob) or b"").hexdigest() for path, blob in sorted(tree.items())}

    def changes(self) -> list[tuple[str, str]]:
        """The requests that could change something."""
        reading = ("/paths-info/",)
        return [
            r for r in self.requests if r[0] not in ("GET", "HEAD") and not any(p in r[1] for p in reading)
        ]


@contextmanager
def serve(world: World) -> Iterator[str]:
    """Serve this world; yields its address."""
    from tests.hub.endpoints import handler

    with ThreadingHTTPServer(("127.0.0.1", 0), handler(world)) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
