"""Whether settings ask for a federated host of a Service's port: where there is none, something else is missing."""

from __future__ import annotations

from collections.abc import Iterable

from fedlib.discovery.inventory import Service
from fedlib.federation.model.destination import DestinationPort
from fedlib.snapshot.model import Snapshot
from fedlib.snapshot.selection import selects


def is_asked_for(
    service: Service, owner: str, port: DestinationPort, workspaces: Iterable[str], snapshot: Snapshot
) -> bool:
    """Whether `options.federation` of any of the workspaces selects a port of a Service of `owner`.

    Without a `serviceSelector` a workspace selects its own Services, and all of them.
    """
    for workspace in snapshot.workspaces.keys() & set(workspaces):
        federation = snapshot.workspaces[workspace].settings.options.federation
        if federation is None or not federation.enabled:
            continue
        selected = any(
            selects(
                selector, labels=service.labels, name=service.name,
                namespace=service.namespace, cluster=service.cluster, workspace=owner,
            )
            for selector in federation.service_selector
        ) or (not federation.service_selector and owner == workspace)  # fmt: skip
        if selected and (not federation.ports or any(one.matches(port.number, port.name) for one in federation.ports)):
            return True
    return False
