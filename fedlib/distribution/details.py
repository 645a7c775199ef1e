"""What became of each resource: the facts that stand beside its state in a report.

Source: the statuses and reports of Gloo's resources (selected backing services, applied policies, the outlier detection
that belongs to a failover, and what each workspace got in each cluster).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final

from fedlib.config.gloo import WorkspaceSettingsSpec
from fedlib.config.model import Model
from fedlib.config.policies.failover import FailoverPolicySpec, OutlierDetectionPolicySpec
from fedlib.config.resource import Resource, kind_of
from fedlib.diagnostics import Location, Ref
from fedlib.diagnostics.cause import Cause, Why
from fedlib.diagnostics.source import Step
from fedlib.diagnostics.text import ref_json
from fedlib.distribution.causes import NO_EFFECTS, Effects, effects_of
from fedlib.distribution.plan import Plan
from fedlib.federation.decisions import Decisions
from fedlib.federation.model.destination import External, Group
from fedlib.federation.model.policy import Policy
from fedlib.snapshot.model import Snapshot

Details = dict[str, Any]
SETTINGS: Final = kind_of(WorkspaceSettingsSpec)


def describe_resources(snapshot: Snapshot, decisions: Decisions, plan: Plan) -> dict[Ref, Details]:
    """The details of every resource that acts through a workspace, as plain data that JSON can hold.

    `objects` are those that the resource is a cause of, by workspace and cluster; `causes` say why, and where in it.
    Settings have these two only.
    """
    places = _places(snapshot)
    effects = effects_of(plan, snapshot, places)
    details: dict[Ref, Details] = {
        ref: _effects(effects.get(ref, NO_EFFECTS), places[ref]) for ref in places if ref.kind == SETTINGS
    }
    for owned in (one for listed in snapshot.resources.values() for one in listed):
        ref = owned.resource.ref
        shown = _effects(effects.get(ref, NO_EFFECTS), places[ref])
        details[ref] = {"workspace": owned.workspace, **shown}
        if ref in decisions.policies.counts:
            details[ref]["targets"] = decisions.policies.counts[ref]
    for group in decisions.groups:
        details[group.resource.ref].update(_group(group, decisions))
    for external in decisions.externals:
        details[external.resource.ref].update(_external(external, decisions))
    for ref, gateways in _virtual_gateways(decisions).items():
        details[ref].update(gateways)
    for ref, policies in _route_policies(decisions).items():
        details[ref]["appliedPolicies"] = policies
    for ref, paired in _pairs(decisions).items():
        details[ref]["correspondingOutlierDetectionPolicies"] = paired
    return details


def _places(snapshot: Snapshot) -> dict[Ref, Resource[Any]]:
    """All Gloo resources that causes can point into."""
    found: dict[Ref, Resource[Any]] = {
        owned.resource.ref: owned.resource for listed in snapshot.resources.values() for owned in listed
    }
    for workspace in snapshot.workspaces.values():
        settings = (workspace.settings_resource, *workspace.settings_sources.values())
        found.update((one.ref, one) for one in settings if one is not None)
    return found


def _effects(effects: Effects, resource: Resource[Any]) -> Details:
    causes = [_cause(cause, count, resource.at(*_path(cause, resource))) for cause, count in effects.causes]
    return {"objects": effects.objects, "causes": causes}


def _path(cause: Cause, resource: Resource[Any]) -> tuple[Step, ...]:
    """A policy applies because of the field that selects what it applies to, where it is one field."""
    if cause.why not in (Why.APPLIES, Why.INHERITED):
        return cause.path
    fields = type(resource.spec).model_fields
    used = [fields[name].alias or name for name in resource.spec.model_fields_set if name.startswith("apply_to_")]
    return (used[0],) if len(used) == 1 else ()


def _cause(cause: Cause, count: int, place: Location) -> Details:
    return {
        "why": cause.why.value,
        "file": place.file,
        "line": place.line,
        "path": place.path,
        "objects": count,
    }


def _group(group: Group, decisions: Decisions) -> Details:
    backings = group.backings.items()
    return {
        "hosts": list(group.hosts),
        "consumers": list(group.consumers),
        "selectedBackingServices": {c: f"{b.service.namespace}/{b.service.name}" for c, b in sorted(backings)},
        "appliedPolicies": _destination_policies(group, decisions),
    }


def _external(external: External, decisions: Decisions) -> Details:
    return {
        "hosts": list(external.hosts),
        "consumers": list(external.consumers),
        "selectedEndpoints": [ref_json(endpoint.ref) for endpoint in external.endpoints],
        "selectedVirtualGateways": [
            ref_json(ref) for ref in sorted({route.gateway.resource.ref for route in external.egress})
        ],
        "appliedPolicies": _destination_policies(external, decisions),
    }


def _virtual_gateways(decisions: Decisions) -> dict[Ref, Details]:
    """VirtualGateway -> the gateway Services that carry it, and the RouteTables and ExternalServices that use it."""
    found: dict[Ref, dict[str, set[Ref]]] = defaultdict(lambda: defaultdict(set))
    for gateway in decisions.virtual_gateways:
        found[gateway.resource.ref]["selectedServices"].add(gateway.service.ref)
    for routed in decisions.routes:
        for gateway in routed.gateways:
            found[gateway.resource.ref]["routeTables"].add(routed.table.ref)
    for external in decisions.externals:
        for route in external.egress:
            found[route.gateway.resource.ref]["externalServices"].add(external.resource.ref)
    return {
        ref: {name: [ref_json(one) for one in sorted(refs)] for name, refs in sorted(listed.items())}
        for ref, listed in found.items()
    }


def _destination_policies(destination: Group | External, decisions: Decisions) -> dict[str, list[Details]]:
    """Consumer -> the policies that its proxies follow on any port of the destination."""
    ref = destination.resource.ref
    found = {}
    for consumer in destination.consumers:
        ports = [decisions.policies.calling(consumer, ref, port.number) for port in destination.ports]
        found[consumer] = _shown(policy for port in ports for policy in port)
    return {consumer: policies for consumer, policies in found.items() if policies}


def _shown(policies: Iterable[Policy[Model]]) -> list[Details]:
    return [ref_json(ref) for ref in sorted({policy.ref for policy in policies})]


def _route_policies(decisions: Decisions) -> dict[Ref, dict[str, list[Details]]]:
    """RouteTable -> route -> the policies that were applied to it in any workspace."""
    found: dict[Ref, dict[str, list[Policy[Model]]]] = defaultdict(lambda: defaultdict(list))
    for routed in decisions.routes:
        for route in routed.routes:
            if route.policies:
                found[routed.table.ref][route.name] += route.policies
    return {
        table: {route: _shown(policies) for route, policies in sorted(routes.items())}
        for table, routes in found.items()
    }


def _pairs(decisions: Decisions) -> dict[Ref, list[Details]]:
    """FailoverPolicy -> the OutlierDetectionPolicies of its destinations: without one, nothing fails over."""
    pairs: dict[Ref, set[Ref]] = defaultdict(set)
    for policies in decisions.policies.client.values():
        failover, outlier = policies.get(FailoverPolicySpec), policies.get(OutlierDetectionPolicySpec)
        if failover is not None:
            pairs[failover.ref].update([outlier.ref] if outlier else [])
    return {ref: [ref_json(one) for one in sorted(found)] for ref, found in pairs.items()}
