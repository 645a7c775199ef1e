"""TLS settings of hosts, by port.

Only the SNI of a group's local-only host needs settings for mTLS. In Gloo's shape, and where TLS ends at the gateway,
the host's own SNI serves, and Istio finds mTLS by itself: then pods without a sidecar answer local clients too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fedlib.federation.hosts.hostname import local_only_host
from fedlib.federation.model.destination import External, Group
from fedlib.federation.model.host_rule import HostRule
from fedlib.istio.destination_rules.originated_tls import originated_tls

TlsByPort = Mapping[int, Mapping[str, Any]]


def host_tls(rule: HostRule) -> TlsByPort:
    """What the host needs by itself, with every port that policies apply to; empty settings ask for nothing."""
    decision = rule.decision
    if isinstance(decision, Group) and not rule.local_only:
        return _mutual(decision, rule.host) if rule.remote else _originated(decision)
    if isinstance(decision, External):
        return originated_tls(decision, rule.host)
    return {port: {} for port in rule.ports}


def sni(port: int, host: str, subset: str = "") -> str:
    """The SNI by which an east-west gateway knows the port of a host, as Istio makes it up."""
    return f"outbound_.{port}_.{subset}_.{host}"


def _originated(group: Group) -> TlsByPort:
    """The TLS of the one ExternalService that originates any, by the group's ports; otherwise nothing for each port."""
    found: dict[int, Mapping[str, Any]] = {port.number: {} for port in group.ports}
    for backing in group.externals:
        tls = originated_tls(backing.external, backing.external.hosts[0])
        found.update({number: tls[port] for number, port in backing.ports.items() if tls[port]})
    return found


def _mutual(group: Group, host: str) -> TlsByPort:
    """By port: an SNI names a port, so it stands in the settings of each."""
    identities = list(group.identities)
    return {
        port.number: {
            "mode": "ISTIO_MUTUAL",
            "sni": sni(port.number, local_only_host(host, group.workspace)),
            "subjectAltNames": identities,
        }
        for port in group.ports
    }
