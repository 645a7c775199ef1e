"""VirtualServices: who sees which, in which order, with their delegates merged in.

Source: `pilot/pkg/model/virtualservice_controller.go`, `pilot/pkg/model/virtualservice.go`, `initVirtualServices` and
`VirtualServicesForGateway` in `pilot/pkg/model/push_context.go` of istio/istio.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from fedlib.diagnostics import Ref
from fedlib.reach.cluster import Cluster
from fedlib.reach.delegation import merge_delegate
from fedlib.reach.fields import as_mapping, mappings, number, text, texts
from fedlib.reach.hostnames import qualified
from fedlib.reach.objects import IstioObject

MESH: Final = "mesh"


@dataclass(frozen=True, slots=True, eq=False)
class RouteSource:
    """A route of a VirtualService.

    Attributes:
        fields: what it says.
        namespace: the namespace that short names of destinations belong to.
        sources: the objects that it was merged from.
    """

    fields: Mapping[str, Any]
    namespace: str
    sources: tuple[Ref, ...]


@dataclass(frozen=True, slots=True, eq=False)
class VirtualService:
    """A VirtualService with its delegates.

    Attributes:
        ref: the object.
        hosts: its hosts, short names written out, in lower case.
        gateways: `mesh`, or `<namespace>/<name>` of Gateways.
        http, tcp, tls: its routes.
    """

    ref: Ref
    hosts: tuple[str, ...]
    gateways: tuple[str, ...]
    http: tuple[RouteSource, ...]
    tcp: tuple[RouteSource, ...]
    tls: tuple[RouteSource, ...]


_Listed = dict[str, list[VirtualService]]


class VirtualServices:
    """The VirtualServices of a cluster."""

    def __init__(self, cluster: Cluster) -> None:
        self._settings = cluster.settings
        things = cluster.of_kind("VirtualService")
        self._delegates = {(one.namespace, one.ref.name): one for one in things if not texts(one.spec.get("hosts"))}
        self._public: _Listed = defaultdict(list)
        self._private: dict[str, _Listed] = defaultdict(lambda: defaultdict(list))
        self._shown: dict[str, _Listed] = defaultdict(lambda: defaultdict(list))
        self._found: dict[tuple[str, str], tuple[VirtualService, ...]] = {}
        for thing in things:
            if texts(thing.spec.get("hosts")):
                self._add(thing)

    def of(self, namespace: str, gateway: str = MESH) -> tuple[VirtualService, ...]:
        """Those that proxies of a namespace have for a gateway, in the order in which they count.

        What only their own namespace sees comes first, then what is shown to it, then what everybody sees.
        """
        found = self._found.get((namespace, gateway))
        if found is None:
            private = self._private[namespace][gateway] if namespace in self._private else []
            shown = self._shown[namespace][gateway] if namespace in self._shown else []
            found = (*private, *shown, *self._public.get(gateway, ()))
            self._found[namespace, gateway] = found
        return found

    def _add(self, thing: IstioObject) -> None:
        read = self._read(thing)
        shown = self._export(thing)
        for gateway in read.gateways:
            if "*" in shown:
                self._public[gateway].append(read)
            elif "~" not in shown:
                for namespace in sorted(shown):
                    chosen = self._private if namespace == thing.namespace else self._shown
                    chosen[namespace][gateway].append(read)

    def _export(self, thing: IstioObject) -> frozenset[str]:
        shown = texts(thing.spec.get("exportTo")) or self._settings.virtual_service_export_to
        return frozenset(thing.namespace if one == "." else one for one in shown)

    def _read(self, thing: IstioObject) -> VirtualService:
        domain = self._settings.cluster_domain
        hosts = (qualified(one, thing.namespace, domain) for one in texts(thing.spec.get("hosts")))
        return VirtualService(
            thing.ref,
            tuple(host.lower() for host in hosts),
            tuple(gateway_name(one, thing.namespace) for one in texts(thing.spec.get("gateways"))) or (MESH,),
            tuple(self._http(thing)),
            tuple(RouteSource(one, thing.namespace, (thing.ref,)) for one in mappings(thing.spec.get("tcp"))),
            tuple(RouteSource(one, thing.namespace, (thing.ref,)) for one in mappings(thing.spec.get("tls"))),
        )

    def _http(self, thing: IstioObject) -> Iterator[RouteSource]:
        for route in mappings(thing.spec.get("http")):
            wanted = as_mapping(route.get("delegate"))
            if not wanted:
                yield RouteSource(route, thing.namespace, (thing.ref,))
                continue
            key = (text(wanted.get("namespace")) or thing.namespace, text(wanted.get("name")))
            delegate = self._delegates.get(key)
            if delegate is None or self._export(delegate).isdisjoint(("*", thing.namespace)):
                continue
            for inner in mappings(delegate.spec.get("http")):
                merged = merge_delegate(route, inner)
                if merged is not None:
                    yield RouteSource(merged, delegate.namespace, (thing.ref, delegate.ref))


def gateway_name(name: str, namespace: str) -> str:
    """A Gateway as a VirtualService names it: `mesh`, or `<namespace>/<name>` (`resolveGatewayName`)."""
    if name == MESH:
        return name
    place, slash, rest = name.partition("/")
    if slash:
        return f"{namespace}/{rest}" if place == "." else name
    first, dot, domain = name.partition(".")  # the old way: name.namespace.svc.cluster.local
    return f"{domain.partition('.')[0]}/{first}" if dot else f"{namespace}/{name}"


def destinations(service: VirtualService, client: str, domain: str) -> Iterator[tuple[str, int]]:
    """The hosts that a VirtualService leads proxies of a namespace to, with their ports; 0: whichever was called.

    Source: `virtualServiceDestinationsFilteredBySourceNamespace`.
    """
    for route in service.http:
        stated = {text(one.get("sourceNamespace")) for one in mappings(route.fields.get("match"))} - {""}
        if not stated or client in stated:
            mirrors = [as_mapping(one.get("destination")) for one in mappings(route.fields.get("mirrors"))]
            yield from _named(route, domain, (*mirrors, as_mapping(route.fields.get("mirror"))))
    for route in (*service.tcp, *service.tls):
        yield from _named(route, domain)


def _named(route: RouteSource, domain: str, more: Iterable[Mapping[str, Any]] = ()) -> Iterator[tuple[str, int]]:
    listed = (as_mapping(one.get("destination")) for one in mappings(route.fields.get("route")))
    for one in (*listed, *more):
        host = qualified(text(one.get("host")), route.namespace, domain)
        if host:
            yield host, number(as_mapping(one.get("port")).get("number"))
