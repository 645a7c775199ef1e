"""`VirtualDestination` (networking.gloo.solo.io/v2) as Gloo's schema has it."""

from __future__ import annotations

from collections import Counter
from typing import Self

from pydantic import model_validator

from fedlib.config.gloo import AnyCaseProtocol, ClientMode, ObjectSelector, PortSelector
from fedlib.config.model import FewItems, Model, OwnHost, PortNumber, SomeItems
from fedlib.config.untranslated import Later


class PortMapping(Model):
    """A port of the destination's hosts."""

    number: PortNumber
    """The port that clients call."""
    protocol: AnyCaseProtocol
    """The protocol that clients speak; it may differ from that of the backing Services' ports."""
    target_port: PortSelector | None = None
    """The port of the backing Services; by default the one with the same number."""


class VirtualDestinationSpec(Model):
    """The spec of a `VirtualDestination`."""

    hosts: FewItems[OwnHost] = ()
    """Hosts under which the destination is called; no wildcards."""
    services: FewItems[ObjectSelector] = ()
    """Backing Services; entries are ORed. Of several in one cluster the oldest is used."""
    external_services: FewItems[ObjectSelector] = ()
    """Backing ExternalServices; entries are ORed."""
    external_workloads: Later = None
    """Backing ExternalWorkloads."""
    ports: SomeItems[PortMapping]
    """The ports of the hosts."""
    client_mode: ClientMode | None = None
    """How clients of other clusters reach the destination; by default what the workspace's settings say."""

    @model_validator(mode="after")
    def _rules(self) -> Self:
        selected = self.services or self.external_services or self.external_workloads
        if not (self.hosts or selected):
            raise ValueError("set at least one of hosts, services, externalServices and externalWorkloads")
        if not selected and any(port.target_port for port in self.ports):
            raise ValueError("a targetPort needs services, externalServices or externalWorkloads that have it")
        for what, values in (
            ("the host", Counter(self.hosts)),
            ("the port", Counter(str(port.number) for port in self.ports)),
        ):
            twice = next((value for value, count in values.items() if count > 1), None)
            if twice is not None:
                raise ValueError(f"{what} {twice} is given twice")
        return self
