"""Sidecar objects: which of them holds for pods, and which hosts they keep.

Source: `getSidecarScope`, `initSidecarScopes` in `pilot/pkg/model/push_context.go`, `convertIstioListenerToWrapper` in
`pilot/pkg/model/sidecar.go` of istio/istio.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from fedlib.diagnostics import Ref
from fedlib.reach.cluster import Cluster
from fedlib.reach.fields import as_mapping, labels, mappings, number, text, texts
from fedlib.reach.hostnames import is_subset, is_wildcard, overlaps
from fedlib.snapshot.selection import labels_match

_ANY = "*"


@dataclass(frozen=True, slots=True)
class HostFilter:
    """The hosts that an egress listener keeps, by the namespace that they come from; `*` stands for all."""

    kept: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    left_out: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def keeps(self, host: str, namespace: str) -> bool:
        """Whether it keeps a host of an object in a namespace."""
        return not self._leaves_out(host, namespace) and any(
            is_subset(host, one) for place in (namespace, _ANY) for one in self.kept.get(place, ())
        )

    def keeps_routes(self, hosts: Iterable[str], namespace: str) -> bool:
        """Whether it keeps a VirtualService: for these, a wildcard on either side is enough (`VSMatches`)."""
        return any(
            not self._leaves_out(host, namespace) and overlaps(host, one)
            for host in hosts
            for place in (namespace, _ANY)
            for one in self.kept.get(place, ())
        )

    def _leaves_out(self, host: str, namespace: str) -> bool:
        return any(is_subset(host, one) for place in (namespace, _ANY) for one in self.left_out.get(place, ()))

    @property
    def exact(self) -> tuple[str, ...] | None:
        """The hosts that it can keep at most; None where wildcards are among them."""
        found = [host for hosts in self.kept.values() for host in hosts]
        return None if any(is_wildcard(host) for host in found) else tuple(found)


@dataclass(frozen=True, slots=True)
class EgressListener:
    """A listener for outbound requests. `port` 0: all ports; `hosts` None: all hosts."""

    port: int = 0
    hosts: HostFilter | None = None


ALL: tuple[EgressListener, ...] = (EgressListener(),)
"""What proxies have without a Sidecar."""


@dataclass(frozen=True, slots=True, eq=False)
class SidecarConfig:
    """A Sidecar, read for one namespace.

    `selector` None: it holds for all pods. `registry_only` None: as the mesh says.
    """

    ref: Ref
    selector: Mapping[str, str] | None
    egress: tuple[EgressListener, ...]
    registry_only: bool | None


class Sidecars:
    """The Sidecars of a cluster."""

    def __init__(self, cluster: Cluster) -> None:
        self._root = cluster.settings.root_namespace
        self._of: dict[str, list[tuple[Ref, Mapping[str, object]]]] = defaultdict(list)
        self._read: dict[tuple[Ref, str], SidecarConfig] = {}
        things = cluster.of_kind("Sidecar")
        # those with a selector come before the others, each the oldest first
        for thing in sorted(things, key=lambda one: "workloadSelector" not in one.spec):
            self._of[thing.namespace].append((thing.ref, thing.spec))

    def of(self, namespace: str, pods: Mapping[str, str]) -> SidecarConfig | None:
        """The one that holds for pods: of their namespace, or else that of the root namespace for everybody."""
        for ref, spec in self._of.get(namespace, ()):
            found = self._config(ref, spec, namespace)
            if found.selector is None or labels_match(found.selector, pods):
                return found
        for ref, spec in self._of.get(self._root, ()):
            found = self._config(ref, spec, namespace)
            if found.selector is None:
                return found
        return None

    def _config(self, ref: Ref, spec: Mapping[str, object], namespace: str) -> SidecarConfig:
        if (ref, namespace) not in self._read:
            self._read[ref, namespace] = _config(ref, spec, namespace)
        return self._read[ref, namespace]


def _config(ref: Ref, spec: Mapping[str, object], namespace: str) -> SidecarConfig:
    selector = spec.get("workloadSelector")
    policy = as_mapping(spec.get("outboundTrafficPolicy")).get("mode")
    egress = tuple(
        EgressListener(number(as_mapping(one.get("port")).get("number")), _filter(texts(one.get("hosts")), namespace))
        for one in mappings(spec.get("egress"))
    )
    return SidecarConfig(
        ref,
        labels(as_mapping(selector).get("labels")) if selector is not None else None,
        egress or ALL,
        None if policy is None else text(policy) == "REGISTRY_ONLY",
    )


def _filter(hosts: Iterable[str], namespace: str) -> HostFilter:
    kept: dict[str, list[str]] = defaultdict(list)
    left_out: dict[str, list[str]] = defaultdict(list)
    for entry in hosts:
        place, slash, host = entry.partition("/")
        if not slash or "/" in host:
            continue
        chosen = kept
        if place.startswith("~"):
            chosen, place = left_out, place[1:] or _ANY
        chosen[namespace if place == "." else place].append(host.lower())
    return HostFilter(
        {key: tuple(names) for key, names in kept.items()}, {key: tuple(names) for key, names in left_out.items()}
    )
