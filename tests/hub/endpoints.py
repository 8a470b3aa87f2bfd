"""The endpoints of the stand-in, each one method; names, bodies and headers as huggingface_hub 2.4 sends and reads them."""

from __future__ import annotations

import base64
import json
import re
import socket
from collections.abc import Callable
from hashlib import sha256
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.hub.stand_in import TOKEN, Blob, Repo, World

LARGE = (".parquet", ".arrow", ".zip")
NAME = r"/api/datasets/(?P<name>[^/]+/[^/]+)"


class RefusedError(Exception):
    def __init__(self, status: int, code: str = "") -> None:
        self.status, self.code = status, code


class Endpoints(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body leave in one packet: two would wait 40 ms for each other
    world: World

    def create(self) -> Any:
        wanted = self.json()
        name = f"{wanted['organization']}/{wanted['name']}"
        if wanted["type"] != "dataset":
            raise RefusedError(400)
        if name in self.world.repos:
            raise RefusedError(409)
        made = self.world.repos[name] = Repo(wanted.get("visibility") == "private")
        made.commit("initial commit", {".gitattributes": small(b"*.parquet filter=lfs\n")})
        return {"url": f"{self.address}/datasets/{name}"}

    def info(self, name: str, revision: str = "main") -> Any:
        repo, commit = self.found(name, revision)
        files = [{"rfilename": path} for path in sorted(repo.trees[commit])]
        return {"id": name, "sha": commit, "private": repo.private, "siblings": files, "tags": []}

    def tree(self, name: str, revision: str, path: str = "") -> Any:
        """One page; the next one's address is in the Link header."""
        repo, commit = self.found(name, revision)
        under = f"{unquote(path)}/" if path else ""
        entries = self.listing(repo.trees[commit], under, recursive=self.query.get("recursive") == ["true"])
        if under and not entries:
            raise RefusedError(404, "EntryNotFound")
        start = int(self.query.get("cursor", ["0"])[0])
        if start + self.world.page < len(entries):
            address = urlsplit(self.path)._replace(query=f"recursive=true&cursor={start + self.world.page}")
            self.extra["Link"] = f'<{self.address}{address.geturl()}>; rel="next"'
        return entries[start : start + self.world.page]

    def paths_info(self, name: str, revision: str) -> Any:
        repo, commit = self.found(name, revision)
        wanted = parse_qs(self.body.decode()).get("paths", [])
        return [entry(path, repo.trees[commit][path]) for path in wanted if path in repo.trees[commit]]

    def refs(self, name: str) -> Any:
        repo, head = self.found(name, "main")
        tags = [ref(tag, f"refs/tags/{tag}", commit) for tag, commit in repo.tags.items()]
        return {"branches": [ref("main", "refs/heads/main", head)], "converts": [], "tags": tags}

    def tag(self, name: str, revision: str) -> Any:
        repo, wanted = self.found(name, "main")[0], self.json()
        if wanted["tag"] in repo.tags:
            raise RefusedError(409)
        repo.tags[wanted["tag"]] = self.found(name, revision)[1]
        repo.messages[wanted["tag"]] = wanted.get("message", "")
        return {}

    def untag(self, name: str, tag: str) -> Any:
        if self.found(name, "main")[0].tags.pop(unquote(tag), None) is None:
            raise RefusedError(404, "RevisionNotFound")
        return {}

    def validate(self) -> Any:
        if not self.json()["content"].startswith("---\n"):
            raise RefusedError(400)
        return {"errors": [], "warnings": []}

    def preupload(self, name: str, revision: str) -> Any:
        repo, commit = self.found(name, revision)
        answer = []
        for file in self.json()["files"]:
            there = repo.trees[commit].get(file["path"])
            large = file["path"].endswith(LARGE) and file["size"] >= self.world.large_from
            oid = None if there is None else there.digest or there.oid
            answer.append(
                {
                    "path": file["path"],
                    "uploadMode": "lfs" if large else "regular",
                    "shouldIgnore": False,
                    "oid": oid,
                }
            )
        return {"files": answer}

    def batch(self, name: str) -> Any:
        self.found(name, "main")
        objects = []
        for wanted in self.json()["objects"]:
            links = {
                "upload": {"href": f"{self.address}/store/{wanted['oid']}"},
                "verify": {"href": f"{self.address}/store/{wanted['oid']}/verify"},
            }
            there = wanted["oid"] in self.world.store
            objects.append(dict(wanted) if there else {**wanted, "actions": links})
        return {"transfer": "basic", "objects": objects}

    def put(self, digest: str) -> Any:
        if sha256(self.body).hexdigest() != digest:
            raise RefusedError(400)
        self.world.store[digest] = self.body
        return {}

    def check(self, digest: str) -> Any:
        wanted = self.json()
        if len(self.world.store.get(digest, b"")) != wanted["size"]:
            raise RefusedError(404)
        return {}

    def commit(self, name: str, revision: str) -> Any:
        repo, head = self.found(name, revision)
        lines = [json.loads(line) for line in self.body.splitlines()]
        header = lines[0]["value"]
        if header.get("parentCommit", head) != head:
            raise RefusedError(412)
        tree = dict(repo.tree)
        for line in lines[1:]:
            self.change(tree, line["key"], line["value"])
        oid = repo.commit(header["summary"], tree)
        return {"commitUrl": f"{self.address}/datasets/{name}/commit/{oid}", "commitOid": oid}

    def change(self, tree: dict[str, Blob], key: str, value: dict[str, Any]) -> None:
        path = value["path"]
        if key == "deletedFile":
            if tree.pop(path, None) is None:
                raise RefusedError(404, "EntryNotFound")
        elif key == "file":
            content = base64.b64decode(value["content"])
            tree[path] = small(content[:-1] if path in self.world.corrupt else content)
        elif key == "lfsFile":
            if value["oid"] not in self.world.store:
                raise RefusedError(400)
            content = self.world.store[value["oid"]]
            if path in self.world.corrupt:
                content = content[:-1]
                self.world.store[sha256(content).hexdigest()] = content
            tree[path] = Blob(len(content), digest=sha256(content).hexdigest())
        else:
            raise RefusedError(400)

    def large_files(self, name: str) -> Any:
        repo = self.found(name, "main")[0]
        return [
            {
                "fileOid": digest,
                "oid": f"id-{digest[:8]}",
                "filename": path,
                "pushedAt": "2026-11-27T00:00:00.000Z",
                "size": len(self.world.store[digest]),
            }
            for digest, path in sorted(repo.stored.items())
        ]

    def purge(self, name: str) -> Any:
        repo, wanted = self.found(name, "main")[0], self.json()["deletions"]
        if wanted["rewriteHistory"]:
            raise RefusedError(501)
        for digest in wanted["sha"]:
            del repo.stored[digest], self.world.store[digest]
        return {}

    def resolve(self, name: str, revision: str, path: str) -> Any:
        """A file's content; for HEAD its size and digest."""
        repo, commit = self.found(name, revision)
        blob = repo.trees[commit].get(unquote(path))
        content = None if blob is None else self.world.content(blob)
        if blob is None or content is None:
            raise RefusedError(404, "EntryNotFound")
        etag = f'"{blob.digest or blob.oid}"'
        self.extra |= {"X-Repo-Commit": commit, "ETag": etag, "Accept-Ranges": "bytes"}
        if blob.digest:
            self.extra |= {"X-Linked-Etag": etag, "X-Linked-Size": str(blob.size)}
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if asked and self.command == "GET":
            start, end = int(asked[1]), int(asked[2] or len(content) - 1) + 1
            self.extra["Content-Range"] = f"bytes {start}-{min(end, len(content)) - 1}/{len(content)}"
            return content[start:end]
        return content

    def found(self, name: str, revision: str) -> tuple[Repo, str]:
        repo = self.world.repos.get(name)
        if repo is None or (repo.private and not self.is_known):
            raise RefusedError(404, "RepoNotFound")
        commit = repo.resolve(unquote(revision))
        if commit is None:
            raise RefusedError(404, "RevisionNotFound")
        return repo, commit

    def listing(self, tree: dict[str, Blob], under: str, *, recursive: bool) -> list[dict[str, Any]]:
        paths = sorted(path for path in tree if path.startswith(under))
        parts = [path[len(under) :].split("/") for path in paths]
        folders = {under + "/".join(p[:n]) for p in parts for n in range(1, len(p)) if recursive or n == 1}
        files = [
            entry(path, tree[path]) for path, p in zip(paths, parts, strict=True) if recursive or len(p) == 1
        ]
        return [
            {"type": "directory", "path": path, "oid": "0" * 40, "size": 0} for path in sorted(folders)
        ] + files

    # What is below is the way of a request, not an endpoint.

    def handle_request(self) -> None:
        address = urlsplit(self.path)
        self.query, self.extra = parse_qs(address.query), {}
        self.address = f"http://{self.headers['Host']}"
        self.is_known = self.headers.get("Authorization") == f"Bearer {TOKEN}"
        with self.world.lock:
            self.world.requests.append((self.command, address.path))
            fault = self.world.fault
            number = len(self.world.requests)
            struck = fault is not None and (number >= fault.at if fault.on else number == fault.at)
        if fault is not None and struck and fault.kind == "hold":
            self.world.holding.set()
            self.world.let_go.wait(60)
        if fault is not None and struck and fault.kind in ("cut", "hold"):
            self.rfile.read(min(8, int(self.headers.get("Content-Length", 0))))
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
            return
        self.body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with self.world.lock:
            self.world.bodies.append(self.body)
        status, content = (
            (fault.status, b"{}")
            if fault and struck and fault.kind == "refuse"
            else self.answer(address.path)
        )
        if fault and struck and fault.kind == "lose":
            status, content, self.extra = fault.status, b"{}", {}
        self.send_response(status)
        if status in (500, 503):
            self.extra["Retry-After"] = "0"
        for header, value in {"Content-Length": str(len(content)), **self.extra}.items():
            self.send_header(header, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = handle_request  # noqa: N815  (the names that http.server calls)

    def answer(self, path: str) -> tuple[int, bytes]:
        try:
            for method, pattern, endpoint in ROUTES:
                match = re.fullmatch(pattern, path)
                if match and self.command in method:
                    writes = self.command != "GET" and endpoint not in (Endpoints.resolve, Endpoints.put)
                    if writes and endpoint is not Endpoints.paths_info and not self.is_known:
                        raise RefusedError(401)
                    with self.world.lock:
                        answer = endpoint(self, **match.groupdict())
                    return 200, answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            raise RefusedError(404)
        except RefusedError as refused:
            self.extra = {"X-Error-Code": refused.code} if refused.code else {}
            return refused.status, b"{}"

    def json(self) -> Any:
        return json.loads(self.body)

    def log_message(self, *_: object) -> None:
        pass


ROUTES: list[tuple[tuple[str, ...], str, Callable[..., Any]]] = [
    (("POST",), r"/api/repos/create", Endpoints.create),
    (("POST",), r"/api/validate-yaml", Endpoints.validate),
    (("GET",), rf"{NAME}(?:/revision/(?P<revision>[^/]+))?", lambda self, name, revision:
        self.info(name, revision or "main")),
    (("GET",), rf"{NAME}/tree/(?P<revision>[^/]+)(?:/(?P<path>.+))?",
     lambda self, name, revision, path: self.tree(name, revision, path or "")),
    (("POST",), rf"{NAME}/paths-info/(?P<revision>[^/]+)", Endpoints.paths_info),
    (("GET",), rf"{NAME}/refs", Endpoints.refs),
    (("POST",), rf"{NAME}/tag/(?P<revision>[^/]+)", Endpoints.tag),
    (("DELETE",), rf"{NAME}/tag/(?P<tag>[^/]+)", Endpoints.untag),
    (("POST",), rf"{NAME}/preupload/(?P<revision>[^/]+)", Endpoints.preupload),
    (("POST",), rf"{NAME}/commit/(?P<revision>[^/]+)", Endpoints.commit),
    (("GET",), rf"{NAME}/lfs-files", Endpoints.large_files),
    (("POST",), rf"{NAME}/lfs-files/batch", Endpoints.purge),
    (("POST",), r"/datasets/(?P<name>[^/]+/[^/]+)\.git/info/lfs/objects/batch", Endpoints.batch),
    (("PUT",), r"/store/(?P<digest>[0-9a-f]{64})", Endpoints.put),
    (("POST",), r"/store/(?P<digest>[0-9a-f]{64})/verify", Endpoints.check),
    (("GET", "HEAD"), r"/datasets/(?P<name>[^/]+/[^/]+)/resolve/(?P<revision>[^/]+)/(?P<path>.+)", Endpoints.resolve),
]  # fmt: skip


def handler(world: World) -> type[Endpoints]:
    return type("Handler", (Endpoints,), {"world": world})


def small(content: bytes) -> Blob:
    return Blob(len(content), content=content)


def entry(path: str, blob: Blob) -> dict[str, Any]:
    told = {"type": "file", "path": path, "oid": blob.oid, "size": blob.size}
    if blob.digest:
        told["lfs"] = {"oid": blob.digest, "size": blob.size, "pointerSize": 130}
    return told


def ref(name: str, full: str, commit: str) -> dict[str, str]:
    return {"name": name, "ref": full, "targetCommit": commit}
