"""AccessPolicies: the rules and the mTLS modes that they give to Services and to workloads.

Pods enforce them, so everything stands beside the pods, and only the workspace that owns them has a say. On a Service's
port a policy replaces what isolation admits there; on workloads it adds to that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from fedlib.config.policies.access import AccessPolicySpec
from fedlib.config.selectors import DestinationKind
from fedlib.diagnostics import Ref, Report, catalogue
from fedlib.federation.access.authorizations import AuthorizationReader, Authorizations, Path, with_ports
from fedlib.federation.access.callers import Callers
from fedlib.federation.access.principals import Principals
from fedlib.federation.access.protected_ports import ProtectedPorts
from fedlib.federation.model.access import AccessRules, Age, ProtectedPort, TlsMode, TlsRequirement
from fedlib.federation.model.destination import Group
from fedlib.federation.model.policy import AppliedPolicies, Policy
from fedlib.federation.policies.claims import some
from fedlib.federation.policies.select_destinations import DestinationSelection
from fedlib.federation.policies.select_workloads import select_namespaces, workload_selectors
from fedlib.snapshot.allowance import Allowance
from fedlib.snapshot.model import Snapshot

MAX_CLIENTS: Final = 200_000
"""That the AccessPolicies of one workspace select, each for every policy."""
MAX_WRITTEN: Final = 500_000
"""The same, for each port or set of pods that a policy applies to."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Pods, and the name of what is written for them."""

    cluster: str
    namespace: str
    selector: Mapping[str, str]
    stem: str
    parent: Ref
    age: Age


