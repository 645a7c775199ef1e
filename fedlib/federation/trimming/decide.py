"""Trimming: which hosts the sidecars of a workload keep.

Sources: `options.serviceIsolation.trimProxyConfig` (everything that the workspace can reach), TrimProxyConfigPolicies
(the destinations that they include), `options.trimAllProxyConfig` (nothing). For one workload its policies, which add
to each other, go before the options, and what can be reached before nothing. Gateways are never trimmed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from fedlib.config.gloo import ServiceIsolation
from fedlib.config.policies.connection import TrimProxyConfigPolicySpec
from fedlib.diagnostics import Ref, Report, catalogue
from fedlib.diagnostics.cause import NO_CAUSES, Cause, Causes, Why
from fedlib.discovery.inventory import Workload
from fedlib.federation.destinations.offer import Offer
from fedlib.federation.finders import Finders
from fedlib.federation.model.destination import Destination
from fedlib.federation.model.policy import NO_POLICIES, AppliedPolicies, Policy
from fedlib.federation.model.route import RoutedHosts
from fedlib.federation.policies.filters.servers import NO_SERVERS, AskedServers
from fedlib.federation.policies.select_destinations import DestinationSelection
from fedlib.federation.policies.trials import Trials
from fedlib.federation.trimming.reachable_hosts import ReachableHosts
from fedlib.federation.workloads.gateway_pods import GatewayPods
from fedlib.snapshot.label_selectors import label_selectors
from fedlib.snapshot.model import Snapshot, Workspace

NOTHING: frozenset[str] = frozenset()

Servers = Mapping[tuple[str, str], AskedServers]
"""By workspace and cluster."""


_ISOLATED: Final = ("service_isolation", "serviceIsolation")
_TRIMMED: Final = ("trim_all_proxy_config", "trimAllProxyConfig")


@dataclass(frozen=True, slots=True)
class TrimmedWorkload:
    """A workload whose sidecars keep the configuration of `hosts` only; without any they keep none.

    `causes` are the settings or policies that say so, and the imports by which there are hosts of others.
    """

    workload: Workload
    workspace: str
    hosts: tuple[str, ...]
    causes: Causes = field(default=NO_CAUSES, compare=False, repr=False)


def decide_trimming(
    finders: Finders,
    offer: Offer,
    routes: tuple[RoutedHosts, ...],
    policies: AppliedPolicies,
    gateways: GatewayPods,
    servers: Servers,
) -> tuple[TrimmedWorkload, ...]:
    """All trimmed workloads, sorted by workspace, cluster and namespace.

    `servers` are what the proxies of a workspace and cluster ask, whatever they call.
    """
    reachable = ReachableHosts(finders.snapshot, offer.destinations, offer.called, routes)
    selection = DestinationSelection(offer.destinations, Trials(finders.snapshot, finders.report))
    return _Trimming(finders.snapshot, gateways, reachable, selection, policies, finders.report, servers).decide()


@dataclass(slots=True)
class _Trimming:
    """Decides what is trimmed."""

    snapshot: Snapshot
    gateways: GatewayPods
    reachable: ReachableHosts
    selection: DestinationSelection
    policies: AppliedPolicies
    report: Report
    servers: Servers
    _included: dict[Ref, tuple[Destination, ...]] = field(default_factory=dict)
    _why: dict[tuple[str, str], Causes] = field(default_factory=dict)
    _why_kept: dict[tuple[tuple[Ref, ...], str, str], Causes] = field(default_factory=dict)
    _kept: dict[tuple[tuple[Ref, ...], str, str], frozenset[str] | None] = field(default_factory=dict)
    _sorted: dict[frozenset[str], tuple[str, ...]] = field(default_factory=dict)

    def decide(self) -> tuple[TrimmedWorkload, ...]:
        """All trimmed workloads, sorted by workspace, cluster and namespace."""
        for owned in self.snapshot.of(TrimProxyConfigPolicySpec):
            self._include(Policy(owned.resource, owned.workspace))
        found: list[TrimmedWorkload] = []
        for name, workspace in sorted(self.snapshot.workspaces.items()):
            self._check(workspace)
            if not self._trims(workspace):
                continue
            for cluster, namespaces in sorted(workspace.namespaces.items()):
                for namespace in namespaces:
                    found += self._namespace(name, cluster, namespace)
        return tuple(found)

    def _include(self, policy: Policy[TrimProxyConfigPolicySpec]) -> None:
        """Find what a policy includes; one that includes nothing trims nothing."""
        found: dict[Ref, Destination] = {}
        for index, entry in enumerate(policy.spec.config.included_destinations):
            path = ("config", "includedDestinations", index)
            found.update({one.ref: one for one, _ in self.selection.matching(entry, policy)})
            if entry.port is not None:
                self.report.add(
                    catalogue.TRIM_KEEPS_ALL_PORTS, policy.ref, policy.resource.at(*path, "port"), port=entry.port
                )
        if not found:
            location = policy.resource.at("config", "includedDestinations")
            self.report.add(catalogue.TRIM_INCLUDES_NOTHING, policy.ref, location)
        self._included[policy.ref] = tuple(found.values())

    def _check(self, workspace: Workspace) -> None:
        isolation, source = _isolation(workspace), workspace.settings_source("service_isolation")
        if source is not None and isolation.trim_proxy_config and not isolation.enabled:
            self.report.add(
                catalogue.TRIM_NEEDS_ISOLATION, source.ref, source.at("options", "serviceIsolation", "trimProxyConfig")
            )

    def _trims(self, workspace: Workspace) -> bool:
        """Whether anything can be trimmed: policies may stand in any workspace."""
        options, isolation = workspace.settings.options, _isolation(workspace)
        return bool(
            options.trim_all_proxy_config or self._included or (isolation.enabled and isolation.trim_proxy_config)
        )

    def _namespace(self, workspace: str, cluster: str, namespace: str) -> Iterator[TrimmedWorkload]:
        workloads = self.snapshot.workloads.get((cluster, namespace), ())
        sidecars = [one for one in workloads if one.labels and not self.gateways.runs(one)]
        hosts = {one.ref: self._with_servers(self._hosts(one, workspace), workspace, cluster) for one in sidecars}
        merged = _merge(sidecars, hosts, self.report)
        for workload in sidecars:
            kept = merged[workload.ref]
            if kept is not None:
                if kept not in self._sorted:  # many workloads share one set
                    self._sorted[kept] = tuple(sorted(kept))
                yield TrimmedWorkload(workload, workspace, self._sorted[kept], self._causes(workload, workspace))

    def _causes(self, workload: Workload, workspace: str) -> Causes:
        applied = self.policies.workloads.get(workload.ref, NO_POLICIES).every(TrimProxyConfigPolicySpec)
        included = tuple(policy for policy in applied if self._included[policy.ref])
        if included:
            return self._causes_of_policies(included, workspace, workload.cluster)
        return self._causes_of_settings(workspace, workload.cluster)

    def _causes_of_policies(
        self, policies: tuple[Policy[TrimProxyConfigPolicySpec], ...], workspace: str, cluster: str
    ) -> Causes:
        key = (tuple(policy.ref for policy in policies), workspace, cluster)
        if key not in self._why_kept:
            called = {Cause(one.ref, Why.LEADS_TO): None for policy in policies for one in self._included[policy.ref]}
            self._why_kept[key] = (
                *(policy.cause for policy in policies), *called, *self._asked((workspace, cluster)).causes
            )  # fmt: skip
        return self._why_kept[key]

    def _causes_of_settings(self, workspace: str, cluster: str) -> Causes:
        key = (workspace, cluster)
        if key not in self._why:
            settings = self.snapshot.workspaces[workspace]
            isolated = _isolation(settings).enabled and _isolation(settings).trim_proxy_config
            name, option = _ISOLATED if isolated else _TRIMMED
            source = settings.settings_source(name)
            trims = (Cause(source.ref, Why.TRIMS, ("options", option)),) if source else NO_CAUSES
            asked = self._asked(key).causes
            reachable = self.reachable.causes(workspace) if isolated or asked else NO_CAUSES
            self._why[key] = (*trims, *reachable, *asked)
        return self._why[key]

    def _asked(self, key: tuple[str, str]) -> AskedServers:
        return self.servers.get(key, NO_SERVERS)

    def _kept_by(self, policies: tuple[Ref, ...], workspace: str, cluster: str) -> frozenset[str] | None:
        """The hosts that policies include together; None where they include no destination."""
        key = (policies, workspace, cluster)
        if key not in self._kept:
            if len(policies) > 1:
                single = [self._kept_by((policy,), workspace, cluster) for policy in policies]
                some = [hosts for hosts in single if hosts is not None]
                self._kept[key] = frozenset().union(*some) if some else None
            else:
                included = [one for policy in policies for one in self._included[policy]]
                hosts = (self.reachable.of(one, workspace, cluster) for one in included)
                self._kept[key] = frozenset(host for some in hosts for host in some) if included else None
        return self._kept[key]

    def _with_servers(self, hosts: frozenset[str] | None, workspace: str, cluster: str) -> frozenset[str] | None:
        """With the servers that filters of the proxies ask: without them every request would fail, or none."""
        return None if hosts is None else hosts | self._asked((workspace, cluster)).hosts

    def _hosts(self, workload: Workload, workspace: str) -> frozenset[str] | None:
        """The hosts that a workload keeps; None where it keeps everything."""
        applied = self.policies.workloads.get(workload.ref, NO_POLICIES).every(TrimProxyConfigPolicySpec)
        kept = self._kept_by(tuple(policy.ref for policy in applied), workspace, workload.cluster)
        if kept is not None:
            return kept
        settings = self.snapshot.workspaces[workspace]
        if _isolation(settings).enabled and _isolation(settings).trim_proxy_config:
            return self.reachable.everything(workspace, workload.cluster, workload.namespace)
        return NOTHING if settings.settings.options.trim_all_proxy_config else None


def _isolation(workspace: Workspace) -> ServiceIsolation:
    return workspace.settings.options.service_isolation or ServiceIsolation()


def _merge(
    workloads: list[Workload], hosts: Mapping[Ref, frozenset[str] | None], report: Report
) -> Mapping[Ref, frozenset[str] | None]:
    """Give workloads that share labels of pods what each of them needs.

    Istio leaves open which Sidecar a pod has that several select. A workload whose labels are a part of another one's
    selects the other's pods as well; so both keep the hosts of both, whichever Sidecar it is.
    """
    if len(set(hosts.values())) < 2:
        return hosts
    merged = dict(hosts)
    selecting = label_selectors((one.labels, one) for one in workloads)
    for narrow in workloads:
        own = hosts[narrow.ref]
        for wide in selecting.selecting(narrow.labels):
            other = hosts[wide.ref]
            if wide is narrow or other is None or other == own:
                continue
            report.add(catalogue.TRIMMED_TOGETHER, narrow.ref, narrow.at(), other=wide.ref, related=(wide.ref,))
            for one in (wide, narrow):
                kept = merged[one.ref]
                merged[one.ref] = None if kept is None else kept | other | (own or NOTHING)
    return merged
