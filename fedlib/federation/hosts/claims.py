"""Claims: which destination a host stands for, in each workspace that sees several of that host.

Only a workspace that sees two is asked, and only its own proxies follow the answer: its own destination comes first,
then those of the workspaces that it imports from, in the order of its imports. Within a workspace the older one comes
first. Across workspaces age does not count: in files it is what the author writes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from fedlib.config.external_service import ExternalServiceSpec
from fedlib.config.model import Model
from fedlib.config.resource import Resource
from fedlib.config.virtual_destination import VirtualDestinationSpec
from fedlib.diagnostics import Location, Ref, Report, catalogue
from fedlib.federation.hosts.hostname import is_short
from fedlib.federation.hosts.rights import HostRights
from fedlib.federation.model.destination import FederatedService
from fedlib.federation.told import told
from fedlib.snapshot.model import OwnedResource, Snapshot


@dataclass(frozen=True, slots=True)
class Claim:
    """A destination that wants a host. `kind` sorts: federated Services, then groups, then ExternalServices."""

    kind: int
    ref: Ref
    workspace: str
    consumers: tuple[str, ...]
    age: tuple[str, Ref]
    location: Location

    @property
    def is_service(self) -> bool:
        """Whether it is that of a federated Service."""
        return self.kind == 0


@dataclass(frozen=True, slots=True)
class HostClaims:
    """Knows the claims to each host: of each workspace the first one, which is the only one that counts."""

    snapshot: Snapshot
    _first: dict[str, dict[str, Claim]] = field(default_factory=lambda: defaultdict(dict))
    """Claims by host and by the workspace that owns the destination."""
    _passed: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """By workspace the ends of the hosts under which it federates Services of its own."""

    def add(self, host: str, claim: Claim) -> None:
        """Take a claim up, unless the workspace has one that comes before it."""
        known = self._first[host].get(claim.workspace)
        if known is None or (claim.kind, claim.age, claim.ref) < (known.kind, known.age, known.ref):
            self._first[host][claim.workspace] = claim

    def federate(self, service: FederatedService) -> None:
        """Take up the claim of a federated Service, and what the gateways pass on for its sake."""
        ref, created = service.service.ref, service.service.created or "9999"
        self.add(
            service.host,
            Claim(0, ref, service.workspace, service.consumers, (created, ref), service.service.at()),
        )
        if service.workspace in service.consumers:  # otherwise it is federated by the settings of importers alone
            self._passed[service.workspace].add(f".{service.host.split('.', 2)[2]}")

    def passed_problem(self, host: str, workspace: str) -> str:
        """Why a host of a workspace falls into those of its federated Services; empty if it does not."""
        suffix = next((one for one in sorted(self._passed.get(workspace, ())) if host.endswith(one)), None)
        return f"falls into the hosts '*{suffix}' that an east-west gateway passes on by themselves" if suffix else ""

    def own(self, host: str, workspace: str) -> Claim | None:
        """The claim of a workspace that counts."""
        return self._first.get(host, {}).get(workspace)

    def seen(self, host: str, consumer: str) -> list[Claim]:
        """The claims of all destinations that a workspace sees, the one that it calls by the host first."""
        claims = [one for one in self._first.get(host, {}).values() if consumer in one.consumers]
        if len(claims) > 1:
            precedence = self.snapshot.visibility.precedence
            claims.sort(key=lambda one: precedence(consumer, one.workspace))
        return claims

    def gets(self, host: str, ref: Ref, consumer: str) -> bool:
        """Whether a workspace that sees a destination calls it by one of its hosts."""
        seen = self.seen(host, consumer) if self.is_contested(host) or is_short(host) else ()
        return (not seen and not is_short(host)) or any(one.ref == ref for one in seen[:1])

    def is_contested(self, host: str) -> bool:
        """Whether several workspaces have destinations of a host."""
        return len(self._first.get(host, {})) > 1


def report_short(
    resource: Resource[Model], owner: str, consumer: str, host: str, snapshot: Snapshot, report: Report
) -> None:
    """Report a host without a dot of what a workspace imports: it is for the proxies of its owner only."""
    told(consumer, owner, snapshot, report).add(
        catalogue.HOST_SHORT, resource.ref, resource.at("hosts"), host=host, workspace=consumer, owner=owner
    )  # fmt: skip


def place_of_several(
    snapshot: Snapshot, consumer: str, owner: str, ref: Ref, location: Location
) -> tuple[Ref, Location]:
    """What findings about several things of one name point at: the first one if it is the consumer's, or its imports.

    Args:
        snapshot: has the settings of the consumer.
        consumer: the workspace that sees several.
        owner: the workspace whose thing comes first there.
        ref: that thing.
        location: where its name is written.
    """
    if owner == consumer:
        return ref, location
    workspace = snapshot.workspaces[consumer]
    settings = workspace.settings_source("import_from")
    return (settings.ref, settings.at("importFrom")) if settings else (workspace.ref, workspace.resource.at())


def collect_claims(snapshot: Snapshot, services: Iterable[FederatedService], rights: HostRights) -> HostClaims:
    """The claims of everything that has hosts which it may use."""
    claims = HostClaims(snapshot)
    for service in services:
        claims.federate(service)
    for group in snapshot.of(VirtualDestinationSpec):
        _collect(group, 1, group.spec.hosts, rights, claims)
    for external in snapshot.of(ExternalServiceSpec):
        _collect(external, 2, external.spec.hosts, rights, claims)
    return claims


def _collect(
    owned: OwnedResource[Model], kind: int, hosts: Iterable[str], rights: HostRights, claims: HostClaims
) -> None:
    resource = owned.resource
    for index, host in enumerate(hosts):
        if not rights.problem(host, owned.workspace):
            consumers = (owned.workspace,) if is_short(host) else owned.consumers
            location = resource.at("hosts", index)
            claims.add(host, Claim(kind, resource.ref, owned.workspace, consumers, resource.age, location))
