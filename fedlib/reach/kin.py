"""Which callers nothing tells apart: what one of them reaches, and who admits it, holds for all of them.

A workload differs from others of its namespace by labels that objects mention, and by what policies say of its
identity. Most meshes have few of either, so that few callers stand for thousands.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import Any, Final

from fedlib.reach.access_rules import SPIFFE, Peer, Test, holds_for
from fedlib.reach.control_plane import ControlPlane
from fedlib.reach.fields import as_mapping, texts
from fedlib.reach.model import Caller

_SELECTING: Final = frozenset({"sourceLabels", "matchLabels", "labels"})
_PLACES: Final = ("topology.", "kubernetes.io/hostname")
"""Labels by which `trafficDistribution` prefers endpoints."""


class Kin:
    """Tells who is alike."""

    def __init__(self, planes: Iterable[ControlPlane]) -> None:
        listed = list(planes)
        self._keys = {plane.cluster.name: frozenset(_mentioned(plane)) for plane in listed}
        self._exact: dict[str, list[int]] = defaultdict(list)
        self._tests: list[Test] = []
        for index, test in enumerate(dict.fromkeys(one for plane in listed for one in _peer_tests(plane))):
            values = (*test.values, *test.excluded)
            if test.attribute == "source.principal" and not any("*" in one for one in values):
                for given, some in enumerate((test.values, test.excluded)):
                    for value in some:
                        self._exact[value].append(2 * index + given)
            else:
                self._tests.append(test)
        self._identities: dict[str, Hashable] = {}

    def of(self, caller: Caller) -> Hashable:
        """A value that is the same for callers of a namespace that nothing tells apart."""
        keys = self._keys[caller.cluster]
        told = frozenset(item for item in caller.labels.items() if item[0] in keys or item[0].startswith(_PLACES))
        return (caller.proxy, caller.locality, told, self.identity(caller.identity))

    def identity(self, identity: str) -> Hashable:
        """A value that is the same for identities that all policies treat alike."""
        if identity not in self._identities:
            principal, peer = identity.removeprefix(SPIFFE), Peer(identity, 0)
            self._identities[identity] = (
                principal.partition("/")[0],
                frozenset(self._exact.get(principal, ())),
                tuple(holds_for(test, peer) for test in self._tests),
            )
        return self._identities[identity]


def _mentioned(plane: ControlPlane) -> Iterator[str]:
    """The keys of labels that objects of a cluster mention, and some that do not matter."""
    settings = plane.cluster.settings
    kinds = ("DestinationRule", "VirtualService", "Sidecar")
    specs = [one.spec for kind in kinds for one in plane.cluster.of_kind(kind)]
    distinct = {id(one): one for one in (*specs, settings.locality, settings.traffic_policy)}
    for spec in distinct.values():
        yield from _keys_in(spec)


def _keys_in(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key in _SELECTING:
                yield from as_mapping(inner)
            elif key == "failoverPriority":
                yield from (one.partition("=")[0] for one in texts(inner))
            yield from _keys_in(inner)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _keys_in(one)


def _peer_tests(plane: ControlPlane) -> Iterator[Test]:
    """What policies of a cluster ask of peers."""
    for rule in plane.gates.rules():
        yield from (test for group in rule.peers for test in group if test.attribute.startswith("source."))
