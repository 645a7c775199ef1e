"""Who an isolated port admits: its own workspace and those that import the Service, no more and no less."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from hypothesis import given
from hypothesis import strategies as st

from fedlib.compilation import Compilation
from fedlib.discovery.inventory import Service, ServiceAccount, Workload
from tests.placed import Placed, placed
from tests.property.expectation import Expectation
from tests.property.routes import worlds
from tests.property.world import World, compile_world


def _policies(compilation: Compilation, kind: str) -> Iterator[Placed]:
    for declaration in placed(compilation.plan):
        if declaration.kind == kind and declaration.name.startswith("settings-"):
            yield declaration


def _principals(declaration: Placed) -> dict[str, set[str]]:
    """The principals by container port. A source without any would admit everybody, and is refused here."""
    found: dict[str, set[str]] = defaultdict(set)
    for rule in declaration.spec.get("rules", ()):
        for entry in rule["from"]:
            assert entry["source"]["principals"]
            for port in rule["to"][0]["operation"]["ports"]:
                found[port].update(entry["source"]["principals"])
    return found


def _identities(world: World, expectation: Expectation, workspaces: Iterable[str]) -> set[str]:
    """The principals of all service accounts in the namespaces of some workspaces."""
    places = expectation.namespaces(workspaces)
    domains = {name: config.get("trustDomain", name) for name, config in world.config["clusters"].items()}
    accounts = {(o.cluster, o.namespace, o.name) for o in world.objects if isinstance(o, ServiceAccount)}
    accounts |= {(o.cluster, o.namespace, o.service_account) for o in world.objects if isinstance(o, Workload)}
    return {f"{domains[c]}/ns/{namespace}/sa/{name}" for c, namespace, name in accounts if (c, namespace) in places}


def _services(world: World, declaration: Placed) -> dict[str, list[Service]]:
    """The Services of the pods that a policy selects, by container port."""
    found: dict[str, list[Service]] = defaultdict(list)
    selector = declaration.spec["selector"]["matchLabels"]
    place = (declaration.cluster, *declaration.namespaces)
    pods = [
        one
        for one in world.objects
        if isinstance(one, Workload)
        and (one.cluster, one.namespace) == place
        and selector.items() <= one.labels.items()
    ]
    for service in world.services():
        if (service.cluster, service.namespace) == place and service.selector == selector:
            for port in (one for one in service.ports if one.protocol == "TCP"):
                target = port.target_port or port.number
                named = {str(n) for pod in pods for name, n in pod.container_ports.items() if name == target}
                for number in {str(target)} if isinstance(target, int) else named:
                    found[number].append(service)
    return found


def _callers(world: World, expectation: Expectation, services: Iterable[Service]) -> set[str]:
    """The workspaces that may call one of some Services, which share their owner."""
    found: set[str] = set()
    for service in services:
        owner = expectation.owner(service)
        assert owner is not None
        found |= {w for w in world.config["workspaces"] if w == owner or expectation.crosses(owner, w, service)}
    return found


@given(worlds())
def test_a_port_admits_its_own_and_importing_workspaces(world: World) -> None:
    """The principals of a port are those of the owner and of every workspace that both sides agree on."""
    compilation = compile_world(world)
    expectation = Expectation(world, compilation)
    for declaration in _policies(compilation, "AuthorizationPolicy"):
        admitted, services = _principals(declaration), _services(world, declaration)
        assert admitted.keys() <= services.keys()
        for port, behind in services.items():
            expected = _identities(world, expectation, _callers(world, expectation, behind))
            assert admitted.get(port, set()) == expected


@given(worlds(), st.data())
def test_without_an_import_its_principals_are_gone_and_nothing_else(world: World, data: st.DataObject) -> None:
    """A workspace that imports nothing is refused by the others; who else was admitted still is."""
    name = data.draw(st.sampled_from(sorted(world.config["workspaces"])))
    edited = world.without_imports(name)
    if edited is None:
        return
    before, after = compile_world(world), compile_world(edited)
    expectation = Expectation(world, before)
    admitted = {(d.cluster, d.namespaces, d.name): d for d in _policies(before, "AuthorizationPolicy")}
    kept = {(d.cluster, d.namespaces, d.name): d for d in _policies(after, "AuthorizationPolicy")}
    assert admitted.keys() == kept.keys()
    for key, declaration in admitted.items():
        services, remaining = _services(world, declaration), _principals(kept[key])
        for port, principals in _principals(declaration).items():
            others = _callers(world, expectation, services[port])
            gone = _identities(world, expectation, {name}) - _identities(world, expectation, others - {name})
            owner = expectation.owner(services[port][0])
            assert remaining.get(port, set()) == principals - (gone if owner != name else set())
    assert list(_policies(before, "PeerAuthentication")) == list(_policies(after, "PeerAuthentication"))


@given(worlds())
def test_whichever_peer_authentication_is_the_oldest_all_ports_are_strict(world: World) -> None:
    """Each of the PeerAuthentications that select a workload has every container port of every policy that does."""
    compilation = compile_world(world)
    for workload in (one for one in world.objects if isinstance(one, Workload)):
        selecting = {
            kind: [
                declaration.spec
                for declaration in _policies(compilation, kind)
                if (declaration.cluster, declaration.namespaces) == (workload.cluster, (workload.namespace,))
                and declaration.spec["selector"]["matchLabels"].items() <= workload.labels.items()
            ]
            for kind in ("AuthorizationPolicy", "PeerAuthentication")
        }
        ports = {
            port
            for spec in selecting["AuthorizationPolicy"]
            for rule in spec.get("rules", ())
            for port in rule["to"][0]["operation"]["ports"]
        }
        assert not ports or selecting["PeerAuthentication"]
        for spec in selecting["PeerAuthentication"]:
            assert ports <= {port for port, mtls in spec["portLevelMtls"].items() if mtls["mode"] == "STRICT"}
