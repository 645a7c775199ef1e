"""Every object of every golden case is one that Istio takes, and that leads somewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from fedlib.compilation import Compilation
from fedlib.federation.hosts.hostname import local_host
from tests.golden_case import GOLDEN, cases, compile_case
from tests.oracle.istio_crds import IstioOracle
from tests.oracle.plugin import istio_oracle as istio_oracle
from tests.placed import placed

every_case = pytest.mark.parametrize(
    "path", cases(), ids=lambda path: path.relative_to(GOLDEN).as_posix().removesuffix(".in.yaml")
)


@every_case
def test_istio_admits_every_object(istio_oracle: IstioOracle, path: Path) -> None:
    """Schemas, CEL rules and the limits of metadata hold nothing against any object."""
    found = {
        f"{manifest['kind']} {manifest['metadata']['namespace']}/{manifest['metadata']['name']}": faults
        for manifest in compile_case(path).plan.manifests()
        if (faults := istio_oracle.violations(manifest))
    }
    assert found == {}


@every_case
def test_objects_are_unique_and_in_namespaces_that_exist(path: Path) -> None:
    """No two objects have one identity, and no namespace that is written to or exported to is missing."""
    compilation = compile_case(path)
    snapshot = compilation.snapshot
    assert snapshot is not None or len(compilation.plan) == 0
    identities = Counter(_identities(compilation))
    assert [identity for identity, count in identities.items() if count > 1] == []
    named = {(cluster, namespace) for cluster, _, namespace, _ in identities}
    for declaration in placed(compilation.plan):
        named |= {(declaration.cluster, name) for name in declaration.spec.get("exportTo", ()) if name != "."}
    assert named <= set(snapshot.namespaces if snapshot else ())


@every_case
def test_routes_lead_to_hosts_that_their_sidecars_know(path: Path) -> None:
    """A destination is a Service of its cluster, or the host of a ServiceEntry that the namespace can see."""
    compilation = compile_case(path)
    known = _visible_hosts(compilation)
    for declaration in placed(compilation.plan):
        hosts = set(_destinations(declaration.spec)) if declaration.kind == "VirtualService" else set()
        for namespace in declaration.namespaces:
            readers = [name if name != "." else namespace for name in declaration.spec.get("exportTo", ())]
            for reader in readers if hosts else ():
                assert hosts <= known[declaration.cluster, reader], declaration.name


def _identities(compilation: Compilation) -> Iterator[tuple[str, str, str, str]]:
    for declaration in placed(compilation.plan):
        for namespace in declaration.namespaces:
            yield declaration.cluster, declaration.kind, namespace, declaration.name


def _visible_hosts(compilation: Compilation) -> Mapping[tuple[str, str], set[str]]:
    snapshot = compilation.snapshot
    if snapshot is None:
        return {}
    known: dict[tuple[str, str], set[str]] = {key: set() for key in snapshot.namespaces}
    for cluster, namespace in known:
        services = (service for service in snapshot.services.values() if service.cluster == cluster)
        known[cluster, namespace].update(local_host(service, snapshot.clusters) for service in services)
    for declaration in placed(compilation.plan):
        if declaration.kind == "ServiceEntry":
            for namespace in declaration.namespaces:
                for name in declaration.spec["exportTo"]:
                    known[declaration.cluster, namespace if name == "." else name].update(declaration.spec["hosts"])
    return known


def _destinations(spec: Mapping[str, Any]) -> Iterator[str]:
    for kind in ("http", "tcp", "tls"):
        for route in spec.get(kind, ()):
            for destination in route.get("route", ()):
                yield destination["destination"]["host"]