@dataclass(slots=True)
class AccessPolicies:
    """Decides what AccessPolicies do. After `decide`, `replaced` holds the ports that have rules which count."""

    snapshot: Snapshot
    ports: ProtectedPorts
    callers: Callers
    principals: Principals
    policies: AppliedPolicies
    selection: DestinationSelection
    report: Report
    rules: list[AccessRules] = field(default_factory=list)
    requirements: list[TlsRequirement] = field(default_factory=list)
    replaced: list[tuple[ProtectedPort, Policy[AccessPolicySpec]]] = field(default_factory=list)
    _counted: set[tuple[Ref, frozenset[str]]] = field(default_factory=set)
    _selected: Allowance = field(default_factory=lambda: Allowance(MAX_CLIENTS))
    _written: Allowance = field(default_factory=lambda: Allowance(MAX_WRITTEN))
    _unknown: dict[tuple[Ref, Path], tuple[Policy[AccessPolicySpec], set[str]]] = field(default_factory=dict)
    """For each selector of clients the places in which it selects nobody."""

    def decide(self) -> None:
        """Decide everything."""
        reader = AuthorizationReader(self.principals, self.report)
        enforced: set[Ref] = set()
        for owned in self.snapshot.of(AccessPolicySpec):
            policy = Policy(owned.resource, owned.workspace)
            if self._enforced(policy):
                enforced.add(policy.ref)
                self._on_workloads(policy, reader)
                self._report_groups(policy)
        for (ref, number), by_kind in sorted(self.policies.server.items(), key=lambda item: item[0]):
            for policy in by_kind.every(AccessPolicySpec):
                if policy.ref in enforced:
                    self._on_destination(policy, ref, number, reader)
        for (_, path), (policy, places) in self._unknown.items():
            self.report.add(
                catalogue.CLIENT_UNKNOWN, policy.ref, policy.resource.at(*path),
                workspace=policy.workspace, places=some(places),
            )  # fmt: skip

    def _report_too_much(self, policy: Policy[AccessPolicySpec], problem: str, limit: int) -> None:
        self.report.add(
            catalogue.WORKSPACE_TOO_MUCH, policy.ref, policy.resource.at("config"),
            problem=problem, workspace=policy.workspace, limit=f"{limit} clients",
            advice="select fewer clients; this policy admits nobody",
        )  # fmt: skip

    def _enforced(self, policy: Policy[AccessPolicySpec]) -> bool:
        """Whether the mesh is to enforce a policy; layers that are set leave the others out."""
        layers = policy.spec.config.enforcement_layers
        location = policy.resource.at("config", "enforcementLayers")
        if layers is not None and not layers.mesh:
            self.report.add(catalogue.MESH_LAYER_OFF, policy.ref, location)
        elif layers is not None and layers.cni:
            self.report.add(catalogue.NO_NETWORK_POLICY, policy.ref, location)
        return layers is None or layers.mesh

    def _report_groups(self, policy: Policy[AccessPolicySpec]) -> None:
        """Report groups that a policy selects, with the Services that it should select instead."""
        for index, entry in enumerate(policy.spec.apply_to_destinations):
            if entry.kind is not DestinationKind.VIRTUAL_DESTINATION:
                continue
            decisions = (destination.decision for destination, _ in self.selection.matching(entry, policy))
            for group in {one.resource.ref: one for one in decisions if isinstance(one, Group)}.values():
                services = sorted(str(one.service.ref) for one in group.backings.values())
                self.report.add(
                    catalogue.GROUP_ACCESS, policy.ref, policy.resource.at("applyToDestinations", index),
                    ref=group.resource.ref, services=", ".join(services) or "it has none",
                )  # fmt: skip

    def _on_destination(
        self, policy: Policy[AccessPolicySpec], ref: Ref, number: int, reader: AuthorizationReader
    ) -> None:
        if ref not in self.snapshot.services:
            if policy.spec.apply_to_destinations:  # a policy for all destinations does not mean it
                location = policy.resource.at("applyToDestinations")
                self.report.add(catalogue.EXTERNAL_ACCESS, policy.ref, location, ref=ref)
            return
        port = self.ports.find(policy, ref, number)
        if port is None:
            return
        service = port.service
        stem, age = f"accesspolicy-{service.name}-{policy.workspace}", (1, service.created or "9999", service.ref)
        place = _Place(service.cluster, service.namespace, service.selector, stem, service.ref, age)
        found = self._read(policy, self.callers.of_port(port), str(service.ref), reader)
        self._write(policy, place, found, port.container_ports)
        if found.enforced is not None:
            self.replaced.append((port, policy))
        self.ports.check_protocol(policy, port, (*(found.enforced or ()), *(found.logged or ())))

    def _on_workloads(self, policy: Policy[AccessPolicySpec], reader: AuthorizationReader) -> None:
        spec = policy.spec
        if not spec.apply_to_workloads:
            return
        if spec.apply_to_destinations:
            location = policy.resource.at("applyToDestinations")
            self.report.add(catalogue.DESTINATIONS_IGNORED, policy.ref, location)
        if self._isolated(policy.workspace):
            location = policy.resource.at("applyToWorkloads")
            self.report.add(catalogue.WORKLOADS_ISOLATED, policy.ref, location, workspace=policy.workspace)
        places = {
            (cluster, namespace, tuple(sorted(selector.labels.items())))
            for selector in workload_selectors(policy)
            for cluster, namespace in select_namespaces(selector, policy, self.snapshot)
        }
        for cluster, namespace, labels in sorted(places):
            stem = f"accesspolicy-{_name(policy)}" + "".join(f"-{key}-{value}" for key, value in labels)
            parent = Ref("Namespace", namespace, "", cluster)
            place = _Place(cluster, namespace, dict(labels), stem, parent, (2, *policy.resource.age))
            callers = self.callers.of_pods(policy.workspace, (cluster, namespace), dict(labels))
            shown = f"pods of namespace '{namespace}' of cluster '{cluster}'"
            self._write(policy, place, self._read(policy, callers, shown, reader), ())

    def _read(
        self, policy: Policy[AccessPolicySpec], callers: frozenset[str], place: str, reader: AuthorizationReader
    ) -> Authorizations:
        """What a policy admits in a place."""
        found = reader.read(policy, callers)
        if (policy.ref, callers) not in self._counted:
            self._counted.add((policy.ref, callers))
            if not self._selected.take(policy.workspace, found.extent):
                self._report_too_much(policy, "AccessPolicies select too many clients", MAX_CLIENTS)
        if not self._selected.left(policy.workspace):
            found = found.closed()
        for path in found.unknown:
            self._unknown.setdefault((policy.ref, path), (policy, set()))[1].add(place)
        return found

    def _write(
        self, policy: Policy[AccessPolicySpec], place: _Place, found: Authorizations, ports: tuple[int, ...]
    ) -> None:
        """Add what a policy gives to the pods of a place: to all of their ports where none are named."""
        if not self._written.take(policy.workspace, found.extent):
            self._report_too_much(policy, "AccessPolicies admit too many clients to what they apply to", MAX_WRITTEN)
            found = found.closed()
        for rules, suffix in ((found.enforced, ""), (found.logged, "-dry-run")):
            if rules is not None:
                limited = with_ports(rules, ports) if ports else rules
                self.rules.append(
                    AccessRules(
                        place.cluster, place.namespace, place.selector, place.stem + suffix, place.parent,
                        policy.workspace, limited, dry_run=bool(suffix), age=place.age, causes=(policy.cause,),
                    )
                )  # fmt: skip
        mode = self._mode(policy)
        if mode is not None:
            self.requirements.append(
                TlsRequirement(
                    place.cluster, place.namespace, place.selector, place.stem, place.parent, policy.workspace,
                    dict.fromkeys(ports, mode), None if ports else mode, place.age, (policy.cause,),
                )
            )  # fmt: skip

    def _mode(self, policy: Policy[AccessPolicySpec]) -> TlsMode | None:
        """The mTLS mode that a policy asks for; in an isolated workspace always the strict one."""
        authn = policy.spec.config.authn
        if authn is None:
            return None
        mode = TlsMode(authn.tls_mode.value)
        if mode is not TlsMode.STRICT and self._isolated(policy.workspace):
            location = policy.resource.at("config", "authn")
            self.report.add(catalogue.ALWAYS_STRICT, policy.ref, location, mode=mode, workspace=policy.workspace)
            return TlsMode.STRICT
        return mode

    def _isolated(self, workspace: str) -> bool:
        isolation = self.snapshot.workspaces[workspace].settings.options.service_isolation
        return isolation is not None and isolation.enabled


def _name(policy: Policy[AccessPolicySpec]) -> str:
    ref = policy.ref
    return f"{ref.name}-{ref.namespace}-{ref.cluster}"
