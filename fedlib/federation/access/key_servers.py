"""From where istiod may fetch the public keys of a JWTPolicy: what its `destinationRef` names, and nothing inside.

Source: Gloo's proxies fetch keys through the destination. Here istiod fetches them by the URL, from its own place in
the network, so the URL must lead where the destination stands.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fedlib.config.policies.jwt import JWTPolicySpec, RemoteJWKS
from fedlib.config.strings.url import parse_url
from fedlib.diagnostics import Ref, Report, catalogue
from fedlib.diagnostics.cause import Cause, Causes, Why
from fedlib.discovery.inventory import Service
from fedlib.federation.destinations.index import DestinationIndex
from fedlib.federation.hosts.hostname import local_host
from fedlib.federation.model.address import (
    AllowedAddresses,
    inside_host,
    ip_address,
    private_address,
    special_address,
)
from fedlib.federation.model.destination import Destination, External
from fedlib.federation.model.policy import Policy
from fedlib.snapshot.model import Snapshot


@dataclass(frozen=True, slots=True)
class KeyServers:
    """Judges the URLs of keys."""

    snapshot: Snapshot
    destinations: DestinationIndex

    def check(self, policy: Policy[JWTPolicySpec], report: Report) -> bool:
        """Whether istiod may fetch all keys of a policy; reports those that it may not."""
        fine = True
        for name, remote in _remotes(policy):
            problem = self._problem(policy, remote)
            if problem:
                path = ("config", "providers", name, "remote", "url")
                report.add(catalogue.KEYS_FROM_INSIDE, policy.ref, policy.resource.at(*path), problem=problem)
                fine = False
        return fine

    def foreign(self, policy: Policy[JWTPolicySpec]) -> tuple[str, ...]:
        """The hosts from which keys of a policy are fetched and that the administrator does not name."""
        hosts = {_host(remote) for _, remote in _remotes(policy)}
        return tuple(sorted(host for host in hosts if not self._allows(host)))

    def causes(self, policy: Policy[JWTPolicySpec]) -> Causes:
        """The policy, and what its keys are fetched from."""
        found = (self._destination(policy, remote) for _, remote in _remotes(policy))
        named = (Cause(one.ref, Why.CONFIGURES) for one in found if isinstance(one, Destination))
        return (policy.cause, *dict.fromkeys(named))

    def _allows(self, host: str) -> bool:
        return AllowedAddresses(self.snapshot.allowed_addresses).names(host)

    def _problem(self, policy: Policy[JWTPolicySpec], remote: RemoteJWKS) -> str:
        """Why istiod must not fetch keys from the URL; empty if it may."""
        host = _host(remote)
        if self._allows(host):
            return ""
        destination = self._destination(policy, remote)
        if isinstance(destination, str):
            return destination
        named = tuple(self._hosts(destination))
        inside = self._inside(host, destination, named)
        if inside:
            return f"istiod would fetch the keys from {host}, {inside}"
        if not any(_covers(one, host) for one in named) and not _leads_to(destination, host):
            shown = ", ".join(named[:3]) or "none"
            return (
                f"istiod would fetch the keys from {host}, which is no host of {destination.ref} (its hosts: {shown})"
            )
        return ""

    def _destination(self, policy: Policy[JWTPolicySpec], remote: RemoteJWKS) -> Destination | str:
        """What destinationRef names; why not if it names nothing that the workspace may use."""
        reference, home = remote.destination_ref, policy.ref
        if reference.ref is None:
            return "destinationRef names no destination"
        kind = {"SERVICE": "Service", "VIRTUAL_DESTINATION": "VirtualDestination"}.get(
            reference.kind, "ExternalService"
        )
        ref = Ref(
            kind, reference.ref.name, reference.ref.namespace or home.namespace, reference.ref.cluster or home.cluster
        )
        found = self.destinations.find(reference.kind, ref)
        if found is None or policy.workspace not in found.consumers:
            return f"workspace '{policy.workspace}' neither owns nor imports {ref}, which destinationRef names"
        return found

    def _hosts(self, destination: Destination) -> Iterator[str]:
        decision = destination.decision
        if not isinstance(decision, Service):
            yield from decision.hosts
            return
        yield f"{decision.name}.{decision.namespace}"
        yield f"{decision.name}.{decision.namespace}.svc"
        yield local_host(decision, self.snapshot.clusters)

    def _inside(self, host: str, destination: Destination, named: tuple[str, ...]) -> str:
        """What is inside about a host; a Service's own pods are no stranger's, whatever their name."""
        if ip_address(host) is not None:
            private = private_address(host) and not _leads_to(destination, host)
            return special_address(host) or ("an address of a private network" if private else "")
        decision = destination.decision
        if isinstance(decision, Service) and decision.selector and decision.type != "ExternalName" and host in named:
            return ""
        domains = (cluster.cluster_domain for cluster in self.snapshot.clusters.values())
        return inside_host(host, domains, {namespace for _, namespace in self.snapshot.namespaces})


def _remotes(policy: Policy[JWTPolicySpec]) -> Iterator[tuple[str, RemoteJWKS]]:
    for name, provider in sorted(policy.spec.config.providers.items()):
        if provider.remote is not None:
            yield name, provider.remote


def _host(remote: RemoteJWKS) -> str:
    return (parse_url(remote.url).hostname or "").rstrip(".")


def _covers(pattern: str, host: str) -> bool:
    return pattern == host or (pattern.startswith("*.") and host.endswith(pattern[1:]))


def _leads_to(destination: Destination, host: str) -> bool:
    """Whether an address is one of an ExternalService."""
    decision = destination.decision
    if not isinstance(decision, External):
        return False
    blocks = AllowedAddresses((*decision.addresses, *(endpoint.address for endpoint in decision.endpoints)))
    return blocks.names(host)
