"""A double of an API server on loopback: it serves lists in pages, and misbehaves as a test asks it to."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.discovery.samples import Document

PLURALS = {
    "v1/Namespace": "api/v1/namespaces",
    "v1/Service": "api/v1/services",
    "v1/ServiceAccount": "api/v1/serviceaccounts",
    "v1/Node": "api/v1/nodes",
    "apps/v1/Deployment": "apis/apps/v1/deployments",
    "apps/v1/StatefulSet": "apis/apps/v1/statefulsets",
    "apps/v1/DaemonSet": "apis/apps/v1/daemonsets",
    "v1/Pod": "api/v1/pods",
    "v1/ReplicationController": "api/v1/replicationcontrollers",
    "apps/v1/ReplicaSet": "apis/apps/v1/replicasets",
    "batch/v1/CronJob": "apis/batch/v1/cronjobs",
    "batch/v1/Job": "apis/batch/v1/jobs",
    "argoproj.io/v1alpha1/Rollout": "apis/argoproj.io/v1alpha1/rollouts",
    "admin.gloo.solo.io/v2/Workspace": "apis/admin.gloo.solo.io/v2/workspaces",
}

Trouble = Callable[["Handler", int], bool]
"""Answers a request in a way of its own and returns True, or returns False; counts requests of a path from 1."""


class Handler(BaseHTTPRequestHandler):
    """One connection to the double."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: ApiDouble

    def do_GET(self) -> None:
        """Answer, or fail as the test asks for."""
        path = urlsplit(self.path).path.strip("/")
        with self.server.lock:
            self.server.requests[path] += 1
            count = self.server.requests[path]
        self.server.authorizations.add(self.headers.get("Authorization", ""))
        trouble = self.server.troubles.get(path) or self.server.troubles.get("*")
        if trouble and trouble(self, count):
            return
        if "/configmaps/" in path and path not in self.server.config_maps:
            self.answer({"kind": "Status", "reason": "NotFound"}, 404)
            return
        self.answer(self.server.content(path, self.query()))

    def query(self) -> dict[str, str]:
        """The parameters of the request."""
        return {key: values[0] for key, values in parse_qs(urlsplit(self.path).query).items()}

    def answer(self, content: Any, status: int = 200, **headers: str) -> None:
        """Answer JSON."""
        self.raw(json.dumps(content).encode(), status, None, **headers)

    def raw(self, body: bytes, status: int = 200, length: int | None = None, **headers: str) -> None:
        """Answer these bytes, which may claim to be more than they are."""
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body) if length is None else length))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Stay silent."""


class ApiDouble(ThreadingHTTPServer):
    """The server. `troubles` maps a path (or `*`) to what goes wrong there."""

    daemon_threads = True

    def __init__(self, documents: list[Document]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.lists: dict[str, list[Document]] = {path: [] for path in PLURALS.values() if ".io/" not in path}
        for document in documents:
            key = f"{document['apiVersion']}/{document['kind']}"
            item = dict(document)
            if ".io/" not in key:
                del item["apiVersion"], item["kind"]  # as in lists of Kubernetes' own types
            self.lists.setdefault(PLURALS[key], []).append(item)
        self.config_maps: dict[str, Document] = {}
        self.istio_versions: tuple[str, ...] = ()
        self.argo = any("argoproj.io" in path for path in self.lists)
        self.troubles: dict[str, Trouble] = {}
        self.requests: Counter[str] = Counter()
        self.authorizations: set[str] = set()
        self.lock = threading.Lock()
        self.released = threading.Event()

    def add_config_map(self, document: Document) -> None:
        """Serve a ConfigMap; ConfigMaps are never listed."""
        metadata = document["metadata"]
        self.config_maps[f"api/v1/namespaces/{metadata['namespace']}/configmaps/{metadata['name']}"] = document

    def content(self, path: str, query: dict[str, str]) -> Document:
        """What a well-behaved API server answers."""
        if path == "apis":
            return {"kind": "APIGroupList", "groups": list(self._groups())}
        if path == "apis/admin.gloo.solo.io/v2":
            kinds = [("workspaces", "Workspace", ["get", "list"]), ("workspaces/status", "Workspace", ["get"])]
            resources = [
                {"name": name, "kind": kind, "namespaced": True, "verbs": verbs} for name, kind, verbs in kinds
            ]
            return {"kind": "APIResourceList", "groupVersion": "admin.gloo.solo.io/v2", "resources": resources}
        if path == "apis/argoproj.io/v1alpha1":
            names = ["workflows"] + ["rollouts"] * (PLURALS["argoproj.io/v1alpha1/Rollout"] in self.lists)
            served = [{"name": name, "verbs": ["list"]} for name in names]
            return {"kind": "APIResourceList", "groupVersion": "argoproj.io/v1alpha1", "resources": served}
        if path in self.config_maps:
            return self.config_maps[path]
        items = self.lists[path]
        start, size = int(query.get("continue", "0")), int(query["limit"])
        rest = {"continue": str(start + size)} if start + size < len(items) else {}
        return {"kind": "AnyList", "apiVersion": "v1", "metadata": rest, "items": items[start : start + size]}

    def _groups(self) -> Iterator[Document]:
        gloo = any("gloo" in path for path in self.lists)
        served = ["apps", "batch"] + ["argoproj.io"] * self.argo
        served += ["admin.gloo.solo.io", "internal.gloo.solo.io"] * gloo
        for name in served:
            version = {"groupVersion": f"{name}/{'v2' if 'gloo' in name else 'v1'}", "version": "v2"}
            yield {"name": name, "versions": [version], "preferredVersion": version}
        if self.istio_versions:
            versions = [{"groupVersion": f"networking.istio.io/{one}", "version": one} for one in self.istio_versions]
            yield {"name": "networking.istio.io", "versions": versions, "preferredVersion": versions[0]}

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"


@contextmanager
def serving(documents: list[Document]) -> Iterator[ApiDouble]:
    """Run a double for these objects."""
    with ApiDouble(documents) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.released.set()
            server.shutdown()
            thread.join()


def status(code: int, times: int = 1_000_000, after: int = 0, **headers: str) -> Trouble:
    """Answer this status `times` times, from the request after the first `after` ones."""

    def trouble(handler: Handler, count: int) -> bool:
        if not after < count <= after + times:
            return False
        handler.answer({"kind": "Status", "message": "the secret server message"}, code, **headers)
        return True

    return trouble


def body(content: bytes, times: int = 1_000_000, length: int | None = None) -> Trouble:
    """Answer these bytes; with a greater `length` the connection closes in the middle of the body."""

    def trouble(handler: Handler, count: int) -> bool:
        if count > times:
            return False
        handler.raw(content, length=length)
        handler.close_connection = True
        return True

    return trouble


def hang(handler: Handler, _count: int) -> bool:
    """Never answer."""
    handler.server.released.wait(20)
    handler.close_connection = True
    return True


def drip(handler: Handler, _count: int) -> bool:
    """Answer a byte at a time, always in time for a read timeout."""
    handler.send_response(200)
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    while not handler.server.released.is_set():
        try:
            handler.wfile.write(b" ")
        except OSError:
            break
        time.sleep(0.02)
    handler.close_connection = True
    return True
