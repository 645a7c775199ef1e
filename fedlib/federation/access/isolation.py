"""Service isolation: which ports of a workspace's Services admit nobody but the workspace and those that import them.

Source: `options.serviceIsolation` of Gloo's WorkspaceSettings.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, field, replace

from fedlib.config.gloo import ServiceIsolation
from fedlib.diagnostics import Ref, Report, catalogue
from fedlib.diagnostics.cause import Cause, Why
from fedlib.discovery.inventory import Service, ServicePort
from fedlib.federation.access.callers import Callers
from fedlib.federation.access.principals import Principals
from fedlib.federation.model.access import (
    AccessRules,
    Age,
    IsolatedPort,
    ProtectedPort,
    Rule,
    Source,
    TlsMode,
    TlsRequirement,
)
from fedlib.federation.model.destination import Group, Passage
from fedlib.federation.told import told
from fedlib.federation.workloads.backends import Backends, shows_injection
from fedlib.federation.workloads.gateway_pods import GatewayPods
from fedlib.snapshot.model import Snapshot, Workspace


@dataclass(slots=True)
class Isolation:
    """Decides the isolated ports, and reports what cannot be isolated."""

    snapshot: Snapshot
    backends: Backends
    callers: Callers
    gateways: GatewayPods
    principals: Principals
    report: Report
    _known: dict[tuple[Ref, tuple[int, ...]], IsolatedPort] = field(default_factory=dict)

    def decide(self) -> tuple[IsolatedPort, ...]:
        """All isolated ports, sorted by workspace, cluster, namespace, Service and port."""
        return tuple(
            self._isolated(port, workspace)
            for name, workspace in sorted(self.snapshot.workspaces.items())
            if self._enforced(workspace)
            for port in self._ports(name)
        )

    def _enforced(self, workspace: Workspace) -> bool:
        """Whether the mesh is to enforce it; layers that are set leave the others out."""
        isolation = workspace.settings.options.service_isolation or ServiceIsolation()
        layers, source = isolation.enforcement_layers, workspace.settings_source("service_isolation")
        if not isolation.enabled or source is None:
            return False
        location = source.at("options", "serviceIsolation", "enforcementLayers")
        if layers is not None and not layers.mesh:
            self.report.add(catalogue.MESH_LAYER_OFF, source.ref, location)
        elif layers is not None and layers.cni:
            self.report.add(catalogue.NO_NETWORK_POLICY, source.ref, location)
        return layers is None or layers.mesh

    def _ports(self, workspace: str) -> Iterator[ProtectedPort]:
        unprotected: dict[tuple[str, str], list[str]] = defaultdict(list)
        for service in self.snapshot.services_by_workspace.get(workspace, ()):
            if not self._can_be_isolated(service):
                continue
            workloads = self.backends.workloads(service)
            if not shows_injection(self.snapshot.namespaces.get((service.cluster, service.namespace)), workloads):
                unprotected[service.cluster, service.namespace].append(service.name)
            for index, port in enumerate(service.ports):
                numbers = self._container_ports(service, index, port)
                if numbers:
                    yield ProtectedPort(service, workspace, port.number, numbers)
        for (cluster, namespace), names in sorted(unprotected.items()):
            shown = ", ".join(sorted(names)[:5]) + (", ..." if len(names) > 5 else "")
            found = self.snapshot.namespaces[cluster, namespace]
            self.report.add(
                catalogue.ISOLATION_WITHOUT_SIDECAR, found.ref, found.at(),
                namespace=namespace, services=shown,
            )  # fmt: skip

    def _can_be_isolated(self, service: Service) -> bool:
        if self.gateways.stands_before(service):
            self.report.add(catalogue.GATEWAY_NOT_ISOLATED, service.ref, service.at())
            return False
        if not service.selector and service.type != "ExternalName":
            if (service.namespace, service.name) != ("default", "kubernetes"):  # the API server has no sidecar
                self.report.add(catalogue.NOT_PROTECTED, service.ref, service.at("spec"))
            return False
        return bool(service.selector)

    def _container_ports(self, service: Service, index: int, port: ServicePort) -> tuple[int, ...]:
        """The container ports behind a port; none where it cannot be isolated."""
        location = service.at("spec", "ports", index)
        if port.protocol != "TCP":
            self.report.add(
                catalogue.PORT_NOT_ISOLATED, service.ref, location, port=port.number, protocol=port.protocol
            )
            return ()
        found = self.backends.container_ports(service, port)
        if not found:
            self.report.add(
                catalogue.ISOLATED_PORT_UNKNOWN, service.ref, location, port=port.number, target=port.target_port
            )
        return found

    def _isolated(self, port: ProtectedPort, workspace: Workspace) -> IsolatedPort:
        """Who may call a port; the same for all ports of a Service with the same container ports."""
        key = (port.service.ref, port.container_ports)
        if key not in self._known:
            self._known[key] = self._find_callers(port, workspace)
        return replace(self._known[key], port=port)

    def _find_callers(self, port: ProtectedPort, workspace: Workspace) -> IsolatedPort:
        admitted, groups = self.callers.of_port(port), self.callers.groups_before(port)
        self._report_refused(port, groups, admitted)
        importers = tuple(sorted(admitted - {port.workspace}))
        blocks = [self.principals.workspace(port.workspace)]
        blocks += [self.principals.workspace(name) for name in importers]
        blocks.append(self._terminating(port, [group for group in groups if group.workspace in admitted]))
        source = workspace.settings_source("service_isolation")
        causes = [Cause(source.ref, Why.ISOLATES, ("options", "serviceIsolation"))] if source else []
        causes += (Cause(group.resource.ref, Why.LEADS_TO) for group in groups)
        return IsolatedPort(port, tuple(block for block in blocks if block), importers, tuple(causes))

    def _report_refused(self, port: ProtectedPort, groups: Iterable[Group], admitted: Set[str]) -> None:
        for group in groups:
            for consumer in sorted(set(group.consumers) - admitted):
                told(consumer, group.workspace, self.snapshot, self.report).add(
                    catalogue.GROUP_CALLER_REFUSED, group.resource.ref, group.resource.at("services"),
                    consumer=consumer, service=port.service.ref, owner=port.workspace, group_owner=group.workspace,
                )  # fmt: skip

    def _terminating(self, port: ProtectedPort, groups: Iterable[Group]) -> tuple[str, ...]:
        """The gateways of the Service's cluster that open a connection of their own for clients of other clusters."""
        found: set[str] = set()
        for group in groups:
            if group.passage is not Passage.TERMINATED:
                continue
            for gateway in group.backings[port.service.cluster].gateways:
                found.update(self.principals.gateway(gateway))
                self.report.add(
                    catalogue.CALLERS_BEHIND_GATEWAY, group.resource.ref, group.resource.at("clientMode"),
                    gateway=gateway.service.ref, service=port.service.ref,
                )  # fmt: skip
        return tuple(sorted(found))


