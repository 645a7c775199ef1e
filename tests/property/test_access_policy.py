"""An AccessPolicy changes the access to the pods of the Services that it selects, and nothing else."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from fedlib.federation.model.access import AccessDecisions
from tests.property.routes import worlds
from tests.property.world import World, compile_world, object_bytes

ACCESS = {"AuthorizationPolicy", "PeerAuthentication"}
CLIENTS: tuple[list[dict[str, Any]], ...] = (
    [],
    [{}],
    [{"serviceAccountSelector": {}}],
    [{"serviceAccountSelector": {"name": "default"}}, {"serviceAccountSelector": {"labels": {"app": "nothing"}}}],
    [{"requestIdentityMatcher": {"requestPrincipals": ["a/b"]}}],
)


def _policy(name: str, clients: list[dict[str, Any]], *, dry_run: bool) -> dict[str, Any]:
    """A policy in a namespace of workspace `shop`, for its Services of a name."""
    entry = {"allowedClients": clients, "dryRun": dry_run}
    return {
        "apiVersion": "security.policy.gloo.solo.io/v2",
        "kind": "AccessPolicy",
        "metadata": {"name": "policy", "namespace": "shop-a"},
        "spec": {
            "applyToDestinations": [{"selector": {"name": name}}],
            "config": {"authn": {"tlsMode": "PERMISSIVE"}, "authzList": [entry]},
        },
    }


def _decided(world: World) -> AccessDecisions:
    decisions = compile_world(world).decisions
    assert decisions is not None
    return decisions.access


@given(worlds(), st.sampled_from(["api", "db"]), st.sampled_from(CLIENTS), st.booleans())
def test_other_objects_stay_as_they_are(world: World, name: str, clients: list[dict[str, Any]], dry_run: bool) -> None:
    """Only access objects of workspace `shop` change, in namespaces that have a Service of the name."""

    def edit(config: dict[str, Any]) -> None:
        config["resources"].append(_policy(name, clients, dry_run=dry_run))

    before, after = compile_world(world), compile_world(world.edited(edit))
    assert after.snapshot is not None
    old, new = object_bytes(before), object_bytes(after)
    changed = {key for key in {*old, *new} if old.get(key) != new.get(key)}
    owners = after.snapshot.owners
    places = {(one.cluster, one.namespace) for one in world.services() if one.name == name}
    for cluster, kind, namespace, _ in changed:
        assert kind in ACCESS
        assert (cluster, namespace) in places
        assert owners[cluster, namespace] == "shop"


@given(worlds(), st.sampled_from(["api", "db"]), st.sampled_from(CLIENTS))
def test_a_dry_run_refuses_and_admits_nobody(world: World, name: str, clients: list[dict[str, Any]]) -> None:
    """The rules that count are the same with it and without it."""

    def edit(config: dict[str, Any]) -> None:
        config["resources"].append(_policy(name, clients, dry_run=True))

    before, after = _decided(world), _decided(world.edited(edit))
    assert before.rules == tuple(one for one in after.rules if not one.dry_run)


@given(worlds(), st.sampled_from(["api", "db"]), st.sampled_from(CLIENTS))
def test_isolated_pods_stay_strict(world: World, name: str, clients: list[dict[str, Any]]) -> None:
    """A policy that asks for PERMISSIVE changes no mode of an isolated workspace."""

    def edit(config: dict[str, Any]) -> None:
        config.pop("globalSettings", None)
        for workspace in config["workspaces"].values():
            workspace["settings"]["options"]["serviceIsolation"] = {"enabled": True}

    isolated = world.edited(edit)
    policy = _policy(name, clients, dry_run=False)
    after = isolated.edited(lambda config: config["resources"].append(policy))
    assert _decided(isolated).mutual_tls == _decided(after).mutual_tls
