"""Ports of Services that policies protect: found as the pods see them, or reported."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fedlib.config.model import Model
from fedlib.diagnostics import Ref, Report, catalogue
from fedlib.federation.model.access import ProtectedPort, Rule
from fedlib.federation.model.policy import Policy
from fedlib.federation.workloads.backends import Backends
from fedlib.federation.workloads.gateway_pods import GatewayPods
from fedlib.federation.workloads.protocols import HTTP_PROTOCOLS, declared_protocol
from fedlib.snapshot.model import Snapshot


@dataclass(slots=True)
class ProtectedPorts:
    """Finds them."""

    snapshot: Snapshot
    backends: Backends
    gateways: GatewayPods
    report: Report

    def find(self, policy: Policy[Model], ref: Ref, number: int) -> ProtectedPort | None:
        """A port that a policy selects; None where no pod is known to enforce the policy."""
        service = self.snapshot.services.get(ref)
        if service is None:
            return None
        if self.gateways.stands_before(service):
            self.report.add(catalogue.GATEWAY_NOT_PROTECTED, policy.ref, policy.resource.at(), service=service.ref)
            return None
        if not service.selector:
            api_server = (service.namespace, service.name) == ("default", "kubernetes")
            if service.type != "ExternalName" and not api_server:
                self.report.add(catalogue.NOT_PROTECTED, service.ref, service.at("spec"))
            return None
        listed = service.tcp_port(number)
        assert listed is not None  # policies select TCP ports
        numbers = self.backends.container_ports(service, listed)
        if not numbers:
            self.report.add(
                catalogue.ACCESS_PORT_UNKNOWN, policy.ref, policy.resource.at(),
                service=service.ref, port=number, target=listed.target_port,
            )  # fmt: skip
        return ProtectedPort(service, policy.workspace, number, numbers) if numbers else None

    def check_protocol(self, policy: Policy[Model], port: ProtectedPort, rules: Iterable[Rule]) -> None:
        """Report conditions on HTTP requests where the port has another protocol."""
        listed = port.service.tcp_port(port.number)
        protocol = declared_protocol(listed) if listed is not None else None
        if protocol is not None and protocol not in HTTP_PROTOCOLS and any(rule.needs_http for rule in rules):
            self.report.add(
                catalogue.ACCESS_NEEDS_HTTP, policy.ref, policy.resource.at("config"),
                service=port.service.ref, port=port.number, protocol=protocol.value,
            )  # fmt: skip
