"""Proxies that use a VirtualService, as its matches tell them apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from fedlib.config.resource import Resource
from fedlib.config.route_table import RouteTableSpec
from fedlib.federation.model.gateway import VirtualGateway
from fedlib.federation.model.route import SourceLabels


@dataclass(frozen=True, slots=True)
class Caller:
    """Sidecars, or the pods of a gateway.

    Attributes:
        labels: labels that the pods have; Istio checks a match's `sourceLabels` on gateways too.
        ports: for a gateway the ports that clients call, with the ports on which its pods listen: Istio matches those.
        only: the ports to which matches are limited; empty for all.
    """

    labels: Mapping[str, str]
    ports: Mapping[int, int] = field(default_factory=dict)
    only: tuple[int, ...] = ()

    def matches(self, match: Mapping[str, Any], port: int | None) -> Iterator[dict[str, Any]]:
        """The matches of this caller for one match without labels and port; none where the port is not its own."""
        found = {**match, **({"sourceLabels": dict(sorted(self.labels.items()))} if self.labels else {})}
        wanted = None if port is None else self.ports.get(port, port)
        if wanted is None and not self.only:
            yield found
        for one in self.only or (wanted,):
            if one is not None and wanted in (None, one):
                yield {**found, "port": one}


def matches_of(callers: Iterable[Caller], match: Mapping[str, Any], port: int | None) -> list[dict[str, Any]]:
    """The matches of all callers, each once: see `Caller.matches`."""
    found: dict[tuple[tuple[tuple[str, str], ...], int | None], dict[str, Any]] = {}
    for caller in callers:
        for one in caller.matches(match, port):
            found.setdefault((tuple(sorted(caller.labels.items())), one.get("port")), one)
    return list(found.values())


def sidecars(source_labels: SourceLabels) -> tuple[Caller, ...]:
    """The sidecars of pods with one of the labels; all sidecars without any."""
    return tuple(Caller(labels) for labels in source_labels) or (Caller({}),)


def gateway_pods(
    gateway: VirtualGateway, table: Resource[RouteTableSpec], owner: str, hosts: tuple[str, ...]
) -> Caller:
    """The pods of a gateway that serve hosts of a table."""
    ports = {listener.port: listener.target_port for listener in gateway.listeners}
    return Caller(gateway.service.selector, ports, gateway.restricts(table, owner, hosts))
