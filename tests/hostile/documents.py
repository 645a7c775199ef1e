"""What hostile documents are made of.

`evil` owns one namespace in cluster `c0`. It imports from everybody and everybody imports from it, which is the worst
that a mesh can allow.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from tests.bench.mesh import gloo_object

Document = dict[str, Any]
Attack = Callable[[int], list[Document]]
"""From a number of things to the documents; the number is chosen so that they have the wanted size."""

EVIL: Final = "evil"
SHOP: Final = tuple(f"shop-{index}" for index in range(6))
FEDERATED: Final = {"federation": {"enabled": True, "hostSuffix": "global"}}
ISOLATED: Final = {**FEDERATED, "serviceIsolation": {"enabled": True, "trimProxyConfig": True}}
ATTACKS: dict[str, Attack] = {}


def table(name: str, spec: Document, labels: dict[str, str] | None = None) -> Document:
    """A RouteTable of evil."""
    found = gloo_object("networking", "RouteTable", name, EVIL, spec)
    found["metadata"]["labels"] = labels or {}
    return found


def root(name: str, http: list[Document], **spec: Any) -> Document:
    """A root RouteTable for sidecars."""
    return table(name, {"hosts": [f"{name}.evil.svc.cluster.local"], "http": http, **spec})


def answer(**route: Any) -> Document:
    """A route that needs no destination."""
    return {**route, "directResponse": {"status": 200}}


def to_service(name: str = "service-0000", namespace: str = SHOP[0], **route: Any) -> Document:
    """A route to a Service."""
    ref = {"name": name, "namespace": namespace, "cluster": "c0"}
    return {**route, "forwardTo": {"destinations": [{"ref": ref, "port": {"number": 8080}}]}}


def settings(**spec: Any) -> Document:
    """The WorkspaceSettings of evil."""
    shared = {"importFrom": [{"workspaces": [{"name": "*"}]}], "exportTo": [{"workspaces": [{"name": "*"}]}]}
    return gloo_object("admin", "WorkspaceSettings", EVIL, EVIL, {**shared, **spec})


def policy(group: str, kind: str, name: str, config: Document, **spec: Any) -> Document:
    """A policy of evil."""
    return gloo_object(f"{group}.policy", kind, name, EVIL, {**spec, "config": config})


def service(name: str, selector: dict[str, str] | None = None, **spec: Any) -> Document:
    """A Service of evil."""
    return {
        "apiVersion": "v1", "kind": "Service",
        "metadata": {"name": name, "namespace": EVIL, "labels": spec.pop("labels", {"app": name})},
        "spec": {"selector": selector or {"app": name}, "ports": [{"name": "http", "port": 80}], **spec},
    }  # fmt: skip


def deployment(name: str, labels: dict[str, str], ports: list[Document] | None = None, account: str = "") -> Document:
    """A Deployment of evil."""
    container = {"name": "a", "ports": ports or []}
    spec = {"serviceAccountName": account or name, "containers": [container]}
    return {
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name, "namespace": EVIL},
        "spec": {"template": {"metadata": {"labels": labels}, "spec": spec}},
    }  # fmt: skip


def account(name: str) -> Document:
    return {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name, "namespace": EVIL}}


def group(name: str, **spec: Any) -> Document:
    base = {
        "hosts": [f"{name}.mesh"],
        "services": [{"name": "s", "namespace": EVIL}],
        "ports": [{"number": 80, "protocol": "HTTP"}],
    }
    return gloo_object("networking", "VirtualDestination", name, EVIL, {**base, **spec})


def external(name: str, **spec: Any) -> Document:
    base = {"hosts": [f"{name}.example.com"], "ports": [{"number": 80, "protocol": "HTTP"}]}
    return gloo_object("networking", "ExternalService", name, EVIL, {**base, **spec})


def endpoint(name: str, address: str, labels: dict[str, str], **spec: Any) -> Document:
    found = gloo_object("networking", "ExternalEndpoint", name, EVIL, {"address": address, **spec})
    found["metadata"]["labels"] = labels
    return found


def labelled(document: Document, labels: dict[str, str]) -> Document:
    return {**document, "metadata": {**document["metadata"], "labels": labels}}


def attack(make: Attack) -> Attack:
    ATTACKS[make.__name__] = make
    return make


def sized(make: Attack, size: int) -> list[Document]:
    """The documents of an attack with about as many bytes."""
    low, high = 1, 2
    while high < 2_000_000 and len(as_text(make(high))) < size:
        low, high = high, high * 2
    while high - low > max(1, low // 50):
        middle = (low + high) // 2
        low, high = (middle, high) if len(as_text(make(middle))) < size else (low, middle)
    return make(low)


def as_text(documents: list[Document]) -> str:
    """As YAML."""
    return "".join(f"---\n{json.dumps(one)}\n" for one in documents)
