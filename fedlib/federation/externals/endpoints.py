"""ExternalEndpoints behind an ExternalService: which they are, and which of their ports serve which port.

Source: `selector` and `targetPort` of Gloo's ExternalService. An endpoint without ports serves any number.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from fedlib.config.external_service import ExternalEndpointSpec, ExternalPort, ExternalServiceSpec
from fedlib.config.gloo import Locality, ObjectSelector, PortSelector
from fedlib.config.resource import Resource
from fedlib.diagnostics import Ref, Report, catalogue
from fedlib.federation.externals.inside import InsideAddresses
from fedlib.federation.model import limits
from fedlib.federation.model.address import UNIX, is_hostname, is_ipv6
from fedlib.federation.model.destination import ExternalAddress
from fedlib.snapshot.allowance import Allowance
from fedlib.snapshot.model import OwnedResource, Snapshot
from fedlib.snapshot.selector_index import Owned, SelectorIndex

Endpoint = Resource[ExternalEndpointSpec]

MAX_ENDPOINT_PORTS: Final = 100_000
"""Ports of endpoints of all ExternalServices of one workspace: those of an endpoint count for each that selects it."""


@dataclass(frozen=True, slots=True)
class EndpointFinder:
    """Finds the endpoints of ExternalServices, in the workspace of each."""

    snapshot: Snapshot
    inside: InsideAddresses
    report: Report
    _indexed: dict[str, SelectorIndex[Owned[Endpoint]]] = field(default_factory=dict)
    _allowed: Allowance = field(default_factory=lambda: Allowance(MAX_ENDPOINT_PORTS))
    _refused: set[Ref] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Report the endpoints that lead inside: nothing uses them."""
        for owned in self.snapshot.of(ExternalEndpointSpec):
            problem = self._problem(owned)
            if problem:
                resource = owned.resource
                self._refused.add(resource.ref)
                self.report.add(
                    catalogue.ADDRESS_INSIDE, resource.ref, resource.at("address"),
                    address=owned.spec.address, problem=problem,
                )  # fmt: skip

    def find(
        self, owned: OwnedResource[ExternalServiceSpec]
    ) -> tuple[tuple[ExternalPort, ...], tuple[ExternalAddress, ...]]:
        """The ports that can be served, by number, and the endpoints, sorted by address.

        No port is served where none of the selected endpoints can be used.
        """
        if owned.spec.selector and not self._allowed.left(owned.workspace):
            self._report_too_much(owned)
            return (), ()
        found = self._selected(owned)
        if not self._is_within_limits(owned, found):
            return (), ()
        selected = list(self._usable(owned, [endpoint for endpoint in found if endpoint.ref not in self._refused]))
        if found and not selected:  # without endpoints it would lead to what DNS says
            if all(endpoint.ref in self._refused for endpoint in found):
                self.report.refuse(owned.resource.ref)
            return (), ()
        ports = tuple(
            port
            for index, port in sorted(enumerate(owned.spec.ports), key=lambda item: item[1].number)
            if self._is_served(owned, index, selected)
        )
        addresses = [_address(endpoint, ports) for endpoint in selected]
        return ports, tuple(sorted(addresses, key=lambda one: (one.address, one.ref)))

    def _problem(self, owned: OwnedResource[ExternalEndpointSpec]) -> str:
        """Why an endpoint leads inside; empty if it does not."""
        spec = owned.spec
        if spec.address.startswith(UNIX):
            return ""
        if not is_hostname(spec.address):
            return self.inside.address_problem(spec.address)
        return self.inside.name_problem(spec.address, owned.workspace) or self.inside.short_problem(spec.address)

    def _selected(self, owned: OwnedResource[ExternalServiceSpec]) -> list[Endpoint]:
        spec = owned.spec
        if not spec.selector:
            return []
        chosen = self._index(owned.workspace).select(ObjectSelector(labels=spec.selector))
        selected = [one.object for one in itertools.islice(chosen, limits.MAX_ENDPOINTS + 1)]
        if not selected:
            wildcard = any(host.startswith("*") for host in spec.hosts)
            instead = "connections go to the address that the client called" if spec.addresses or wildcard else ""
            self.report.add(
                catalogue.EXTERNAL_NO_ENDPOINTS, owned.resource.ref, owned.resource.at("selector"),
                workspace=owned.workspace, instead=instead or "its hosts are looked up in DNS",
            )  # fmt: skip
        return selected

    def _index(self, workspace: str) -> SelectorIndex[Owned[Endpoint]]:
        if not self._indexed:
            found: dict[str, list[Owned[Endpoint]]] = {}
            for one in self.snapshot.of(ExternalEndpointSpec):
                endpoint = Owned(one.resource, one.resource.ref, one.resource.labels, one.workspace)
                found.setdefault(one.workspace, []).append(endpoint)
            self._indexed.update({name: SelectorIndex(tuple(listed)) for name, listed in found.items()})
        return self._indexed.get(workspace, SelectorIndex())

    def _is_within_limits(self, owned: OwnedResource[ExternalServiceSpec], selected: list[Endpoint]) -> bool:
        """Whether one ServiceEntry can hold the endpoints, and those of the whole workspace are not too many."""
        resource, spec = owned.resource, owned.spec
        if len(selected) > limits.MAX_ENDPOINTS:
            self.report.add(
                catalogue.TOO_MUCH, resource.ref, resource.at("selector"),
                problem="the selector selects more ExternalEndpoints than a ServiceEntry can hold",
                limit=limits.MAX_ENDPOINTS, advice="narrow the selector",
            )  # fmt: skip
            return False
        fits = self._allowed.take(owned.workspace, len(selected) * len(spec.ports))
        if not fits:
            self._report_too_much(owned)
        return fits

    def _report_too_much(self, owned: OwnedResource[ExternalServiceSpec]) -> None:
        resource = owned.resource
        self.report.add(
            catalogue.WORKSPACE_TOO_MUCH, resource.ref, resource.at("selector"),
            problem="ExternalServices have too many endpoints, each counted for every port of every service",
            workspace=owned.workspace, limit=MAX_ENDPOINT_PORTS,
            advice="let fewer ExternalServices select the same ones",
        )  # fmt: skip

    def _usable(self, owned: OwnedResource[ExternalServiceSpec], selected: list[Endpoint]) -> Iterator[Endpoint]:
        """Those that can stand in one ServiceEntry."""
        addresses = [endpoint.spec.address for endpoint in selected]
        named = any(map(is_hostname, addresses))
        for endpoint in selected:
            address = endpoint.spec.address
            problem = ""
            if address.startswith(UNIX):
                problem = _socket_problem(address, owned.spec, named=named)
            if is_hostname(address) and self._leads_to_proxy(owned, endpoint):
                continue
            if problem:
                self.report.add(
                    catalogue.EXTERNAL_ENDPOINT_UNUSABLE, owned.resource.ref, owned.resource.at("selector"),
                    endpoint=endpoint.ref, problem=problem, related=(endpoint.ref,),
                )  # fmt: skip
            elif named and is_ipv6(address):
                self.report.add(
                    catalogue.EXTERNAL_ENDPOINT_FAMILIES, owned.resource.ref, owned.resource.at("selector"),
                    endpoint=endpoint.ref, related=(endpoint.ref,),
                )  # fmt: skip
            else:
                yield endpoint

    def _leads_to_proxy(self, owned: OwnedResource[ExternalServiceSpec], endpoint: Endpoint) -> bool:
        """Whether a name is called on a port of proxies; that is reported."""
        numbers = (_port(endpoint.spec, port) for port in owned.spec.ports)
        problems = (self.inside.port_problem(endpoint.spec.address, number) for number in numbers if number)
        problem = next(filter(None, problems), "")
        if problem:
            self.report.add(
                catalogue.ADDRESS_INSIDE, owned.resource.ref, owned.resource.at("ports"),
                address=endpoint.spec.address, problem=problem,
            )  # fmt: skip
        return bool(problem)

    def _is_served(self, owned: OwnedResource[ExternalServiceSpec], index: int, selected: list[Endpoint]) -> bool:
        port = owned.spec.ports[index]
        problem = ""
        if not selected and port.target_port is not None and port.target_port.name is not None:
            problem = f"the targetPort '{port.target_port.name}' is a name, and no ExternalEndpoint is selected"
        lacking = [str(one.ref) for one in selected if _port(one.spec, port) is None]
        if lacking:
            wanted = port.target_port or PortSelector(number=port.number)
            problem = f"{' and '.join(lacking)} {'has' if len(lacking) == 1 else 'have'} no port {wanted}"
        if problem:
            self.report.add(
                catalogue.EXTERNAL_TARGET_PORT, owned.resource.ref, owned.resource.at("ports", index),
                port=port.number, problem=problem,
            )  # fmt: skip
        return not problem


