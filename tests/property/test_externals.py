"""ExternalServices: who sees a host, and that every way out of the mesh leads somewhere."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from fedlib.compilation import Compilation
from fedlib.federation.model.destination import External
from tests.oracle.istio_crds import IstioOracle
from tests.placed import Placed
from tests.property.externals import worlds_with_externals
from tests.property.groups import Place, visible
from tests.property.reach import route_reach, service_reach
from tests.property.world import World, compile_world, object_bytes, shuffled


def _of_externals(compilation: Compilation, kind: str) -> Iterator[tuple[Place, Placed]]:
    for place, _, declaration in visible(compilation, kind):
        if declaration.lineage.parent.kind == "ExternalService":
            yield place, declaration


def _is_passed_on(external: External, workspace: str) -> bool:
    """Another workspace gets nothing of what would take TCP to any address."""
    ports = external.resource.spec.ports
    tcp = all(port.protocol.value in ("TCP", "MONGO") for port in ports)
    return workspace == external.workspace or bool(external.addresses) or not tcp


@given(worlds_with_externals())
def test_exactly_the_consumers_see_an_external_host(world: World) -> None:
    """All namespaces of owner and importers in every cluster, once each, and nobody else, in both placements."""
    for placement in ("namespace", "shared"):
        compilation = compile_world(world.edited(functools.partial(dict.update, placement=placement)))
        assert compilation.decisions is not None
        assert compilation.snapshot is not None
        seen = [(place, host) for place, d in _of_externals(compilation, "ServiceEntry") for host in d.spec["hosts"]]
        expected = {
            (place, host)
            for external in compilation.decisions.externals
            for place, owner in compilation.snapshot.owners.items()
            for host in external.hosts
            if owner in external.consumers and _is_passed_on(external, owner)
        }
        assert set(seen) == expected
        assert len(seen) == len(expected)


@given(worlds_with_externals())
def test_both_placements_have_the_same_reach(world: World) -> None:
    """`shared` shows every namespace the same hosts and ways out as `namespace` does."""
    one = compile_world(world.edited(lambda config: config.update(placement="namespace")))
    other = compile_world(world.edited(lambda config: config.update(placement="shared")))
    assert service_reach(one) == service_reach(other)
    assert route_reach(one) == route_reach(other)


@given(worlds_with_externals())
def test_ways_through_egress_gateways_are_whole(world: World) -> None:
    """A sidecar is led to a gateway of its cluster that has the host, by a subset that it sees, and from there out."""
    compilation = compile_world(world)
    assert compilation.decisions is not None
    subsets = {
        (place, declaration.spec["host"], subset["name"])
        for place, _, declaration in visible(compilation, "DestinationRule")
        for subset in declaration.spec.get("subsets", ())
    }
    known = {
        (place, host)
        for place, _, declaration in visible(compilation, "ServiceEntry")
        for host in declaration.spec["hosts"]
    }
    led = {
        (declaration.cluster, gateway, host)
        for _, declaration in _of_externals(compilation, "VirtualService")
        for gateway in declaration.spec["gateways"]
        for host in declaration.spec["hosts"]
    }
    services = {
        (route.gateway.service.cluster, f"{route.gateway.service.name}.{route.gateway.service.namespace}.svc")
        for external in compilation.decisions.externals
        for route in external.egress
    }
    for place, declaration in _of_externals(compilation, "VirtualService"):
        (host,) = declaration.spec["hosts"]
        assert (declaration.cluster, "mesh", host) in led
        assert len({gateway for cluster, gateway, led_host in led if (cluster, led_host) == (place[0], host)}) > 1
        for destination in (entry["destination"] for route in declaration.spec["http"] for entry in route["route"]):
            if "subset" in destination:
                assert (place, destination["host"], destination["subset"]) in subsets
            service = ".".join(destination["host"].split(".")[:3])
            assert (place, destination["host"]) in known or (place[0], service) in services


@given(worlds_with_externals(), st.randoms(use_true_random=False))
def test_order_does_not_matter(world: World, randomness: Random) -> None:
    """Any order of the input gives the same bytes."""
    assert object_bytes(compile_world(world)) == object_bytes(compile_world(shuffled(world, randomness)))


@given(worlds_with_externals())
def test_istio_takes_every_object(istio_oracle: IstioOracle, world: World) -> None:
    """Istio's schemas and CEL rules find nothing."""
    for manifest in compile_world(world).plan.manifests():
        assert istio_oracle.violations(manifest) == []
