"""LoadBalancerPolicies and ClientTLSPolicies with settings that have no effect, or one that nobody wants."""

from __future__ import annotations

from fedlib.config.policies.client_tls import ClientTLSPolicySpec
from fedlib.config.policies.failover import OutlierDetectionPolicySpec
from fedlib.config.policies.health_check import ActiveHealthCheckPolicySpec
from fedlib.config.policies.traffic_control import LoadBalancerPolicySpec
from fedlib.diagnostics import catalogue
from fedlib.federation.model.destination import Group
from fedlib.federation.policies.checks.localities import Localities
from fedlib.federation.policies.checks.use import Notes, Use, selects_by_itself


def check_load_balancer(use: Use, notes: Notes) -> None:
    """Note settings of a LoadBalancerPolicy that have no effect."""
    policy = use.policies.get(LoadBalancerPolicySpec)
    if policy is None:
        return
    watched = ActiveHealthCheckPolicySpec in use.policies or OutlierDetectionPolicySpec in use.policies
    if policy.spec.config.healthy_panic_threshold is not None and not watched:
        path = ("config", "healthyPanicThreshold")
        notes.add(catalogue.PANIC_WITHOUT_OUTLIER_DETECTION, policy, path, use.destination)


def check_client_tls(use: Use, localities: Localities, notes: Notes) -> None:
    """Note ClientTLSPolicies that break the way through east-west gateways, or that sidecars do not follow."""
    policy = use.policies.get(ClientTLSPolicySpec)
    if policy is None:
        return
    spec, decision = policy.spec, use.destination.decision
    mode = next(name for name in ("disable", "simple", "mutual", "istioMutual") if _is_set(spec, name))
    if mode != "istioMutual" and isinstance(decision, Group) and _calls_gateways(use, decision, localities):
        path = (mode,) if selects_by_itself(policy) else ()
        notes.add(catalogue.CLIENT_TLS_BREAKS_GATEWAYS, policy, path, use.destination, mode=mode)
    chosen = spec.simple or spec.mutual
    if chosen is not None and chosen.config.credential_name:
        location = policy.resource.at(mode, "config", "credentialName")
        notes.report.add(catalogue.CREDENTIAL_AT_SIDECARS, policy.ref, location, secret=chosen.config.credential_name)


def _calls_gateways(use: Use, group: Group, localities: Localities) -> bool:
    """Whether those who follow the policies reach any pods of the group through the gateway of another cluster."""
    clusters = localities.of_callers(use.workspaces)
    return any(backing.gateways for cluster in clusters for backing in group.remote(cluster))


def _is_set(spec: ClientTLSPolicySpec, mode: str) -> bool:
    return getattr(spec, "istio_mutual" if mode == "istioMutual" else mode) is not None
