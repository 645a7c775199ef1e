"""What an ExternalService says of a host, so that two of them can be compared."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from fedlib.config.external_service import ExternalPort
from fedlib.diagnostics import Ref
from fedlib.federation.model.destination import External, Resolution


class _Meaning(NamedTuple):
    """The fields are in the words of findings."""

    ports: tuple[tuple[object, ...], ...]
    tls: tuple[object, ...]
    resolution: tuple[object, ...]


@dataclass(slots=True)
class Meanings:
    """Compares ExternalServices; of each, what it says is put together once."""

    _known: dict[tuple[Ref, Resolution], _Meaning] = field(default_factory=dict)
    _compared: dict[tuple[Ref, Resolution, Ref, Resolution], str] = field(default_factory=dict)

    def difference(self, one: External, other: External, host: str) -> str:
        """In what two ExternalServices of a host differ; empty if they say the same. Names of ports do not count."""
        first, second = one.resolution(host), other.resolution(host)
        key = (one.resource.ref, first, other.resource.ref, second)
        if key not in self._compared:
            pairs = zip(_Meaning._fields, self._meaning(one, first), self._meaning(other, second), strict=True)
            fields = [name for name, a, b in pairs if a != b]
            shown = " and ".join(fields).replace("tls", "TLS")
            self._compared[key] = f", which differ in {shown}" if fields else ""
        return self._compared[key]

    def meet(self, one: External, other: External) -> bool:
        """Whether they have a port in common, and do not say the same of their addresses."""
        ports = {port.number for port in one.ports} & {port.number for port in other.ports}
        return bool(ports) and bool(self.difference(one, other, ""))

    def _meaning(self, external: External, resolution: Resolution) -> _Meaning:
        key = (external.resource.ref, resolution)
        if key not in self._known:
            self._known[key] = _meaning(external, resolution)
        return self._known[key]


def _meaning(external: External, resolution: Resolution) -> _Meaning:
    written = {port.number: port for port in external.resource.spec.ports}
    served = [written[port.number] for port in external.ports]
    endpoints = sorted((one.address, sorted(one.ports.items()), one.locality) for one in external.endpoints)
    return _Meaning(
        tuple(_port(port, external) for port in served),
        (*(port.clientside_tls for port in served), sorted(external.resource.spec.subject_alt_names)),
        (resolution, endpoints),
    )


def _port(port: ExternalPort, external: External) -> tuple[object, ...]:
    """What a port is; that of endpoints stands with these."""
    target = port.target_port.number if port.target_port and not external.endpoints else None
    egress, home = port.egress_gateway_routes, external.resource.ref
    through = [
        (one.name, one.namespace or home.namespace, one.cluster or home.cluster)
        for one in (egress.virtual_gateway_refs if egress else ())
    ]
    return port.number, port.protocol, target or port.number, egress and egress.port_match, sorted(through)
