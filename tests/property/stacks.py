"""Random stack configs: workspaces with globs, labels, exports, imports and federation options."""

from __future__ import annotations

import copy
import functools
from random import Random
from typing import Any, Final

Plain = dict[str, Any]

CLUSTERS: Final = ("eu", "us", "ap", "sa")
WORKSPACES: Final = ("shop", "pay", "web", "ops")
NAMES: Final = ("api", "db", "api-shop", "a-service-whose-name-has-as-many-as-63-characters-in-all-of-it")
SUFFIXES: Final = ("global", "mesh.internal", "")
WORKSPACE_LABELS: Final[tuple[dict[str, str], ...]] = ({}, {"tier": "backend"})
LABELS: Final[tuple[dict[str, str], ...]] = ({"app": "api"}, {"app": "db"}, {"tier": "backend"})

DECLARED: Final[tuple[Plain, ...]] = (
    {},
    {"labels": {"region": "europe"}},
    {"labels": {"region": "europe"}, "trustDomain": "mesh.example"},
    {"network": "net-1", "clusterDomain": "cluster.example"},
)

RESOURCES: Final[tuple[list[Plain], ...]] = (
    [],
    [],
    [{"kind": "SERVICE"}],
    [{"kind": "ALL"}],
    [{"kind": "ROUTE_TABLE"}],
    [{"kind": "SERVICE", "labels": {"app": "api"}}],
    [{"kind": "SERVICE", "name": "api"}, {"kind": "ROUTE_TABLE"}],
    [{"namespace": "shop-a"}, {"cluster": "eu"}],
    [{"kind": "VIRTUAL_DESTINATION"}],
)

SELECTORS: Final[tuple[list[Plain], ...]] = (
    [],
    [],
    [{}],
    [{"labels": {"app": "api"}}],
    [{"name": "db"}, {"cluster": "eu"}],
    [{"workspace": "shop"}, {"workspace": "pay"}],
    [{"namespace": "shop-a"}, {"namespace": "pay-b"}],
)

PORTS: Final[tuple[list[Plain], ...]] = ([], [], [], [{"number": 80}], [{"name": "grpc"}, {"number": 443}])

GATEWAYS: Final[tuple[list[Plain] | None, ...]] = (
    None,
    None,
    [],
    [{"selector": {"labels": {"istio": "eastwestgateway"}}}],
    [{"selector": {"name": "gateway-0", "namespace": "istio-gateways"}, "port": {"number": 15443}}],
    [{"hostInfoOverrides": [{"addr": "203.0.113.50"}, {"addr": "gw.example.com", "port": 443}]}],
    [{"port": {"name": "nothing"}}],
)


@functools.cache
def _own_entries(name: str) -> tuple[tuple[Plain, ...], ...]:
    """Ways to say which namespaces belong to a workspace, `<workspace>-*` and those labelled so."""
    everywhere = {"name": "*", "namespaces": [{"name": f"{name}-*"}]}
    return (
        *[(everywhere,)] * 5,
        ({"namespaces": [{"name": f"{name}-a"}, {"labels": {"team": name}}]},),
        ({"name": "e*", "namespaces": [{"name": f"{name}*"}]}, {"name": "us", "namespaces": [{"name": f"{name}-b"}]}),
        ({"selector": {"region": "europe"}, "namespaces": [{"labels": {"team": name}}]}, everywhere),
        ({"name": "*", "namespaces": [{"name": f"{name}-*", "configEnabled": False}], "configEnabled": True},),
        ({"name": "us", "namespaces": [{"name": f"{name}-*", "labels": {"team": name}}]},),
    )


GREEDY: Final[tuple[Plain, ...]] = (
    {"name": "*", "namespaces": [{"name": "*-a"}]},
    {"name": "eu", "namespaces": [{"name": "*"}]},
    {"namespaces": [{"name": "istio-gateways"}, {"name": "a"}]},
)


