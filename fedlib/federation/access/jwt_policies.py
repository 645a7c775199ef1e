"""JWTPolicies on Services: the pods check tokens, and refuse what the policy does not accept on its ports."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from fedlib.config.policies.jwt import JWTPolicySpec
from fedlib.diagnostics import Ref, Report, catalogue
from fedlib.federation.access.key_servers import KeyServers
from fedlib.federation.access.protected_ports import ProtectedPorts
from fedlib.federation.access.token_rules import demands, read_token_rules
from fedlib.federation.model.access import AccessRules, Action, ProtectedPort, TokenRule, TokenRules
from fedlib.federation.model.policy import AppliedPolicies, Policy
from fedlib.snapshot.model import Snapshot


@dataclass(slots=True)
class JwtPolicies:
    """Decides what JWTPolicies do on Services."""

    snapshot: Snapshot
    ports: ProtectedPorts
    policies: AppliedPolicies
    servers: KeyServers
    report: Report
    rules: list[AccessRules] = field(default_factory=list)
    tokens: dict[tuple[Ref, Ref], TokenRules] = field(default_factory=dict)
    readable: dict[Ref, tuple[TokenRule, ...]] = field(default_factory=dict)

    def decide(self) -> None:
        """Decide everything."""
        for owned in self.snapshot.of(JWTPolicySpec):
            policy = Policy(owned.resource, owned.workspace)
            read = read_token_rules(policy, self.report)
            if self.servers.check(policy, self.report) and read is not None:
                self.readable[policy.ref] = read
        for (ref, number), by_kind in sorted(self.policies.server.items(), key=lambda item: item[0]):
            for policy in by_kind.every(JWTPolicySpec):
                port = self.ports.find(policy, ref, number) if policy.ref in self.readable else None
                if port is not None:
                    self._on_port(policy, port)

    def _on_port(self, policy: Policy[JWTPolicySpec], port: ProtectedPort) -> None:
        service, ref = port.service, policy.ref
        name = f"{ref.name}-{ref.namespace}-{ref.cluster}"
        self.tokens[service.ref, ref] = TokenRules(
            service.cluster, service.namespace, service.selector, f"jwtpolicy-{service.name}-{name}", service.ref,
            policy.workspace, self.readable[ref], self.servers.causes(policy),
        )  # fmt: skip
        if len(service.ports) > 1:
            whole = f"all ports of the pods of {service.ref}"
            self.report.add(catalogue.JWT_CHECKS_MORE, ref, policy.resource.at("applyToDestinations"), what=whole)
        refused = tuple(replace(rule, ports=port.container_ports) for rule in demands(policy.spec.config))
        self.ports.check_protocol(policy, port, refused)
        if refused:
            stem = f"jwtpolicy-{service.name}-{port.number}-{name}"
            self.rules.append(
                AccessRules(
                    service.cluster, service.namespace, service.selector, stem, service.ref, policy.workspace,
                    refused, Action.DENY, causes=self.servers.causes(policy),
                )
            )  # fmt: skip
