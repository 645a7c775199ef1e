"""What WorkspaceSettings ask for: patterns, exports and imports, federation."""

from __future__ import annotations

from tests.hostile.documents import Document, account, attack, deployment, service, settings


@attack
def stars_in_a_name(n: int) -> list[Document]:
    return [settings(importFrom=[{"workspaces": [{"name": "*" * n + "zz"}]}])]


@attack
def stars_between_letters(n: int) -> list[Document]:
    return [settings(importFrom=[{"workspaces": [{"name": "*o*p" * n + "zz"}]}])]


@attack
def many_patterns(n: int) -> list[Document]:
    return [settings(importFrom=[{"workspaces": [{"name": f"*{i}*s*h*o"} for i in range(n)]}])]


@attack
def many_import_entries(n: int) -> list[Document]:
    return [settings(importFrom=[{"workspaces": [{"name": "*"}]} for _ in range(n)])]


@attack
def many_unknown_workspaces(n: int) -> list[Document]:
    return [settings(importFrom=[{"workspaces": [{"name": f"shap{i}"} for i in range(n)]}])]


@attack
def many_named_imports(n: int) -> list[Document]:
    entry = {"workspaces": [{"name": "shop"}], "resources": [{"name": "x"}]}
    return [settings(importFrom=[entry] * n)]


@attack
def many_import_resources(n: int) -> list[Document]:
    resources = [{"kind": "SERVICE", "name": f"no{i}"} for i in range(n)]
    return [settings(importFrom=[{"workspaces": [{"name": "*"}], "resources": resources}])]


@attack
def many_export_resources(n: int) -> list[Document]:
    resources = [{"labels": {f"k{i}": "v"}} for i in range(n // 2)]
    things = [service(f"s{i}") for i in range(n // 2)]
    return [settings(exportTo=[{"workspaces": [{"name": "*"}], "resources": resources}]), *things]


@attack
def many_service_selectors(n: int) -> list[Document]:
    federation = {"enabled": True, "hostSuffix": "global", "serviceSelector": [{"name": f"no{i}"} for i in range(n)]}
    return [settings(options={"federation": federation})]


@attack
def many_selected_ports(n: int) -> list[Document]:
    federation = {"enabled": True, "hostSuffix": "global", "ports": [{"name": f"no{i}"} for i in range(n)]}
    return [settings(options={"federation": federation}), *[service(f"s{i}") for i in range(20)]]


@attack
def many_service_ports_selected(n: int) -> list[Document]:
    federation = {"enabled": True, "hostSuffix": "global", "ports": [{"name": f"no{i}"} for i in range(n)]}
    ports = [{"name": f"p{i}", "port": i + 1} for i in range(min(n, 60000))]
    return [settings(options={"federation": federation}), service("s", ports=ports), deployment("s", {"app": "s"})]


@attack
def many_gateway_selections(n: int) -> list[Document]:
    selections = [{"selector": {"name": f"g{i}"}} for i in range(n)]
    federation = {"enabled": True, "hostSuffix": "global"}
    return [settings(options={"federation": federation, "eastWestGateways": selections}), service("s")]


@attack
def many_host_overrides(n: int) -> list[Document]:
    overrides = [{"addr": f"a{i}.example.com"} for i in range(n)]
    chosen = [{"hostInfoOverrides": overrides}]
    federation = {"enabled": True, "hostSuffix": "global"}
    found = [settings(options={"federation": federation, "eastWestGateways": chosen}), service("s")]
    return [*found, deployment("s", {"app": "s"}), account("s")]


@attack
def exports_that_almost_fit(n: int) -> list[Document]:
    labels = {f"k{k}": "v" for k in range(20)}
    resources = [
        {"labels": {f"k{i % 20}": "v", f"k{i // 20 % 20}": "v", f"n{i % 7}": "v"}, "name": f"x{i}"} for i in range(n)
    ]
    return [
        settings(exportTo=[{"workspaces": [{"name": "*"}], "resources": resources}]),
        *[service(f"s{i}", labels=labels) for i in range(n)],
    ]


@attack
def settings_of_all(n: int) -> list[Document]:
    return [settings()] * n


@attack
def documents_of_nothing(n: int) -> list[Document]:
    return [{}] * n
