"""Istio's objects as Reach reads them, whoever wrote them: out of manifests, or out of the declarations of a plan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from fedlib.declarations.declaration import Declaration
from fedlib.diagnostics import Ref
from fedlib.reach.fields import as_mapping, canonical, labels, text

KINDS: Final[Mapping[str, str]] = {
    "AuthorizationPolicy": "security.istio.io",
    "DestinationRule": "networking.istio.io",
    "EnvoyFilter": "networking.istio.io",
    "Gateway": "networking.istio.io",
    "PeerAuthentication": "security.istio.io",
    "RequestAuthentication": "security.istio.io",
    "ServiceEntry": "networking.istio.io",
    "Sidecar": "networking.istio.io",
    "VirtualService": "networking.istio.io",
    "WorkloadEntry": "networking.istio.io",
}
"""The kinds that Reach knows, with their API group; all served versions say the same."""

_NOT_YET: Final = "9999"


@dataclass(frozen=True, slots=True, eq=False)
class IstioObject:
    """An object of Istio's in a cluster.

    `created` is an RFC 3339 time; one without is not there yet, so it is younger than all that are.
    """

    ref: Ref
    spec: Mapping[str, Any]
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    created: str = ""

    @property
    def namespace(self) -> str:
        """The namespace that it stands in."""
        return self.ref.namespace

    @property
    def age(self) -> tuple[str, str, str]:
        """Sorts the oldest first, as Istio does: by time, name and namespace (`configCompareByCreationTime`)."""
        return (self.created or _NOT_YET, self.ref.name, self.ref.namespace)


Specs = dict[str, Mapping[str, Any]]
"""Specs by their text, so that those that say the same are one."""


def read_objects(
    cluster: str, manifests: Iterable[Mapping[str, Any]], specs: Specs | None = None
) -> Iterator[IstioObject]:
    """The objects among the manifests of a cluster; others, and those without a name, are passed over.

    `specs` may come from other clusters: what is said once is read once.
    """
    known: Specs = {} if specs is None else specs
    for manifest in manifests:
        found = _read(cluster, manifest)
        if found is not None:
            yield replace(found, spec=known.setdefault(canonical(found.spec), found.spec))


def declared_objects(cluster: str, declarations: Iterable[Declaration]) -> Iterator[IstioObject]:
    """The objects that declarations put into a cluster. Copies share their specs."""
    for declaration in declarations:
        if declaration.kind in KINDS:
            for namespace in declaration.places.get(cluster, ()):
                ref = Ref(declaration.kind, declaration.name, namespace, cluster)
                yield IstioObject(ref, declaration.spec, annotations=declaration.annotations)


def _read(cluster: str, manifest: Mapping[str, Any]) -> IstioObject | None:
    kind, metadata = text(manifest.get("kind")), as_mapping(manifest.get("metadata"))
    name, namespace = text(metadata.get("name")), text(metadata.get("namespace"))
    group = text(manifest.get("apiVersion")).partition("/")[0]
    if KINDS.get(kind) != group or not name or not namespace:
        return None
    return IstioObject(
        Ref(kind, name, namespace, cluster),
        as_mapping(manifest.get("spec")),
        labels(metadata.get("labels")),
        labels(metadata.get("annotations")),
        text(metadata.get("creationTimestamp")),
    )
