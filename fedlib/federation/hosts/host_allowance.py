"""How many hosts one workspace may have: each becomes objects with all that its group or ExternalService says."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from fedlib.config.external_service import ExternalServiceSpec
from fedlib.config.resource import Resource
from fedlib.config.virtual_destination import VirtualDestinationSpec
from fedlib.diagnostics import Report, catalogue
from fedlib.snapshot.allowance import Allowance

MAX_HOSTS: Final = 10_000
"""Of VirtualDestinations of one workspace, and likewise of ExternalServices. A host counts once more for each 500 bytes
that are written for it."""

_UNIT: Final = 500
_ENDPOINT: Final = 50
"""About as many bytes stand in a ServiceEntry for an endpoint, and for each of its ports."""


@dataclass(frozen=True, slots=True)
class HostAllowance:
    """Counts the hosts of each workspace, and reports resources that want more; ask for the oldest first."""

    report: Report
    _allowed: Allowance = field(default_factory=lambda: Allowance(MAX_HOSTS))

    def take(
        self,
        resource: Resource[ExternalServiceSpec] | Resource[VirtualDestinationSpec],
        workspace: str,
        hosts: int,
        endpoints: int,
    ) -> bool:
        """Take the hosts of a resource; False where that is too much.

        Args:
            resource: what has the hosts.
            workspace: its owner.
            hosts: how many.
            endpoints: how many endpoints stand behind each, counted for each port.
        """
        written = len(resource.spec.model_dump_json(exclude={"hosts"}, exclude_defaults=True)) + endpoints * _ENDPOINT
        if self._allowed.take(workspace, hosts * (1 + written // _UNIT)):
            return True
        self.report.add(
            catalogue.WORKSPACE_TOO_MUCH, resource.ref, resource.at("hosts"),
            problem=f"each {resource.ref.kind} has hosts and says much for each of them, and together that is too much",
            workspace=workspace, limit=f"{MAX_HOSTS} hosts",
            advice=f"remove hosts; one counts again for each {_UNIT} bytes that are written for it",
        )  # fmt: skip
        return False
