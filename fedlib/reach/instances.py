"""What stands behind the hosts of a cluster, for no client in particular.

Source: `convertServiceEntryToInstances` and `services` in `pilot/pkg/serviceregistry/serviceentry/conversion.go`,
`serviceInstanceFromWorkloadInstance` in `pilot/pkg/serviceregistry/kube/controller/controller.go`, `AugmentLabels` of
istio/istio. All entries of a host in a namespace share their endpoints, whoever sees them (`EndpointShards`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fedlib.reach.cluster import Cluster
from fedlib.reach.entries import Entry, EntryPort, Resolution
from fedlib.reach.fields import as_mapping, labels, number, text
from fedlib.reach.hostnames import is_address
from fedlib.reach.model import Server
from fedlib.reach.objects import IstioObject
from fedlib.reach.proxies import TLS_MODE, spiffe, takes_mtls
from fedlib.reach.registry import Registry
from fedlib.reach.servers import Servers
from fedlib.snapshot.selection import labels_match

UNIX: Final = "unix://"
_LOCALITY: Final = "istio-locality"


@dataclass(frozen=True, slots=True, eq=False)
class Instance:
    """An endpoint of a host's port.

    Attributes:
        port_name: the name of the host's port, by which the two find each other.
        port: the port of the endpoint.
        server: the pods; None for an address.
        address: an IP address, a name or a socket; empty for pods.
        labels: those of the pods, or of the endpoint.
        localities: where it is, as `region/zone/subzone`; of pods all places where they may be.
        mtls: whether it takes mTLS.
        identity: the SPIFFE ID that is known of it.
        weight: its share.
        network: the network that it says it is in.
        is_name: whether the address is a DNS name.
    """

    port_name: str
    port: int
    server: Server | None = None
    address: str = ""
    labels: Mapping[str, str] | None = None
    localities: tuple[str, ...] = ("",)
    mtls: bool = False
    identity: str = ""
    weight: int = 1
    network: str = ""
    is_name: bool = False


Listed = dict[int, tuple[Instance, ...]]
"""The endpoints that entries list, by the identity of what the entry says: copies share them."""


class Instances:
    """The endpoints of a cluster's hosts."""

    def __init__(self, cluster: Cluster, registry: Registry, servers: Servers, listed: Listed) -> None:
        self._cluster, self._registry, self._servers, self._listed = cluster, registry, servers, listed
        self._known: dict[tuple[str, str], tuple[Instance, ...]] = {}
        self._workload_entries: dict[str, list[tuple[IstioObject, Mapping[str, str]]]] = {}
        for thing in cluster.of_kind("WorkloadEntry"):
            # labels of the metadata win (`ConvertWorkloadEntry`)
            merged = {**labels(thing.spec.get("labels")), **thing.labels}
            self._workload_entries.setdefault(thing.namespace, []).append((thing, merged))

    def of(self, host: str, namespace: str) -> tuple[Instance, ...]:
        """The endpoints of all ports of a host, of all objects of a namespace that define it."""
        found = self._known.get((host, namespace))
        if found is None:
            entries = self._registry.standing.get((host, namespace), ())
            found = tuple(one for entry in entries for one in self._behind(entry))
            self._known[host, namespace] = found
        return found

    def standing(self, host: str, namespace: str) -> Sequence[Entry]:
        """The entries of a host in a namespace, the oldest first."""
        return self._registry.standing.get((host, namespace), ())

    def identities(self, host: str, namespace: str) -> tuple[str, ...]:
        """The identities that clients accept, sorted: those of the pods, and of the youngest object that names any.

        Source: `addServiceAccounts`, which each entry of the host overwrites.
        """
        found = {one.identity for one in self.of(host, namespace) if one.identity}
        entries = self._registry.standing.get((host, namespace), ())
        found.update(entries[-1].spec.names if entries else ())
        return tuple(sorted(found))

    def _behind(self, entry: Entry) -> Iterator[Instance]:
        spec = entry.spec
        if spec.selector is not None:
            yield from self._pods(entry, spec.selector)
            yield from self._selected_entries(entry, spec.selector)
        elif spec.endpoints:
            yield from self._inline(entry)
        elif spec.resolution.looks_up:
            for port in spec.ports:
                yield Instance(port.name, _fixed(port.target) or port.number, address=entry.host, is_name=True)

    def _pods(self, entry: Entry, selector: Mapping[str, str]) -> Iterator[Instance]:
        if not entry.spec.kubernetes and not self._cluster.settings.selects_pods:
            return
        for server in self._servers.selected(entry.namespace, selector):
            for port in entry.spec.ports:
                target = self._pod_port(entry, server, port)
                if target:
                    yield Instance(
                        port.name,
                        target,
                        server,
                        labels=server.labels,
                        localities=self._cluster.localities,
                        mtls=takes_mtls(server.proxy, server.labels),
                        identity=server.identity,
                        network=self._cluster.network,
                    )

    def _pod_port(self, entry: Entry, server: Server, port: EntryPort) -> int:
        """The port of pods behind a host's port; 0: they have none of that name, so they are no endpoints.

        A container port with the name of a ServiceEntry's port comes before `targetPort`.
        """
        ports = self._servers.container_ports(server)
        if isinstance(port.target, str):
            return ports.get(port.target, 0) if server.known else port.number
        named = 0 if entry.spec.kubernetes else ports.get(port.name, 0)
        return named or port.target or port.number

    def _selected_entries(self, entry: Entry, selector: Mapping[str, str]) -> Iterator[Instance]:
        spec, settings = entry.spec, self._cluster.settings
        if spec.kubernetes and not (settings.selects_workload_entries and spec.resolution is Resolution.STATIC):
            return
        for thing, merged in self._workload_entries.get(entry.namespace, ()):
            address = text(thing.spec.get("address"))
            if labels_match(selector, merged) and (is_address(address) or spec.resolution.looks_up):
                yield from self._at_address(entry, {**thing.spec, "labels": merged})

    def _inline(self, entry: Entry) -> tuple[Instance, ...]:
        known = self._listed.get(id(entry.spec))
        if known is None:
            known = tuple(one for endpoint in entry.spec.endpoints for one in self._at_address(entry, endpoint))
            if not any("serviceAccount" in endpoint for endpoint in entry.spec.endpoints):  # whose identities differ
                self._listed[id(entry.spec)] = known
        return known

    def _at_address(self, entry: Entry, endpoint: Mapping[str, Any]) -> Iterator[Instance]:
        """A WorkloadEntry, or an endpoint of a ServiceEntry, which says the same."""
        address, own = text(endpoint.get("address")), labels(endpoint.get("labels"))
        ports, account = as_mapping(endpoint.get("ports")), text(endpoint.get("serviceAccount"))
        if not address:
            return  # known by its network only, which sidecars replace by gateways of Istio's own
        is_name = not address.startswith(UNIX) and not is_address(address)
        locality = text(endpoint.get("locality")) or own.get(_LOCALITY, "").replace(".", "/")
        for port in entry.spec.ports:
            if entry.spec.kubernetes:
                target = number(ports.get(port.target)) if isinstance(port.target, str) else port.target
            else:
                target = number(ports.get(port.name)) or _fixed(port.target) or port.number
            if not target:
                continue
            yield Instance(
                port.name,
                0 if address.startswith(UNIX) else target,
                address=address,
                labels=own,
                localities=(locality,),
                mtls=own.get(TLS_MODE, "istio" if account else "disabled") == "istio",
                identity=spiffe(self._cluster.settings.trust_domain, entry.namespace, account) if account else "",
                weight=number(endpoint.get("weight")) or 1,
                network=text(endpoint.get("network")),
                is_name=is_name,
            )


def _fixed(target: int | str) -> int:
    return target if isinstance(target, int) else 0


def of_port(instances: Iterable[Instance], port_name: str) -> list[Instance]:
    """The endpoints of one port."""
    return [one for one in instances if one.port_name == port_name]
