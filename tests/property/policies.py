"""Random policies, and which destinations and tables they can mean."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any, Final

from hypothesis import strategies as st

from fedlib.federation.model.destination import Destination
from tests.property.clusters import NAMESPACES
from tests.property.groups import worlds_with_groups
from tests.property.stacks import LABELS, Plain
from tests.property.world import World

CONFIGS: Final[dict[str, list[Plain]]] = {
    "resilience.policy.gloo.solo.io/FailoverPolicy": [
        {"config": {}},
        {"config": {"priorityLabels": {"labels": ["version", "app"]}}},
        {"config": {"localityMappings": [{"from": {"region": "europe"}, "to": [{"region": "america"}]}]}},
    ],
    "resilience.policy.gloo.solo.io/OutlierDetectionPolicy": [{"config": {}}, {"config": {"consecutiveErrors": 2}}],
    "resilience.policy.gloo.solo.io/ConnectionPolicy": [
        {"config": {"tcp": {"maxConnections": 7}}},
        {"config": {"http": {"maxRetries": 3}}},
    ],
    "trafficcontrol.policy.gloo.solo.io/LoadBalancerPolicy": [
        {"config": {"simple": "RANDOM"}},
        {"config": {"consistentHash": {"useSourceIp": True}}},
        {"config": {"simple": "RANDOM", "updateMergeWindow": "0s"}},
    ],
    "resilience.policy.gloo.solo.io/RetryTimeoutPolicy": [{"config": {"requestTimeout": "3s"}}],
    "resilience.policy.gloo.solo.io/FaultInjectionPolicy": [{"config": {"abort": {"httpStatus": 418}}}],
}
OF_ROUTES: Final = ("RetryTimeoutPolicy", "FaultInjectionPolicy")
SELECTORS: Final[tuple[Plain, ...]] = (
    *[{}] * 4,
    {"selector": {"labels": {"app": "api"}}},
    {"selector": {"name": "group-0"}},
    {"selector": {"namespace": "shop-a"}},
    {"selector": {"workspace": "pay"}},
    {"selector": {"name": "twin"}, "port": {"number": 80}},
)
KINDS: Final = ("VIRTUAL_DESTINATION", "VIRTUAL_DESTINATION", "SERVICE")
ROUTES: Final[tuple[Plain, ...]] = ({}, {"route": {"namespace": "shop-a"}}, {"route": {"workspace": "shop"}})
FIELDS: Final = {
    "FailoverPolicy": "loadBalancer.localityLbSetting",
    "OutlierDetectionPolicy": "outlierDetection",
    "ConnectionPolicy": "connectionPool",
    "LoadBalancerPolicy": "loadBalancer",
}


def policy(dice: Random, index: int, clusters: list[str]) -> Plain:
    """Any policy, of any workspace."""
    name = dice.choice(sorted(CONFIGS))
    group, _, kind = name.partition("/")
    spec: dict[str, Any] = dict(dice.choice(CONFIGS[name]))
    if dice.random() < 0.8:
        entries = range(dice.randint(1, 2))
        if kind in OF_ROUTES:
            spec["applyToRoutes"] = [dice.choice(ROUTES) for _ in entries]
        else:
            kinds = KINDS[:1] if kind == "OutlierDetectionPolicy" else KINDS
            spec["applyToDestinations"] = [{"kind": dice.choice(kinds), **dice.choice(SELECTORS)} for _ in entries]
    metadata: Plain = {
        "name": f"policy-{index}",
        "namespace": dice.choice(NAMESPACES),
        "labels": dice.choice(LABELS),
        "annotations": {"cluster.solo.io/cluster": dice.choice(clusters)},
    }
    if dice.random() < 0.5:
        metadata["creationTimestamp"] = f"2026-01-0{dice.randint(1, 9)}T00:00:00Z"
    return {"apiVersion": f"{group}/v2", "kind": kind, "metadata": metadata, "spec": spec}


@st.composite
def worlds_with_policies(draw: st.DrawFn, *, least: int = 1) -> World:
    """Any small world with groups, and with up to five policies at the end of its resources.

    In most of them everybody imports everything, so that several workspaces have policies for one destination.
    """
    world = draw(worlds_with_groups(working_gateways=True))
    dice = Random(draw(st.integers(0, 2**64)))
    clusters = sorted(world.config["clusters"])
    listed = [policy(dice, index, clusters) for index in range(draw(st.integers(least, 5)))]
    inheritance = dice.choice(["override", "override", "source", "none"])
    open_to_all = dice.random() < 0.7

    def edit(config: dict[str, Any]) -> None:
        config["resources"].extend(listed)
        config["policyInheritance"] = inheritance
        for workspace in config["workspaces"].values() if open_to_all else ():
            everybody = [{"workspaces": [{"name": "*"}]}]
            workspace["settings"].update(importFrom=everybody, exportTo=everybody)

    return replace(world.edited(edit))


def means(spec: Plain, destination: Destination) -> bool:
    """Whether a policy's selectors can mean a destination, written down once more and as simply as possible."""
    entries = spec.get("applyToDestinations", [])
    return not entries or any(_entry_means(entry, destination) for entry in entries)


def _entry_means(entry: Plain, destination: Destination) -> bool:
    wanted = entry.get("selector", {})
    labels = wanted.get("labels", {})
    return (
        entry.get("kind", "SERVICE") == destination.kind.value
        and all(destination.labels.get(key) == value for key, value in labels.items())
        and wanted.get("name", destination.ref.name) == destination.ref.name
        and wanted.get("namespace", destination.ref.namespace) == destination.ref.namespace
        and wanted.get("workspace", destination.workspace) == destination.workspace
    )
