"""What Reach says of a proxy, in the form of `envoy_config`, and where the two differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from fedlib.reach.hostnames import is_address
from fedlib.reach.mesh import Mesh
from fedlib.reach.model import Caller, ConnectionRule, Rule, TlsMode, Upstream, Way
from tests.reach.envoy_config import EnvoyChain, EnvoyCluster, EnvoyConfig, EnvoyEndpoint, EnvoyRoute, read_duration

Pods = Mapping[tuple[str, str, str], Iterable[str]]
"""The addresses of the pods of each workload, by namespace, kind and name."""


def differences(mesh: Mesh, caller: Caller, config: EnvoyConfig, pods: Pods) -> Iterator[str]:
    """What a caller's proxy got that Reach does not say, and what Reach says that it did not get."""
    said = dict(_clusters(mesh, caller, pods))
    got = {name: _like(said.get(name), one) for name, one in config.clusters.items() if name.startswith("outbound|")}
    for name in sorted(said.keys() | got.keys()):
        if said.get(name) != got.get(name):
            yield f"cluster {name}:\n  Reach {said.get(name)}\n  Envoy {got.get(name)}"
    yield from _route_differences(mesh, caller, config)
    yield from _chain_differences(mesh, caller, config)


def _like(said: EnvoyCluster | None, got: EnvoyCluster) -> EnvoyCluster:
    """Without shares for localities, each group of endpoints has the sum of its own as a weight."""
    weighs = said is not None and any(one.locality_weight for one in said.endpoints)
    if weighs:
        return got
    return replace(got, endpoints=tuple(sorted(replace(one, locality_weight=0) for one in got.endpoints)))


def _route_differences(mesh: Mesh, caller: Caller, config: EnvoyConfig) -> Iterator[str]:
    for name, domains in config.routes.items():
        port = int(name.rpartition(":")[2])
        for domain, routes in domains.items():
            if (domain != "*" or ":" in name) and not _is_nobodys(mesh, caller, domain):
                host = name.rpartition(":")[0] if domain == "*" else domain.replace("*", "any")
                found = tuple(_route(rule) for rule in mesh.reach(caller, host, port).rules)
                if found != routes:
                    yield f"routes {name} {domain}:\n  Reach {found}\n  Envoy {routes}"
    for host in mesh.hosts(caller):
        for port in mesh.ports(caller, host):
            known = {**config.routes.get(str(port), {}), **config.routes.get(f"{host}:{port}", {})}
            rules = mesh.reach(caller, host, port).rules
            if rules and host not in known and "*" not in config.routes.get(f"{host}:{port}", {}):
                yield f"routes {port} {host}:\n  Reach {rules}\n  Envoy none"


def _is_nobodys(mesh: Mesh, caller: Caller, domain: str) -> bool:
    """Blocks of addresses, which no request is for; and an address of two hosts, of which istiod takes either."""
    return "/" in domain or (
        is_address(domain) and mesh.plane(caller.cluster).client(caller).scope.shares((domain.strip("[]"),))
    )


def _chain_differences(mesh: Mesh, caller: Caller, config: EnvoyConfig) -> Iterator[str]:
    """Hosts with an address have a listener of their own where their protocol is not HTTP."""
    for host in mesh.hosts(caller):
        for port in mesh.ports(caller, host):
            reached = mesh.reach(caller, host, port)
            for address in reached.addresses if reached.connections else ():
                if "/" in address:
                    continue
                got = [one for one in config.listeners.get(f"{address}_{port}", ()) if _is_known(one)]
                said = [_chain(rule) for rule in reached.connections]
                if sorted(map(repr, said)) != sorted(map(repr, got)):
                    yield f"listener {address}_{port} {host}:\n  Reach {said}\n  Envoy {got}"


def _is_known(chain: EnvoyChain) -> bool:
    return bool(chain.ways) and chain.ways[0][0].startswith("outbound|")


def _chain(rule: ConnectionRule) -> EnvoyChain:
    return EnvoyChain(tuple(sorted(rule.snis)), rule.subnets, tuple(sorted(_named(rule.ways))))


def _clusters(mesh: Mesh, caller: Caller, pods: Pods) -> Iterator[tuple[str, EnvoyCluster]]:
    plane = mesh.plane(caller.cluster)
    client = plane.client(caller)
    hosts = {*mesh.hosts(caller), *_led_to(mesh, caller)}
    for host in sorted(hosts):
        seen = client.scope.known(host)
        rule = plane.rules.of(caller.namespace, client.view.labels, host, seen.first.namespace) if seen else None
        for port in seen.ports if seen else ():
            for subset in ("", *(rule.subsets if rule else ())):
                upstream = plane.upstreams.of(client, host, port.number, subset)
                if upstream is not None:
                    yield f"outbound|{port.number}|{subset}|{host}", _cluster(upstream, pods)


def _led_to(mesh: Mesh, caller: Caller) -> set[str]:
    """Hosts that a Sidecar leaves out, and that routes lead to."""
    scope = mesh.plane(caller.cluster).client(caller).scope
    return {host for host in {entry.host for entries in mesh.plane(caller.cluster).registry.standing.values()
                              for entry in entries} if scope.known(host) is not None}  # fmt: skip


def _cluster(upstream: Upstream, pods: Pods) -> EnvoyCluster:
    tls = {TlsMode.AUTO: "auto", TlsMode.DISABLE: "none"}.get(upstream.tls.mode, "always")
    if upstream.original:
        return EnvoyCluster(True, "always" if tls == "auto" else tls, upstream.tls.sni, upstream.tls.names,
                            bool(upstream.balancing.ejection))  # fmt: skip
    return EnvoyCluster(
        False, tls, upstream.tls.sni, upstream.tls.names, bool(upstream.balancing.ejection),
        tuple(sorted(set(_endpoints(upstream, pods)))),
    )  # fmt: skip


def _endpoints(upstream: Upstream, pods: Pods) -> Iterator[EnvoyEndpoint]:
    for one in upstream.endpoints:
        server = one.server
        addresses = pods.get((server.namespace, server.kind, server.workload), ()) if server else (one.address,)
        for address in addresses:
            mtls = one.mtls and upstream.tls.mode is TlsMode.AUTO
            yield EnvoyEndpoint(address, one.port, one.priority, mtls, one.locality_weight)


def _route(rule: Rule) -> EnvoyRoute:
    conditions = [
        (one.part, one.name, one.operator, one.value, one.inverted)
        for one in rule.match.conditions
        if (one.part, one.operator, one.value) != ("uri", "prefix", "/")
    ]
    answer = "redirect" if rule.redirect else f"answer {_status(rule.response)}" if rule.response else ""
    forwards = not answer
    return EnvoyRoute(
        tuple(sorted(conditions)),
        rule.match.ignore_case,
        tuple(sorted(_named(rule.ways))),
        answer,
        read_duration(rule.timeout if forwards else ""),
        rule.retries.attempts if forwards else 0,
        tuple(sorted(rule.retries.retry_on.split(","))) if forwards and rule.retries.attempts else (),
        read_duration(rule.retries.per_try_timeout if forwards else ""),
        tuple(sorted(f"outbound|{way.port}|{way.subset}|{way.host}" for way, _ in rule.mirrors)),
    )


def _status(response: str) -> str:
    return response.partition('"status":')[2].rstrip("}")


def _named(ways: Iterable[Way]) -> Iterator[tuple[str, int]]:
    for way in ways:
        yield f"outbound|{way.port}|{way.subset}|{way.host}", way.weight
