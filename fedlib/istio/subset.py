"""Names of subsets, which VirtualServices, DestinationRules and SNIs must agree on."""

from __future__ import annotations

from collections.abc import Mapping

from fedlib.declarations.names import object_name


def subset_name(labels: Mapping[str, str]) -> str:
    """Gloo's name of a subset: keys and values joined, such as `version-v3`; a DNS label, as Istio wants it."""
    return object_name("-".join(f"{key}-{value}".rstrip("-") for key, value in sorted(labels.items())))


def egress_subset(host: str) -> str:
    """The subset of an egress gateway's Service by which clients reach an external host."""
    return object_name(f"egress-{host}")
