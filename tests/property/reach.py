"""What the proxies of a namespace see, from the objects alone, by Istio's rules for `exportTo`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fedlib.compilation import Compilation
from tests.placed import Placed, placed

Reach = dict[tuple[str, str], dict[str, Any]]
"""(cluster, namespace) -> host -> what is visible under it."""


def seeing_namespaces(declaration: Placed, namespace: str) -> list[str]:
    """The namespaces that see the copy in `namespace`: `.` means its own; `*` would mean all, and is refused here."""
    shown: list[str] = declaration.spec.get("exportTo", ["*"])
    assert "*" not in shown, f"{declaration.name} is visible everywhere"
    return [namespace if entry == "." else entry for entry in shown]


def _visible(compilation: Compilation, kind: str) -> Iterator[tuple[str, str, Placed]]:
    for declaration in placed(compilation.plan):
        if declaration.kind == kind:
            for namespace in declaration.namespaces:
                for seeing in seeing_namespaces(declaration, namespace):
                    yield declaration.cluster, seeing, declaration


def service_reach(compilation: Compilation) -> Reach:
    """ServiceEntries: each host with everything but where it is visible. A namespace sees a host once."""
    found: Reach = {}
    for cluster, namespace, declaration in _visible(compilation, "ServiceEntry"):
        seen = found.setdefault((cluster, namespace), {})
        for host in declaration.spec["hosts"]:
            assert host not in seen, f"{namespace} in {cluster} sees {host} twice"
            seen[host] = {key: value for key, value in declaration.spec.items() if key != "exportTo"}
    return found


def route_reach(compilation: Compilation) -> dict[tuple[str, str, str], list[Any]]:
    """VirtualServices: the routes of each host that a namespace sees, by (cluster, namespace, host)."""
    found: dict[tuple[str, str, str], list[Any]] = {}
    for cluster, namespace, declaration in _visible(compilation, "VirtualService"):
        for host in declaration.spec["hosts"]:
            found.setdefault((cluster, namespace, host), []).append(declaration.spec["http"])
    return {key: sorted(routes, key=repr) for key, routes in found.items()}