def isolation_requirements(isolated: Iterable[IsolatedPort]) -> Iterator[TlsRequirement]:
    """Strict mTLS for each isolated port."""
    for one in isolated:
        service, workspace = one.port.service, one.port.workspace
        yield TlsRequirement(
            cluster=service.cluster,
            namespace=service.namespace,
            selector=service.selector,
            stem=_stem(one),
            parent=service.ref,
            workspace=workspace,
            ports=dict.fromkeys(one.port.container_ports, TlsMode.STRICT),
            age=_age(one),
            causes=one.causes,
        )


def isolation_rules(isolated: Iterable[IsolatedPort], replaced: Set[tuple[Ref, int]]) -> Iterator[AccessRules]:
    """What each isolated port admits: nothing where nobody is known to be admitted, or where policies replace it.

    A part without rules still names the object, so that a policy is a change of an object and not another one.
    """
    for one in isolated:
        service, port = one.port.service, one.port
        sources = tuple(Source(principals=block) for block in one.callers) if port.key not in replaced else ()
        yield AccessRules(
            cluster=service.cluster,
            namespace=service.namespace,
            selector=service.selector,
            stem=_stem(one),
            parent=service.ref,
            workspace=port.workspace,
            rules=(Rule(sources, port.container_ports),) if sources else (),
            age=_age(one),
            causes=one.causes,
            shared_with=one.consumers,
        )


def _stem(one: IsolatedPort) -> str:
    return f"settings-{one.port.service.name}-{one.port.workspace}"


def _age(one: IsolatedPort) -> Age:
    return 0, one.port.service.created or "9999", one.port.service.ref
