"""Listeners and clusters of Envoy as istiod makes them of the objects for connections.

These are Gateways, TCP and TLS routes, DestinationRules and ServiceEntries. All of them have one certificate here; what
a tenant's string reaches stands where Istio puts it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from tests.engine.envoy_config import EXTENSIONS, Message, http_chain, listening
from tests.engine.envoy_routes import cluster_name

Spec = Mapping[str, Any]

_TLS: Final = f"{EXTENSIONS}.transport_sockets.tls.v3"
_HTTP_OPTIONS: Final = f"{EXTENSIONS}.upstreams.http.v3.HttpProtocolOptions"


def gateway_listeners(spec: Spec, certificate: Path) -> Iterator[Message]:
    """A listener for each server of a Gateway."""
    for index, server in enumerate(spec["servers"]):
        chain = http_chain({"name": "http", "virtual_hosts": []})
        if "tls" in server and server["port"]["protocol"] != "HTTP":
            chain = _through("passthrough") if "PASSTHROUGH" in server["tls"]["mode"] else chain
            chain |= _served(server["tls"], certificate)
            chain["filter_chain_match"] = _names([host.rpartition("/")[2] for host in server["hosts"]])
        yield listening(f"server-{index}", [chain])


def connection_listeners(spec: Spec) -> Iterator[Message]:
    """A listener for each TCP and TLS route of a VirtualService."""
    for index, route in enumerate((*spec.get("tcp", ()), *spec.get("tls", ()))):
        chain = _through(cluster_name(route["route"][0]["destination"]))
        sni = [host for match in route.get("match", ()) for host in match.get("sniHosts", ())]
        yield listening(f"route-{index}", [{**chain, "filter_chain_match": _names(sorted({*sni}))}])


def destination_clusters(spec: Spec, certificate: Path) -> Iterator[Message]:
    """A cluster for each port of a DestinationRule and of its subsets."""
    for subset in ({"name": ""}, *spec.get("subsets", ())):
        policy = {**spec.get("trafficPolicy", {}), **subset.get("trafficPolicy", {})}
        for port in policy.get("portLevelSettings", ()):
            destination = {"host": spec["host"], "port": port["port"], "subset": subset["name"]}
            cluster = {"name": cluster_name(destination), "type": "STATIC"}
            yield {
                **cluster,
                **_connection_pool(port.get("connectionPool", {})),
                **_outliers(port.get("outlierDetection")),
                **_balancer(port.get("loadBalancer", {})),
                **_called(port.get("tls", {}), certificate),
            }


def hash_policies(spec: Spec) -> Iterator[Message]:
    """What routes to the ports of a DestinationRule hash by."""
    for port in spec.get("trafficPolicy", {}).get("portLevelSettings", ()):
        by = port.get("loadBalancer", {}).get("consistentHash", {})
        if "httpHeaderName" in by:
            yield {"header": {"header_name": by["httpHeaderName"]}}
        elif "httpCookie" in by:
            yield {"cookie": dict(by["httpCookie"])}
        elif "httpQueryParameterName" in by:
            yield {"query_parameter": {"name": by["httpQueryParameterName"]}}
        elif by.get("useSourceIp"):
            yield {"connection_properties": {"source_ip": True}}


def entry_cluster(spec: Spec) -> Message:
    """A cluster with the endpoints of a ServiceEntry."""
    kind = {"STATIC": "STATIC", "DNS": "STRICT_DNS"}.get(spec.get("resolution", "NONE"), "ORIGINAL_DST")
    cluster: Message = {"name": spec["hosts"][0], "type": kind, "connect_timeout": "1s"}
    if kind == "ORIGINAL_DST":
        return {**cluster, "lb_policy": "CLUSTER_PROVIDED"}
    listed = spec.get("endpoints") or [{"address": host} for host in spec["hosts"] if kind == "STRICT_DNS"]
    endpoints = [
        {
            "locality": dict(zip(("region", "zone", "sub_zone"), one.get("locality", "").split("/"), strict=False)),
            "lb_endpoints": [{"endpoint": {"address": _address(one["address"], port)}}],
        }
        for one in listed
        for port in one.get("ports", {"": 80}).values()
    ]
    return {**cluster, "load_assignment": {"cluster_name": cluster["name"], "endpoints": endpoints}}


def _address(address: str, port: int) -> Message:
    if address.startswith("unix://"):
        return {"pipe": {"path": address.removeprefix("unix://")}}
    return {"socket_address": {"address": address, "port_value": port}}


def _through(cluster: str) -> Message:
    proxy = {"@type": f"{EXTENSIONS}.filters.network.tcp_proxy.v3.TcpProxy", "stat_prefix": cluster, "cluster": cluster}
    return {"filters": [{"name": "envoy.filters.network.tcp_proxy", "typed_config": proxy}]}


def _names(hosts: list[str]) -> Message:
    return {} if "*" in hosts else {"server_names": hosts}


def _served(tls: Spec, certificate: Path) -> Message:
    if "PASSTHROUGH" in tls["mode"]:
        return {}
    names = tls.get("subjectAltNames", ())
    versions = {"minProtocolVersion": "minimum", "maxProtocolVersion": "maximum"}
    parameters = {
        f"tls_{end}_protocol_version": tls[field].replace("TLSV", "TLSv")
        for field, end in versions.items()
        if tls.get(field, "TLS_AUTO") != "TLS_AUTO"
    }
    common = {
        **_certificate(certificate),
        "tls_params": {**parameters, "cipher_suites": tls.get("cipherSuites", [])},
        "validation_context": {"trusted_ca": _file(certificate), "match_typed_subject_alt_names": _alternatives(names)},
    }
    context = {"@type": f"{_TLS}.DownstreamTlsContext", "common_tls_context": common}
    required = {"require_client_certificate": "MUTUAL" in tls["mode"]}
    return {"transport_socket": {"name": "envoy.transport_sockets.tls", "typed_config": {**context, **required}}}


def _called(tls: Spec, certificate: Path) -> Message:
    if tls.get("mode", "DISABLE") == "DISABLE":
        return {}
    validation: Message = {"trusted_ca": _file(certificate)}
    validation["match_typed_subject_alt_names"] = _alternatives(tls.get("subjectAltNames", ()))
    common = {**_certificate(certificate), "validation_context": validation}
    context = {"@type": f"{_TLS}.UpstreamTlsContext", "sni": tls.get("sni", ""), "common_tls_context": common}
    return {"transport_socket": {"name": "envoy.transport_sockets.tls", "typed_config": context}}


def _certificate(certificate: Path) -> Message:
    return {"tls_certificates": [{"certificate_chain": _file(certificate), "private_key": _file(certificate)}]}


def _file(path: Path) -> Message:
    return {"filename": str(path)}


def _alternatives(names: list[str] | tuple[str, ...]) -> list[Message]:
    return [{"san_type": kind, "matcher": {"exact": name}} for name in names for kind in ("URI", "DNS")]


def _connection_pool(pool: Spec) -> Message:
    http, tcp = pool.get("http", {}), pool.get("tcp", {})
    limits = {
        "max_requests": http.get("http2MaxRequests", 1024),
        "max_pending_requests": http.get("http1MaxPendingRequests", 1024),
        "max_retries": http.get("maxRetries", 3),
        "max_connections": tcp.get("maxConnections", 1024),
    }
    keepalive = {
        f"keepalive_{field}": int(str(value).partition(".")[0].removesuffix("s"))
        for field, value in tcp.get("tcpKeepalive", {}).items()
    }
    options = {"idle_timeout": http.get("idleTimeout", "3600s")}
    if "maxRequestsPerConnection" in http:
        options["max_requests_per_connection"] = http["maxRequestsPerConnection"]
    protocols: Message = {"@type": _HTTP_OPTIONS, "explicit_http_config": {"http2_protocol_options": {}}}
    return {
        "connect_timeout": tcp.get("connectTimeout", "10s"),
        "circuit_breakers": {"thresholds": [limits]},
        "upstream_connection_options": {"tcp_keepalive": keepalive},
        "typed_extension_protocol_options": {
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
                **protocols,
                "common_http_protocol_options": options,
            }
        },
    }


def _outliers(outliers: Spec | None) -> Message:
    if outliers is None:
        return {}
    names = {
        "consecutive5xxErrors": "consecutive_5xx",
        "consecutiveGatewayErrors": "consecutive_gateway_failure",
        "interval": "interval",
        "baseEjectionTime": "base_ejection_time",
        "maxEjectionPercent": "max_ejection_percent",
    }
    found = {names[field]: value for field, value in outliers.items() if field in names}
    panic = {"healthy_panic_threshold": {"value": outliers.get("minHealthPercent", 0)}}
    return {"outlier_detection": found, "common_lb_config": panic}


def _balancer(balancer: Spec) -> Message:
    if "consistentHash" in balancer:
        return {"lb_policy": "RING_HASH"}
    policy = balancer.get("simple", "LEAST_REQUEST")
    if "warmupDurationSecs" not in balancer or policy == "RANDOM":
        return {"lb_policy": policy}
    start = {"slow_start_config": {"slow_start_window": balancer["warmupDurationSecs"]}}
    return {"lb_policy": policy, f"{policy.lower()}_lb_config": start}
