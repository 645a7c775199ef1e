"""The stage's public function: a snapshot to decisions."""

from __future__ import annotations

from fedlib.config.gloo import ClientMode, WorkspaceOptions
from fedlib.diagnostics import Report, catalogue
from fedlib.federation.model import Decisions
from fedlib.federation.routes import route_hosts
from fedlib.federation.services import federate_services, gateway_patterns
from fedlib.snapshot.model import Snapshot, Workspace


def federate(snapshot: Snapshot, report: Report) -> Decisions:
    """Decide the federated hosts, the gateways that they need, and the routes."""
    for workspace in snapshot.workspaces.values():
        _report_untranslated(workspace, report)
    services = federate_services(snapshot, report)
    return Decisions(services, route_hosts(snapshot, services, report), gateway_patterns(services))


def _report_untranslated(workspace: Workspace, report: Report) -> None:
    """Report the options that promise something which nothing is emitted for."""
    for field, path, advice in _untranslated(workspace.settings.options):
        resource = workspace.settings_source(field)
        if resource is not None:
            report.add(
                catalogue.UNSUPPORTED_FIELD, resource.ref, resource.at("options", *path),
                field=f"options.{'.'.join(path)}", advice=advice,
            )  # fmt: skip


def _untranslated(options: WorkspaceOptions) -> list[tuple[str, tuple[str, ...], str]]:
    """The field of the options, its path and some advice."""
    found: list[tuple[str, tuple[str, ...], str]] = []
    isolation = options.service_isolation
    if isolation is not None and isolation.enabled:
        advice = "write AuthorizationPolicies yourself until it is: exportTo is no security boundary"
        found.append(("service_isolation", ("serviceIsolation", "enabled"), advice))
    if options.trim_all_proxy_config:
        advice = "write Sidecar objects yourself until it is"
        found.append(("trim_all_proxy_config", ("trimAllProxyConfig",), advice))
    mode: ClientMode | None = options.virtual_dest_client_mode
    if mode is not None and mode.tls_termination is not None:
        path = ("virtualDestClientMode", "tlsTermination")
        found.append(("virtual_dest_client_mode", path, "use auto or sniRouting"))
    return found
