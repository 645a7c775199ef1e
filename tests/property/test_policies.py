"""Policies: they change what they select and nothing else, and each workspace's proxies follow the right ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from fedlib.compilation import Compilation
from fedlib.config.selectors import DestinationKind
from fedlib.diagnostics import Ref
from fedlib.federation.model.destination import Group
from fedlib.istio.destination_rules.traffic_policy import port_policies
from tests.oracle.istio_crds import IstioOracle
from tests.placed import Placed, placed
from tests.property.policies import OF_ROUTES, means, worlds_with_policies
from tests.property.world import World, compile_world, object_bytes, shuffled


def _by_identity(compilation: Compilation) -> dict[tuple[str, str, str, str], Placed]:
    return {
        (declaration.cluster, declaration.kind, namespace, declaration.name): declaration
        for declaration in placed(compilation.plan)
        for namespace in declaration.namespaces
    }


@given(worlds_with_policies())
def test_adding_a_policy_changes_what_it_selects(world: World) -> None:
    """Objects that come or change are DestinationRules of hosts that it means, or tables of its workspace."""
    added: dict[str, Any] = world.config["resources"][-1]
    with_it, without = compile_world(world), compile_world(world.edited(lambda config: config["resources"].pop()))
    after, before = object_bytes(with_it), object_bytes(without)
    assert set(before) <= set(after)
    declarations, decisions = _by_identity(with_it), with_it.decisions
    assert decisions is not None
    for key in (key for key in after if after[key] != before.get(key)):
        parent = declarations[key].lineage.parent
        if added["kind"] in OF_ROUTES:
            assert key[1] == "VirtualService"
            continue
        if parent.kind == added["kind"]:
            assert (key[1], parent.name) == ("EnvoyFilter", added["metadata"]["name"])
            continue
        kinds = {"Service": DestinationKind.SERVICE, "VirtualDestination": DestinationKind.VIRTUAL_DESTINATION}
        assert key[1] in ("DestinationRule", "ServiceEntry")  # the latter for labels that a FailoverPolicy asks for
        destination = decisions.destinations.find(kinds[parent.kind], parent)
        assert destination is not None
        assert means(added["spec"], destination)


@given(worlds_with_policies(), st.integers(0, 2**32))
def test_order_of_policies_does_not_show(world: World, seed: int) -> None:
    """Resources in any order give the same objects and statuses."""
    one, other = compile_world(world), compile_world(shuffled(world, Random(seed)))
    assert one.plan.digest() == other.plan.digest()
    assert one.statuses == other.statuses


@given(worlds_with_policies())
def test_a_host_has_one_rule_in_a_namespace(world: World) -> None:
    """Istio drops a second one in silence."""
    found = [(d.cluster, namespace, d.spec["host"]) for d in _rules(compile_world(world)) for namespace in d.namespaces]
    assert len(found) == len(set(found))


def _rules(compilation: Compilation) -> Iterator[Placed]:
    return (d for d in placed(compilation.plan) if d.kind == "DestinationRule")


@given(worlds_with_policies())
def test_proxies_follow_the_policies_of_their_workspace(world: World) -> None:
    """The rule that Istio takes for a namespace, its own or the one beside the ServiceEntry, says what was decided."""
    compilation = compile_world(world)
    decisions, snapshot = compilation.decisions, compilation.snapshot
    assert decisions is not None
    assert snapshot is not None
    taken = _taken(compilation)
    for group in decisions.groups:
        for (cluster, namespace), owner in snapshot.owners.items():
            if owner not in group.callers:
                continue
            for host in group.hosts:
                rule = taken.get((cluster, namespace, host))
                backing = group.backings.get(cluster)
                if backing is not None and backing.service.namespace == namespace and owner != group.workspace:
                    continue  # FED823: the namespace has the one rule of the group's owner
                for port in group.ports:
                    expected = port_policies(
                        decisions.policies.calling(owner, group.resource.ref, port.number), {}, host
                    )
                    assert _without_tls(rule, port.number) == _without_default(expected)


def _taken(compilation: Compilation) -> Mapping[tuple[str, str, str], Placed]:
    """The rule that Istio takes for the clients of a namespace: the one in the namespace goes first."""
    found: dict[tuple[str, str, str], Placed] = {}
    for rule in _rules(compilation):
        for home in rule.namespaces:
            for reader in (home if name == "." else name for name in rule.spec["exportTo"]):
                key = (rule.cluster, reader, rule.spec["host"])
                if key not in found or reader == home:
                    found[key] = rule
    return found


def _without_tls(rule: Placed | None, port: int) -> dict[str, Any]:
    settings = rule.spec["trafficPolicy"]["portLevelSettings"] if rule else []
    fields: dict[str, Any] = next((entry for entry in settings if entry["port"]["number"] == port), {})
    return _without_default({name: value for name, value in fields.items() if name not in ("tls", "port")})


def _without_default(fields: dict[str, Any]) -> dict[str, Any]:
    """Without the time for connecting, which calls that may leave the cluster have by default."""
    pool = dict(fields.get("connectionPool", {}))
    tcp = {name: value for name, value in pool.pop("tcp", {}).items() if (name, value) != ("connectTimeout", "1s")}
    pool = {**pool, **({"tcp": tcp} if tcp else {})}
    return {
        **{name: value for name, value in fields.items() if name != "connectionPool"},
        **({"connectionPool": pool} if pool else {}),
    }


@given(worlds_with_policies(), st.data())
def test_removing_an_import_takes_the_policies_that_came_with_it(world: World, data: st.DataObject) -> None:
    """Without its imports a workspace follows and sets nothing for hosts of others, and the owners' rules stay."""
    name = data.draw(st.sampled_from(sorted(world.config["workspaces"])))
    edited = world.without_imports(name)
    if edited is None:
        return
    before, after = compile_world(world), compile_world(edited)
    assert after.decisions is not None
    assert before.decisions is not None
    owners = {group.resource.ref: group.workspace for group in after.decisions.groups}
    for workspace, ref, _ in after.decisions.policies.client:
        assert workspace != name or owners.get(ref, name) == name
    rules = _own_rules(after, owners)
    for key, rule in _own_rules(before, owners).items():
        group = before.decisions.destinations.find(DestinationKind.VIRTUAL_DESTINATION, key[1])
        assert group is not None
        if name not in (group.workspace, rule.lineage.workspace) and isinstance(group.decision, Group):
            ports = [port.number for port in group.decision.ports]
            assert [_without_tls(rule, port) for port in ports] == [
                _without_tls(rules.get(key), port) for port in ports
            ]


def _own_rules(compilation: Compilation, owners: Mapping[Ref, str]) -> dict[tuple[str, Ref, str, str], Placed]:
    return {
        (rule.cluster, rule.lineage.parent, namespace, rule.name): rule
        for rule in _rules(compilation)
        if rule.lineage.parent in owners
        for namespace in rule.namespaces
    }


@given(worlds_with_policies())
def test_istio_admits_every_object_with_policies(istio_oracle: IstioOracle, world: World) -> None:
    """Schemas and CEL rules hold nothing against any object."""
    for manifest in compile_world(world).plan.manifests():
        assert istio_oracle.violations(manifest) == []
