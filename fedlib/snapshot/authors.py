"""Files that the stack gives to one workspace: what stands in them counts in namespaces of this workspace only.

In a cluster the API server sees to it who writes where. In files a line says it, and whoever writes the file writes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fedlib.config.gloo import KubernetesClusterSpec, WorkspaceSpec
from fedlib.config.load import Configuration
from fedlib.config.resource import Resource
from fedlib.diagnostics import Ref, Report, catalogue
from fedlib.diagnostics.suggestion import suggest
from fedlib.snapshot.membership import Membership


def admit_teams(configuration: Configuration, membership: Membership, report: Report) -> Iterator[Resource[Any]]:
    """The resources of such files that count; the others are reported, and so are workspaces that do not exist."""
    known = membership.workspaces
    for index, entry in enumerate(configuration.config.files):
        if entry.workspace is not None and entry.workspace not in known:
            report.add(
                catalogue.FILES_OF_NOBODY, Ref("Stack", configuration.stack),
                configuration.at(("files", index, "workspace")),
                workspace=entry.workspace, suggestion=suggest(entry.workspace, known),
            )  # fmt: skip
    for resource in configuration.of_teams:
        if resource.author not in known:
            continue
        ref = resource.ref
        owner = membership.owner_of(ref.cluster, ref.namespace)
        if isinstance(resource.spec, (WorkspaceSpec, KubernetesClusterSpec)):
            problem = f"{ref.kind}s are the administrator's"
        elif owner == resource.author:
            yield resource
            continue
        else:
            whose = f"that of workspace '{owner}'" if owner else "in no workspace"
            problem = f"namespace '{ref.namespace}' of cluster '{ref.cluster}' is {whose}"
        report.owned_by(resource.author).add(  # the resource may also be one of others
            catalogue.RESOURCE_OF_OTHERS, known[resource.author].ref, resource.at(),
            author=resource.author, resource=ref, problem=problem,
        )  # fmt: skip
