"""PeerAuthentications: whether pods take plain text, mTLS, or both.

Source: `addPeerAuthentication` in `pilot/pkg/model/authentication.go`, `ComposePeerAuthentication` in
`pilot/pkg/security/authn/policy_applier.go` of istio/istio.
"""

from __future__ import annotations

import enum
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from fedlib.diagnostics import Ref
from fedlib.reach.cluster import Cluster
from fedlib.reach.fields import as_mapping, labels, text
from fedlib.reach.objects import IstioObject
from fedlib.snapshot.label_selectors import LabelSelectors, label_selectors


class MutualTls(enum.StrEnum):
    """What pods take. Nothing said means PERMISSIVE."""

    DISABLE = "DISABLE"
    PERMISSIVE = "PERMISSIVE"
    STRICT = "STRICT"


@dataclass(frozen=True, slots=True)
class PeerMode:
    """What pods take: on all ports, and on single ones."""

    mode: MutualTls = MutualTls.PERMISSIVE
    by_port: Mapping[int, MutualTls] = field(default_factory=dict, hash=False)
    sources: tuple[Ref, ...] = field(default=(), compare=False)

    def on(self, port: int) -> MutualTls:
        """What pods take on a port."""
        return self.by_port.get(port, self.mode)


class PeerAuthentications:
    """The PeerAuthentications of a cluster."""

    def __init__(self, cluster: Cluster) -> None:
        self._general: dict[str, IstioObject] = {}
        selecting: dict[str, list[tuple[Mapping[str, str], IstioObject]]] = defaultdict(list)
        self._root = cluster.settings.root_namespace
        for thing in cluster.of_kind("PeerAuthentication"):
            selector = _selector(thing)
            if not selector:
                self._general.setdefault(thing.namespace, thing)  # the oldest counts
            elif thing.namespace != self._root:
                selecting[thing.namespace].append((selector, thing))
        self._plain: dict[str, PeerMode] = {}
        self._selecting: dict[str, LabelSelectors[IstioObject]] = {
            namespace: label_selectors(listed) for namespace, listed in selecting.items()
        }

    def of(self, namespace: str, pods: Mapping[str, str]) -> PeerMode:
        """What pods take, as the oldest object says that selects them, or that of their namespace, or of the mesh."""
        if namespace not in self._selecting:
            if namespace not in self._plain:
                mode, sources = self._of_namespace(namespace)
                self._plain[namespace] = PeerMode(mode, sources=sources)
            return self._plain[namespace]
        selecting = self._selecting.get(namespace)
        chosen = selecting.selecting(pods)[:1] if selecting else []
        mode, sources = self._of_namespace(namespace)
        if not chosen:
            return PeerMode(mode, sources=sources)
        spec = chosen[0].spec
        mode = _mode(spec.get("mtls")) or mode
        ports = {
            int(key): _mode(one) or mode
            for key, one in as_mapping(spec.get("portLevelMtls")).items()
            if str(key).isdecimal()
        }
        return PeerMode(mode, ports, (chosen[0].ref, *sources))

    def stated(self, namespace: str) -> MutualTls | None:
        """What is said for a whole namespace or the mesh; None where nothing is (`GetNamespaceMutualTLSMode`)."""
        mode, sources = self._of_namespace(namespace)
        return mode if sources else None

    def selects(self, namespace: str) -> bool:
        """Whether objects of a namespace tell its pods apart."""
        return namespace in self._selecting

    def _of_namespace(self, namespace: str) -> tuple[MutualTls, tuple[Ref, ...]]:
        mode = MutualTls.PERMISSIVE
        sources: tuple[Ref, ...] = ()
        for place in dict.fromkeys((self._root, namespace)):
            thing = self._general.get(place)
            if thing is not None:
                mode, sources = _mode(thing.spec.get("mtls")) or mode, (thing.ref, *sources)
        return mode, sources


def _selector(thing: IstioObject) -> Mapping[str, str]:
    return labels(as_mapping(thing.spec.get("selector")).get("matchLabels"))


def _mode(setting: object) -> MutualTls | None:
    value = text(as_mapping(setting).get("mode"))
    return MutualTls(value) if value in MutualTls.__members__ else None