def _socket_problem(address: str, spec: ExternalServiceSpec, *, named: bool) -> str:
    if address.endswith("/"):
        return "its path is that of a folder"
    if len(spec.ports) != 1:
        return f"a socket serves one port, and the ExternalService has {len(spec.ports)}"
    if named:
        return "a socket cannot stand beside DNS names"
    return ""


def _port(endpoint: ExternalEndpointSpec, port: ExternalPort) -> int | None:
    """The endpoint's port behind a port of the service; by the port's own name where no targetPort says more."""
    if endpoint.address.startswith(UNIX):
        return port.number
    wanted = port.target_port or PortSelector(number=port.number)
    found = next((one.number for one in endpoint.ports if wanted.matches(one.number, one.name)), None)
    if found is None and port.target_port is None and port.name:
        found = next((one.number for one in endpoint.ports if one.name == port.name), None)
    return wanted.number if found is None and not endpoint.ports else found


def _address(endpoint: Endpoint, ports: Iterable[ExternalPort]) -> ExternalAddress:
    spec = endpoint.spec
    served = {port.number: _port(spec, port) for port in ports}
    found = {number: target for number, target in served.items() if target is not None}
    is_socket = spec.address.startswith(UNIX)
    return ExternalAddress(
        endpoint.ref, spec.address, {} if is_socket else found, endpoint.labels, _locality(spec.locality)
    )


def _locality(locality: Locality | None) -> str:
    if locality is None:
        return ""
    return "/".join(part for part in (locality.region, locality.zone, locality.sub_zone) if part)
