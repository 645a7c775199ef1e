"""Policies that are fields of a DestinationRule's traffic policy, complete for one port.

Everything about a port stands in its own entry of `portLevelSettings`: Istio lets such an entry inherit nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from fedlib.config.policies.client_tls import ClientTLSConfig, ClientTLSPolicySpec
from fedlib.config.policies.connection import ConnectionConfig, ConnectionPolicySpec, TCPKeepalive
from fedlib.config.policies.failover import FailoverPolicySpec, OutlierDetectionPolicySpec
from fedlib.config.policies.traffic_control import ConsistentHash, LoadBalancerPolicySpec, SimpleLB
from fedlib.federation.model.policy import PoliciesByKind
from fedlib.istio.destination_rules.locality import locality_lb
from fedlib.istio.duration import seconds

Fields = dict[str, Any]


CONNECT_TIMEOUT: Final = "1s"
"""How long connecting to a gateway of another cluster may take where no ConnectionPolicy says it.

One that vanished refuses nothing: with Envoy's default of ten seconds no retry and no failover would come in time.
"""


def port_policies(
    policies: PoliciesByKind,
    tls: Mapping[str, Any] | None,
    host: str,
    *,
    leaves: bool = False,
    local_first: bool = False,
) -> Fields:
    """The settings of one port of a host, without its number; empty where there are none.

    Args:
        policies: what those who call follow.
        tls: the TLS settings that the host needs by itself.
        host: the host; the SNI of a ClientTLSPolicy that names none.
        leaves: whether calls may leave the cluster.
        local_first: whether it must be said that near endpoints come first where endpoints are ejected.
    """
    fields: Fields = {}
    connection, outlier = policies.get(ConnectionPolicySpec), policies.get(OutlierDetectionPolicySpec)
    pool = _connection_pool(connection.spec if connection is not None else None, leaves=leaves)
    if pool:
        fields["connectionPool"] = pool
    if outlier is not None:
        fields.update(_outlier_detection(outlier.spec))
    balancer = _load_balancer(policies, local_first=local_first and outlier is not None)
    if balancer:
        fields["loadBalancer"] = balancer
    client = policies.get(ClientTLSPolicySpec)
    settings = _tls(client.spec, tls, host) if client else tls
    if settings:
        fields["tls"] = settings
    threshold = _panic_threshold(policies)
    if threshold is not None and "outlierDetection" in fields:
        fields["outlierDetection"]["minHealthPercent"] = threshold
    return dict(sorted(fields.items()))


def _outlier_detection(spec: OutlierDetectionPolicySpec) -> Fields:
    """`maxEjectionPercent` is always there: with Istio's default of 10 a group never fails over."""
    config = spec.config
    found: Fields = {
        "baseEjectionTime": seconds(config.base_ejection_time),
        "consecutive5xxErrors": config.consecutive_errors,
        "interval": seconds(config.interval),
        "maxEjectionPercent": config.max_ejection_percent or 10,
    }
    if config.consecutive_gateway_errors:
        found["consecutiveGatewayErrors"] = config.consecutive_gateway_errors
    return {"outlierDetection": found}


def _connection_pool(spec: ConnectionPolicySpec | None, *, leaves: bool) -> Fields:
    config = spec.config if spec is not None else ConnectionConfig()
    pool: Fields = {}
    if config.http is not None:
        http = config.http
        pool["http"] = _set(
            http1MaxPendingRequests=http.max_pending_requests,
            http2MaxRequests=http.max_requests,
            idleTimeout=http.idle_timeout and seconds(http.idle_timeout),
            maxRequestsPerConnection=http.max_requests_per_connection,
            maxRetries=http.max_retries,
        )
    if config.tcp is not None:
        tcp = config.tcp
        pool["tcp"] = _set(
            connectTimeout=tcp.connect_timeout and seconds(tcp.connect_timeout),
            maxConnections=tcp.max_connections,
            tcpKeepalive=tcp.tcp_keepalive and keepalive(tcp.tcp_keepalive),
        )
    if leaves:
        pool["tcp"] = {"connectTimeout": CONNECT_TIMEOUT, **pool.get("tcp", {})}
    return _set(**pool)


def keepalive(probes: TCPKeepalive) -> Fields:
    """TCP keepalive in Istio's form."""
    return _set(
        interval=probes.interval and seconds(probes.interval),
        probes=probes.probes,
        time=probes.time and seconds(probes.time),
    )


def _set(**fields: Any) -> Fields:
    """The fields that are set; in Gloo's schema zero and nothing mean the default."""
    return {name: value for name, value in fields.items() if value}


def _load_balancer(policies: PoliciesByKind, *, local_first: bool) -> Fields:
    """How endpoints are chosen: the algorithm of one policy, and the localities of another one."""
    found: Fields = {}
    chosen = policies.get(LoadBalancerPolicySpec)
    if chosen is not None:
        config = chosen.spec.config
        if config.simple not in (None, SimpleLB.UNSPECIFIED):
            found["simple"] = str(config.simple)
        if config.consistent_hash is not None:
            found["consistentHash"] = _hash(config.consistent_hash)
        if config.warmup_duration_secs is not None:
            found["warmupDurationSecs"] = seconds(config.warmup_duration_secs)
    failover = policies.get(FailoverPolicySpec)
    if failover is not None:
        found["localityLbSetting"] = locality_lb(failover.spec.config)
    elif local_first:
        found["localityLbSetting"] = {"enabled": True}
    return found


def _hash(key: ConsistentHash) -> Fields:
    if key.http_cookie is not None:
        cookie = key.http_cookie
        # Istio's schema requires `ttl`; zero makes a cookie of the session, which is what no lifetime means.
        return {
            "httpCookie": {"name": cookie.name, "ttl": seconds(cookie.ttl) if cookie.ttl else "0s"}
            | _set(path=cookie.path)
        }
    return _set(
        httpHeaderName=key.http_header_name,
        httpQueryParameterName=key.http_query_parameter_name,
        useSourceIp=key.use_source_ip,
    )


def _panic_threshold(policies: PoliciesByKind) -> int | None:
    """Istio writes `minHealthPercent` of the outlier detection into Envoy's healthy panic threshold."""
    policy = policies.get(LoadBalancerPolicySpec)
    threshold = policy.spec.config.healthy_panic_threshold if policy else None
    return None if threshold is None else round(threshold)


def _tls(spec: ClientTLSPolicySpec, base: Mapping[str, Any] | None, host: str) -> Fields:
    """The TLS settings of a ClientTLSPolicy, which override the others; with Istio's mTLS the SNI of the host stays."""
    if spec.disable is not None:
        return {"mode": "DISABLE"}
    if spec.istio_mutual is not None:
        return (
            {**(base or {}), "mode": "ISTIO_MUTUAL"}
            if base and base["mode"] == "ISTIO_MUTUAL"
            else {"mode": "ISTIO_MUTUAL"}
        )
    mode, chosen = ("SIMPLE", spec.simple) if spec.simple is not None else ("MUTUAL", spec.mutual)
    config = chosen.config if chosen is not None else ClientTLSConfig()
    return {"mode": mode, "sni": config.sni or host} | _set(credentialName=config.credential_name)