def _share(partners: list[Plain], resources: list[Plain]) -> Plain:
    return {"workspaces": partners, "resources": resources}


EVERYONE: Final[list[Plain]] = [{"name": "*"}]
SHARING: Final[tuple[list[Plain], ...]] = (
    [],
    *[[_share(EVERYONE, [])]] * 4,
    *[[_share(EVERYONE, resources)] for resources in RESOURCES[2:]],
    [_share([{"selector": {"tier": "backend"}}], [])],
    [_share([{"name": "s*"}, {"name": "ops", "selector": {"tier": "backend"}}], [{"kind": "SERVICE"}])],
    [_share([{"name": "shop"}], []), _share([{"name": "pay"}, {"name": "web"}], [{"labels": {"app": "api"}}])],
    [_share([{"name": "nobody"}], []), _share(EVERYONE, [{"namespace": "shop-a"}])],
)
"""Entries of exportTo or importFrom."""


def _federation(suffix: str, selectors: list[Plain], ports: list[Plain]) -> Plain:
    return {"enabled": True, "hostSuffix": suffix, "serviceSelector": selectors, "ports": ports}


FEDERATION: Final[tuple[Plain, ...]] = (
    *[_federation("global", [], [])] * 6,
    *[_federation("global", selectors, []) for selectors in SELECTORS[2:]],
    *[_federation("mesh.internal", selectors, []) for selectors in SELECTORS[1:]],
    _federation("", [], []),
    _federation("global", [], PORTS[3]),
    _federation("global", [], PORTS[4]),
    {"enabled": False},
)


ISOLATION: Final[tuple[Plain | None, ...]] = (
    *[None] * 3,
    {"enabled": False, "trimProxyConfig": True},
    {"enabled": True},
    {"enabled": True, "trimProxyConfig": True},
)


def _settings(dice: Random) -> Plain:
    """The spec of a WorkspaceSettings."""
    options: Plain = {"federation": dice.choice(FEDERATION)}
    gateways = dice.choice(GATEWAYS)
    if gateways is not None:
        options["eastWestGateways"] = gateways
    isolation = dice.choice(ISOLATION)
    if isolation is not None:
        options["serviceIsolation"] = isolation
    if dice.random() < 0.2:
        options["trimAllProxyConfig"] = True
    return {"exportTo": dice.choice(SHARING), "importFrom": dice.choice(SHARING), "options": options}


def _workspace(dice: Random, name: str, *, overlapping: bool) -> Plain:
    """A workspace. With `overlapping`, it may also want namespaces of others."""
    entries = list(dice.choice(_own_entries(name)))
    if overlapping and dice.random() < 0.1:
        entries.append(dice.choice(GREEDY))
    return {
        "labels": dice.choice(WORKSPACE_LABELS),
        "workloadClusters": entries,
        "settings": _settings(dice),
    }


GLOBAL: Final[tuple[Plain | None, ...]] = (
    *[None] * 7,
    {"options": {"federation": {"enabled": True, "hostSuffix": "mesh.internal"}}},
    {"importFrom": [{"workspaces": [{"name": "*"}]}]},
    {"exportTo": [{"workspaces": [{"name": "*"}], "resources": [{"kind": "SERVICE"}]}]},
)


def stack_config(dice: Random, clusters: int, workspaces: int, *, overlapping: bool) -> Plain:
    """A stack config without resources, with so many clusters and workspaces."""
    config: Plain = {
        "clusters": {name: dice.choice(DECLARED) for name in CLUSTERS[:clusters]},
        "workspaces": {name: _workspace(dice, name, overlapping=overlapping) for name in WORKSPACES[:workspaces]},
        "placement": dice.choice(["namespace", "shared"]),
        "resources": [],
    }
    overall = dice.choice(GLOBAL)
    if overall is not None:
        config["globalSettings"] = overall
    return copy.deepcopy(config)
