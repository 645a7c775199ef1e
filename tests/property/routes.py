"""Random RouteTables, and the strategy for whole worlds.

Hypothesis chooses the sizes of a world, which it shrinks, and a seed for everything else: a choice for each of some
hundred details would cost ten times as long as the compile.
"""

from __future__ import annotations

from random import Random
from typing import Any, Final

from hypothesis import strategies as st

from fedlib.discovery.inventory import Service
from tests.property.clusters import NAMESPACES, cluster_objects
from tests.property.stacks import LABELS, Plain, stack_config
from tests.property.world import Discovered, World

MATCHERS: Final[list[list[Plain]]] = [
    [],
    [{"uri": {"prefix": "/api"}}],
    [{"uri": {"exact": "/x", "ignoreCase": True}, "headers": [{"name": "X-A"}, {"name": "b", "invertMatch": True}]}],
    [{"method": "GET", "queryParameters": [{"name": "q", "value": "1"}]}, {"port": 80}],
]
SERVICES: Final = (8, 12, 4, 16, 1, 0)
SORT_METHODS: Final = ("TABLE_WEIGHT", "ROUTE_SPECIFICITY")
HOSTS: Final = ("api.shop.example", "*.shop.example", "db.pay-a.svc.cluster.local", "api.shop-a.svc.eu.global")


def _destination(dice: Random, services: list[Service]) -> Plain:
    service = dice.choice(services)
    weight = dice.choice([None, None, None, 30, 50])
    return {
        "ref": {"name": service.name, "namespace": service.namespace, "cluster": service.cluster},
        "port": {"number": dice.choice([service.ports[0].number, service.ports[0].number, 80])},
        **({} if weight is None else {"weight": weight}),
    }


def _route_table(dice: Random, index: int, clusters: list[str], services: list[Service]) -> Plain:
    """A RouteTable that leads to some of the Services, by itself or by others to which it delegates."""
    metadata: Plain = {"name": f"table-{index}", "namespace": dice.choice(NAMESPACES)}
    if dice.random() < 0.5:
        metadata["annotations"] = {"cluster.solo.io/cluster": dice.choice(clusters)}
    routes: list[Plain] = [
        {
            "matchers": dice.choice(MATCHERS),
            "forwardTo": {"destinations": [_destination(dice, services) for _ in range(dice.choice([1, 1, 2, 3]))]},
        }
        for _ in range(dice.randint(1, 2))
    ]
    spec: dict[str, Any] = {"http": routes}
    delegates = {"routeTables": [{"labels": {"team": "delegate"}}], "sortMethod": dice.choice(SORT_METHODS)}
    if dice.random() < 0.3:
        metadata["labels"] = {"team": "delegate"}
        spec["weight"] = dice.randint(0, 2)
    else:
        spec["hosts"] = dice.sample(HOSTS, dice.randint(1, 2))
    if dice.random() < 0.4:
        routes.append({"matchers": dice.choice(MATCHERS), "delegate": delegates})
    if dice.random() < 0.5:
        spec["workloadSelectors"] = [{"selector": {"labels": dice.choice(LABELS)}}]
    return {"apiVersion": "networking.gloo.solo.io/v2", "kind": "RouteTable", "metadata": metadata, "spec": spec}


@st.composite
def worlds(
    draw: st.DrawFn,
    *,
    overlapping: bool = True,
    working_gateways: bool = False,
    routes: bool = True,
    min_clusters: int = 1,
    min_workspaces: int = 1,
) -> World:
    """Any small world.

    Args:
        draw: hypothesis' own.
        overlapping: whether a namespace may be wanted by several workspaces.
        working_gateways: whether each cluster has a usable east-west gateway.
        routes: whether there are RouteTables.
        min_clusters: how many clusters there are at least.
        min_workspaces: how many workspaces there are at least.
    """
    clusters, workspaces = draw(st.integers(min_clusters, 4)), draw(st.integers(min_workspaces, 4))
    services, tables = draw(st.sampled_from(SERVICES)), draw(st.integers(0, 4)) if routes else 0
    dice = Random(draw(st.integers(0, 2**64)))
    config = stack_config(dice, clusters, workspaces, overlapping=overlapping)
    objects: list[Discovered] = []
    for cluster in config["clusters"]:
        objects += cluster_objects(dice, cluster, services, working_gateways=working_gateways)
    known = [one for one in objects if isinstance(one, Service)]
    for index in range(tables if known else 0):
        config["resources"].append(_route_table(dice, index, sorted(config["clusters"]), known))
    return World(config, tuple(objects))
