"""References from policies to the settings of servers, and to the servers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fedlib.config.model import Model
from fedlib.config.resource import Resource, S, kind_of
from fedlib.config.selectors import DestinationReference, ObjectReference
from fedlib.diagnostics import Ref, Report, catalogue
from fedlib.diagnostics.suggestion import suggest
from fedlib.federation.policies.filters.servers import ServerAddress, ServerFinder
from fedlib.federation.policies.filters.uses import FilterUse, Place
from fedlib.snapshot.model import Snapshot


@dataclass(slots=True)
class References:
    """Finds what policies refer to, and reports what does not exist."""

    snapshot: Snapshot
    report: Report
    _known: dict[str, Mapping[Ref, Resource[Any]]] = field(default_factory=dict)

    def find(
        self, policy: Resource[Model], spec: type[S], reference: ObjectReference | None, field: str
    ) -> Resource[S] | None:
        """The resource that a field of the policy's config names; its namespace and cluster are the default."""
        if reference is None:
            return None
        kind = kind_of(spec)
        ref = Ref(
            kind, reference.name, reference.namespace or policy.ref.namespace, reference.cluster or policy.ref.cluster
        )
        known = self._known_of(spec)
        if ref not in known:
            near = suggest(str(ref), lambda: {str(one) for one in known if one.kind == kind})
            self.report.add(
                catalogue.POLICY_REFERENCE_UNKNOWN, policy.ref, policy.at("config", field),
                field=f"spec.config.{field}", reference=ref, suggestion=near,
            )  # fmt: skip
        return known.get(ref)

    def _known_of(self, spec: type[S]) -> Mapping[Ref, Resource[Any]]:
        if kind_of(spec) not in self._known:
            own = {owned.resource.ref: owned.resource for owned in self.snapshot.of(spec)}
            self._known[kind_of(spec)] = {**self.snapshot.servers, **own}
        return self._known[kind_of(spec)]


def refer(
    use: FilterUse[Model], server: DestinationReference, home: Ref, finder: ServerFinder, report: Report, *, grpc: bool
) -> dict[Place, ServerAddress]:
    """Where the proxies that follow a policy find its server; places that cannot are reported."""
    found: dict[Place, ServerAddress] = {}
    for workspace, cluster in use.places:
        address = finder.address(server, home, workspace, cluster)
        if check_address(use, address, workspace, cluster, report, grpc=grpc) and isinstance(address, ServerAddress):
            found[workspace, cluster] = address
    return found


def check_address(
    use: FilterUse[Model], address: ServerAddress | str, workspace: str, cluster: str, report: Report, *, grpc: bool
) -> bool:
    """Whether there is an address; reports when proxies have none, and when its port has the wrong protocol."""
    resource = use.policy.resource
    if isinstance(address, str):
        if (workspace, cluster) in use.populated:
            report.add(
                catalogue.SERVER_UNREACHABLE, resource.ref, resource.at("config"),
                workspace=workspace, cluster=cluster, problem=address,
            )  # fmt: skip
        return False
    if not address.speaks(grpc=grpc):
        report.add(
            catalogue.SERVER_PROTOCOL, resource.ref, resource.at("config"),
            host=address.host, port=address.port, protocol="grpc" if grpc else "http",
        )  # fmt: skip
    return True
