"""Hosts as Istio compares them: exact ones, and those with a leading `*`.

Source: `pkg/config/host`, and `MostSpecificHostMatch`, `ResolveShortnameToFQDN` in `pilot/pkg/model/config.go` of
istio/istio.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Container, Iterable, Iterator


def is_wildcard(host: str) -> bool:
    """Whether a host stands for others."""
    return host.startswith("*")


def is_subset(host: str, other: str) -> bool:
    """Whether every host that `host` stands for is one of `other` (`Name.SubsetOf`)."""
    if not is_wildcard(other):
        return host == other
    if not is_wildcard(host):
        return host.endswith(other[1:])
    return len(host) >= len(other) and host[1:].endswith(other[1:])


def overlaps(host: str, other: str) -> bool:
    """Whether one of the two is a subset of the other (`Name.Matches`)."""
    return is_subset(host, other) or is_subset(other, host)


def specificity(host: str) -> tuple[bool, int, str]:
    """Sorts the more specific host first: wildcards last, longer ones before shorter ones (`MoreSpecific`)."""
    return (is_wildcard(host), -len(host), host)


def most_specific(host: str, exact: Container[str], wildcards: Iterable[str]) -> str | None:
    """The key under which something is said about a host: itself, or else the longest wildcard that covers it."""
    if host in exact:
        return host
    needle = host[1:] if is_wildcard(host) else host
    found = [one for one in wildcards if needle.endswith(one[1:])]
    return min(found, key=specificity, default=None)


def common(hosts: Iterable[str], others: Iterable[str]) -> Iterator[str]:
    """The hosts that both lists cover, each once (`Names.Intersection`)."""
    seen: set[str] = set()
    kept = list(others)
    for host in hosts:
        for other in kept:
            both = host if is_subset(host, other) else other if is_subset(other, host) else None
            if both is not None and both not in seen:
                seen.add(both)
                yield both


def qualified(host: str, namespace: str, domain: str) -> str:
    """A host as an object means it: a name without a dot is a Service of the object's own namespace."""
    if not host or "." in host or host == "*" or is_address(host):
        return host
    return f"{host}.{namespace}.svc.{domain}"


def service_host(name: str, namespace: str, domain: str) -> str:
    """The host of a Kubernetes Service."""
    return f"{name}.{namespace}.svc.{domain}"


def short_names(host: str, namespace: str, domain: str) -> Iterator[str]:
    """Other names by which sidecars of a namespace know a host (`GenerateAltVirtualHosts`).

    Only hosts that end in `svc.<domain>` of the cluster have them; `catalog` alone only in the host's own namespace.
    """
    yield f"{host}."
    ending = f".svc.{domain}"
    if not host.endswith(ending):
        return
    stem = host[: -len(ending)]
    name, dot, home = stem.partition(".")
    if not dot:
        return
    if home == namespace:
        yield name
    yield stem
    yield f"{stem}.svc"


def is_address(value: str) -> bool:
    """Whether a value is an IP address."""
    if not value or not (value[-1].isdigit() or ":" in value):  # soon told for most names
        return False
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return False
    return True
