"""Settings: the WorkspaceSettings of each workspace, with the global ones on top.

Gloo: "global workspace settings override settings defined in individual workspaces". Each field of the global object
that is set (importFrom, exportTo, and each field of options) replaces the workspace's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fedlib.config.gloo import WorkspaceOptions, WorkspaceSettingsSpec, WorkspaceSpec
from fedlib.config.load import ADMIN_NAMESPACE, GLOBAL_SETTINGS
from fedlib.config.resource import Resource
from fedlib.config.unique import difference
from fedlib.diagnostics import Report, catalogue
from fedlib.snapshot.membership import ConfigOwners


@dataclass(frozen=True, slots=True)
class Settings:
    """Effective settings by workspace, and the resources that they come from (findings point there).

    `overriding` maps each field that the global settings decide, for every workspace that has settings, to them.
    """

    effective: Mapping[str, WorkspaceSettingsSpec]
    sources: Mapping[str, Resource[WorkspaceSettingsSpec]]
    overriding: Mapping[str, Resource[WorkspaceSettingsSpec]]

    def source(self, workspace: str, field: str) -> Resource[WorkspaceSettingsSpec]:
        """The resource that decides a field of a workspace's settings: its own, or the global one."""
        return self.overriding.get(field, self.sources[workspace])


def resolve_settings(
    resources: Iterable[Resource[WorkspaceSettingsSpec]],
    workspaces: Mapping[str, Resource[WorkspaceSpec]],
    config_owners: ConfigOwners,
    report: Report,
) -> Settings:
    """Assign each WorkspaceSettings to its workspace, and merge the global one into them."""
    overall: Resource[WorkspaceSettingsSpec] | None = None
    found: dict[str, list[Resource[WorkspaceSettingsSpec]]] = {}
    for resource in sorted(resources, key=lambda r: r.ref):
        if is_global(resource):
            overall = overall or resource
            _differs(resource, overall, "global", report)
            continue
        owner = resource.workspace or config_owners.of(resource)
        if owner is not None and owner in workspaces:
            found.setdefault(owner, []).append(resource)
    sources: dict[str, Resource[WorkspaceSettingsSpec]] = {}
    for name, workspace in sorted(workspaces.items()):
        candidates = found.get(name, [])
        if not candidates:
            if not report.refuses_kind("Stack", "Workspace"):  # or else nobody knows whose settings are whose
                report.add(catalogue.NO_SETTINGS, workspace.ref, workspace.at(), workspace=name)
        elif not sum(_differs(other, candidates[0], name, report) for other in candidates):  # all, for their findings
            sources[name] = candidates[0]
    return _effective(workspaces, sources, overall)


def _differs(
    resource: Resource[WorkspaceSettingsSpec], first: Resource[WorkspaceSettingsSpec], workspace: str, report: Report
) -> bool:
    """Whether second settings say something else than the first ones, which is reported."""
    if resource.spec == first.spec:
        return False
    report.add(
        catalogue.DUPLICATE_SETTINGS, resource.ref, resource.at(),
        workspace=workspace, other=first.ref, fields=difference(first, resource), related=(first.ref,),
    )  # fmt: skip
    return True


def is_global(resource: Resource[WorkspaceSettingsSpec]) -> bool:
    """Whether settings are those of the administrator for all workspaces."""
    ref = resource.ref
    return ref.name == GLOBAL_SETTINGS and ref.namespace == ADMIN_NAMESPACE and not resource.workspace


def _effective(
    workspaces: Iterable[str],
    sources: Mapping[str, Resource[WorkspaceSettingsSpec]],
    overall: Resource[WorkspaceSettingsSpec] | None,
) -> Settings:
    spec = overall.spec if overall else WorkspaceSettingsSpec()
    top = {field: getattr(spec, field) for field in ("import_from", "export_to") if getattr(spec, field) is not None}
    options = {
        field: getattr(spec.options, field)
        for field in WorkspaceOptions.model_fields
        if getattr(spec.options, field) is not None
    }
    effective: dict[str, WorkspaceSettingsSpec] = {}
    for name in sorted(workspaces):
        if name not in sources:  # it needs settings of its own, also when global settings exist
            effective[name] = WorkspaceSettingsSpec()
            continue
        own = sources[name].spec
        effective[name] = own.model_copy(update={**top, "options": own.options.model_copy(update=options)})
    return Settings(effective, sources, dict.fromkeys((*top, *options), overall) if overall else {})
