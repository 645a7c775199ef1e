"""What names hosts without being called by them, against `federation:hosts`: suffixes of settings, and listeners."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from fedlib.config.virtual_gateway import VirtualGatewaySpec
from fedlib.diagnostics import Report, catalogue
from fedlib.diagnostics.source import Step
from fedlib.federation.hosts.rights import HostRights
from fedlib.snapshot.model import Snapshot, Workspace


def respect_suffixes(snapshot: Snapshot, rights: HostRights, report: Report) -> Snapshot:
    """The snapshot without the ungrouped federation of workspaces whose hostSuffix is not theirs; each is reported.

    A suffix of the global settings is the administrator's own.
    """
    checked = {name: _respect(workspace, rights, report) for name, workspace in snapshot.workspaces.items()}
    return replace(snapshot, workspaces=checked)


def _respect(workspace: Workspace, rights: HostRights, report: Report) -> Workspace:
    federation, settings = workspace.settings.options.federation, workspace.settings_resource
    if federation is None or settings is None or "federation" in workspace.settings_sources:
        return workspace
    problem = rights.given_problem(federation.host_suffix, workspace.name) if federation.host_suffix else ""
    if not problem:
        return workspace
    report.add(
        catalogue.HOST_NOT_GIVEN, settings.ref, settings.at("options", "federation", "hostSuffix"),
        workspace=workspace.name, host=federation.host_suffix, problem=problem,
    )  # fmt: skip
    options = workspace.settings.options.model_copy(update={"federation": None})
    return replace(workspace, settings=workspace.settings.model_copy(update={"options": options}))


def check_listeners(snapshot: Snapshot, rights: HostRights, report: Report) -> None:
    """Report hosts of listeners that belong to others, unless these share something with the gateway's workspace."""
    for owned in snapshot.of(VirtualGatewaySpec):
        for path, written in _listener_hosts(owned.spec):
            host = written.rpartition("/")[2].lower()
            problem = rights.listener_problem(host, owned.workspace)
            if problem:
                report.add(
                    catalogue.HOST_NOT_GIVEN, owned.resource.ref, owned.resource.at(*path),
                    workspace=owned.workspace, host=host, problem=problem,
                )  # fmt: skip


def _listener_hosts(spec: VirtualGatewaySpec) -> Iterator[tuple[tuple[Step, ...], str]]:
    """The hosts of filters, each with its path."""
    for index, listener in enumerate(spec.listeners):
        for position, table in enumerate(listener.allowed_route_tables):
            yield ("listeners", index, "allowedRouteTables", position, "host"), table.host
        for position, external in enumerate(listener.exposed_external_services):
            yield ("listeners", index, "exposedExternalServices", position, "host"), external.host
