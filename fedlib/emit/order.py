"""In which order objects come and go, so that requests never meet one half of an edit.

What serves comes first: gateways with their routes to local pods, and ServiceEntries that select pods, in every
cluster. So do DestinationRules, which do nothing by themselves. Then the ServiceEntries that lead to gateways, then the
routes to their hosts. Pulumi deletes in the opposite order. Otherwise a route may reach a sidecar before the host that
it leads to, or a request may reach a gateway that does not know its host yet (tests/mesh/test_change_under_load.py sees
both fail).

Tokens are verified before rules refuse requests without a verified one, and pods admit callers before ServiceEntries
bring those.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from fedlib.declarations.declaration import Declaration
from fedlib.federation.hosts.hostname import LOCAL_ONLY
from fedlib.snapshot.label_selectors import LabelSelectors, label_selectors

_VERIFIES: Final = 0
_ADMITS: Final = 1
_SERVES: Final = 2
_LEADS: Final = 3
_ROUTES: Final = 4


class Order:
    """The declarations of a plan, indexed by what they need."""

    def __init__(self, declarations: Sequence[Declaration]) -> None:
        self._declarations = sorted(declarations, key=_stage)
        self._gateways: dict[str, list[Declaration]] = defaultdict(list)
        self._homes: dict[str, list[Declaration]] = defaultdict(list)
        self._known: dict[tuple[str, str], list[Declaration]] = defaultdict(list)
        for declaration in self._declarations:
            self._index(declaration)
        self._access = _access(self._declarations)

    def __iter__(self) -> Iterator[tuple[Declaration, tuple[Declaration, ...]]]:
        """Each declaration with those that must exist before it; these come before it here, too."""
        for declaration in self._declarations:
            before = self._before(declaration)
            yield declaration, tuple({id(found): found for found in before}.values())

    def _before(self, declaration: Declaration) -> list[Declaration]:
        stage = _stage(declaration)
        if stage == _LEADS:
            return self._before_entry(declaration)
        if stage == _ROUTES:
            hosts = _destinations(declaration.spec)
            return [found for host in hosts for found in self._seen(declaration, host)]
        if stage == _ADMITS or "workloadSelector" in declaration.spec:
            place = (declaration.cluster, declaration.namespaces[0])
            access = self._access[place].selecting(_selected(declaration)) if place in self._access else []
            return [one for one in access if _stage(one) < stage]
        return []

    def _index(self, declaration: Declaration) -> None:
        if declaration.kind == "Gateway":
            self._gateways[declaration.cluster].append(declaration)
        if declaration.kind == "VirtualService" and _stage(declaration) == _SERVES:
            for host in _destinations(declaration.spec):
                self._homes[host.removesuffix(f".{LOCAL_ONLY}")].append(declaration)
        for host in _hosts(declaration):
            self._known[declaration.cluster, host].append(declaration)
            if declaration.kind == "ServiceEntry" and _stage(declaration) == _SERVES:
                self._homes[host.removesuffix(f".{LOCAL_ONLY}")].append(declaration)

    def _before_entry(self, entry: Declaration) -> list[Declaration]:
        """What a ServiceEntry that leads to gateways needs: the hosts behind them, and its own DestinationRules."""
        hosts = _hosts(entry)
        homes = [home for host in hosts for home in self._homes[host] if home.cluster != entry.cluster]
        gateways = [
            gateway for cluster in sorted({home.cluster for home in homes}) for gateway in self._gateways[cluster]
        ]
        known = [found for host in hosts for found in self._seen(entry, host)]
        return [*homes, *gateways, *(found for found in known if found.kind == "DestinationRule")]

    def _seen(self, declaration: Declaration, host: str) -> Iterator[Declaration]:
        """What clients of the declaration see of a host: not the private copies in namespaces of other workspaces.

        To wait for those would make a large mesh slow: each copy in one workspace for each copy in every other one.
        """
        for found in self._known[declaration.cluster, host]:
            if found.spec.get("exportTo") != ["."] or not set(found.namespaces).isdisjoint(declaration.namespaces):
                yield found


def _stage(declaration: Declaration) -> int:
    if declaration.kind == "VirtualService":
        # where TLS ends at an east-west gateway, its routes to local-only hosts are a part of what serves
        hosts = _destinations(declaration.spec)
        return _SERVES if hosts and all(host.endswith(f".{LOCAL_ONLY}") for host in hosts) else _ROUTES
    if declaration.kind == "ServiceEntry" and "workloadSelector" not in declaration.spec:
        return _LEADS
    return {"RequestAuthentication": _VERIFIES, "AuthorizationPolicy": _ADMITS}.get(declaration.kind, _SERVES)


def _access(declarations: Iterable[Declaration]) -> dict[tuple[str, str], LabelSelectors[Declaration]]:
    """What is said about access, by cluster and namespace; it holds for all pods that it selects."""
    found: dict[tuple[str, str], list[Declaration]] = defaultdict(list)
    for declaration in declarations:
        if _stage(declaration) in (_VERIFIES, _ADMITS):
            found[declaration.cluster, declaration.namespaces[0]].append(declaration)
    return {place: label_selectors((_selected(one), one) for one in listed) for place, listed in found.items()}


def _selected(declaration: Declaration) -> Mapping[str, str]:
    spec = declaration.spec
    found: Mapping[str, str] = spec.get("selector", {}).get("matchLabels") or spec.get("workloadSelector", {}).get(
        "labels", {}
    )
    return found


def _hosts(declaration: Declaration) -> Sequence[str]:
    """The hosts that it defines or describes."""
    if declaration.kind == "ServiceEntry":
        hosts: Sequence[str] = declaration.spec["hosts"]
        return hosts
    return (declaration.spec["host"],) if declaration.kind == "DestinationRule" else ()


def _destinations(spec: Mapping[str, Any]) -> list[str]:
    """The hosts that a VirtualService sends requests to."""
    found: set[str] = set()
    for route in (route for kind in ("http", "tcp", "tls") for route in spec.get(kind, ())):
        found.update(to["destination"]["host"] for to in (*route.get("route", ()), *route.get("mirrors", ())))
        if "mirror" in route:
            found.add(route["mirror"]["host"])
    return sorted(found)
