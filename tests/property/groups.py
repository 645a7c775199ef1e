"""Random VirtualDestinations, and what a namespace sees of a group's hosts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any, Final

from hypothesis import strategies as st

from fedlib.compilation import Compilation
from fedlib.discovery.inventory import Namespace, Service, ServicePort, Workload
from tests.placed import Placed, placed
from tests.property.clusters import NAMESPACES
from tests.property.reach import seeing_namespaces
from tests.property.routes import worlds
from tests.property.stacks import LABELS, Plain
from tests.property.world import Discovered, World

Place = tuple[str, str]
"""(cluster, namespace)."""

SELECTORS: Final[tuple[list[Plain], ...]] = (
    *[[{"name": "twin"}]] * 4,
    [{"labels": {"app": "twin"}, "namespace": "shop-a"}, {"namespace": "pay-a", "name": "twin"}],
    [{}],
    [{"labels": {"app": "api"}}],
    [{"name": "api"}, {"name": "db", "cluster": "eu"}],
    [{"namespace": "shop-a"}],
    [{"workspace": "pay"}],
    [],
)
PORTS: Final[tuple[list[Plain], ...]] = (
    *[[{"number": 80, "protocol": "HTTP"}]] * 4,
    [{"number": 80, "protocol": "HTTP"}, {"number": 81, "protocol": "TCP", "targetPort": {"number": 80}}],
    [{"number": 81, "protocol": "HTTP", "targetPort": {"name": "http"}}],
    [{"number": 9090, "protocol": "grpc"}],
)
TWIN: Final = {"app": "twin"}
HOSTS: Final = ("api.shop.mesh", "db.shop.mesh", "a-b.shop.mesh", "a.b-shop.mesh")


def _virtual_destination(dice: Random, index: int, clusters: list[str]) -> Plain:
    selectors = dice.choice(SELECTORS)
    ports = dice.choice(PORTS) if selectors else PORTS[0]
    metadata: Plain = {
        "name": f"group-{index}",
        "namespace": dice.choice(NAMESPACES),
        "labels": dice.choice(LABELS),
        "annotations": {"cluster.solo.io/cluster": dice.choice(clusters)},
    }
    spec = {"hosts": dice.sample(HOSTS, dice.randint(1, 2)), "services": selectors, "ports": ports}
    return {
        "apiVersion": "networking.gloo.solo.io/v2",
        "kind": "VirtualDestination",
        "metadata": metadata,
        "spec": spec,
    }


@st.composite
def worlds_with_groups(draw: st.DrawFn, *, working_gateways: bool = False, min_clusters: int = 1) -> World:
    """Any small world with up to three VirtualDestinations."""
    world = draw(worlds(working_gateways=working_gateways, min_clusters=min_clusters, overlapping=False))
    dice = Random(draw(st.integers(0, 2**64)))
    clusters = sorted(world.config["clusters"])
    twins = [one for place in world.namespaces() if dice.random() < 0.7 for one in _twin(place)]
    listed = [_virtual_destination(dice, index, clusters) for index in range(draw(st.integers(1, 3)))]
    world = replace(world, objects=(*world.objects, *twins))
    return world.edited(lambda config: config["resources"].extend(listed))


def _twin(place: Namespace) -> Iterator[Discovered]:
    """A Service that is the same in many namespaces, so that groups have something to stand on."""
    ports = (ServicePort(80, "http", target_port="http"),)
    yield Service(place.cluster, place.name, "twin", TWIN, selector=TWIN, ports=ports)
    yield Workload(place.cluster, place.name, "Deployment", "twin", TWIN, container_ports={"http": 8080})


@dataclass
class Seen:
    """What a namespace sees of a host: where the ServiceEntries stand, and all that they say together."""

    places: set[str] = field(default_factory=set)
    endpoints: list[Plain] = field(default_factory=list)
    selectors: list[Plain] = field(default_factory=list)
    rest: list[Plain] = field(default_factory=list)


def visible(compilation: Compilation, kind: str) -> Iterator[tuple[Place, str, Placed]]:
    """(who sees it, the namespace in which it stands, the object) of all copies."""
    for declaration in placed(compilation.plan):
        if declaration.kind == kind:
            for namespace in declaration.namespaces:
                for seeing in seeing_namespaces(declaration, namespace):
                    yield (declaration.cluster, seeing), namespace, declaration


def group_reach(compilation: Compilation) -> dict[tuple[Place, str], Seen]:
    """What each namespace sees of each host of a group, local-only hosts among them."""
    found: dict[tuple[Place, str], Seen] = defaultdict(Seen)
    for place, namespace, declaration in visible(compilation, "ServiceEntry"):
        if declaration.lineage.parent.kind != "VirtualDestination":
            continue
        spec: dict[str, Any] = dict(declaration.spec)
        (host,) = spec.pop("hosts")
        seen = found[place, host]
        seen.places.add(namespace)
        seen.endpoints += spec.pop("endpoints", [])
        seen.selectors += [spec.pop("workloadSelector")] if "workloadSelector" in spec else []
        seen.rest.append(spec)
    return dict(found)
