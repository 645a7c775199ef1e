"""Routes of a delegate under the route that delegates to it.

Source: `MergeHTTPRoutes` and `hasConflict` in `pilot/pkg/model/virtualservice.go` of istio/istio.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from fedlib.reach.fields import as_mapping, mappings, text, texts

Fields = Mapping[str, Any]

_INHERITED: Final = (
    "rewrite", "directResponse", "timeout", "retries", "fault", "mirror", "mirrorPercent", "mirrorPercentage",
    "corsPolicy", "mirrors", "headers",
)  # fmt: skip
_STRINGS: Final = ("uri", "scheme", "method", "authority")
_MAPS: Final = ("headers", "withoutHeaders", "queryParams", "sourceLabels")
_FIRST: Final = (*_STRINGS, "port", "sourceNamespace", "gateways", "statPrefix")


def merge_delegate(root: Fields, inner: Fields) -> Fields | None:
    """A route of a delegate with what it inherits; None where its matchers are at odds with those of the root."""
    matches = _merge_matches(mappings(root.get("match")), mappings(inner.get("match")))
    if matches is None:
        return None
    merged: dict[str, Any] = {**{key: root[key] for key in _INHERITED if key in root}, **inner, "match": matches}
    merged["name"] = "-".join(name for name in (text(root.get("name")), text(inner.get("name"))) if name)
    return merged


def _merge_matches(root: list[Fields], inner: list[Fields]) -> list[Fields] | None:
    """Each matcher of the delegate within each of the root's that allows it; each must find one."""
    if not root or not inner:
        return inner or root
    found: list[Fields] = []
    for own in inner:
        fitting = [outer for outer in root if not _conflicts(outer, own)]
        if not fitting:
            return None
        found.extend(_merge_match(outer, own) for outer in fitting)
    return found


def _merge_match(root: Fields, own: Fields) -> Fields:
    merged = dict(own)
    for key in _FIRST:
        if not merged.get(key) and key in root:
            merged[key] = root[key]
    for key in _MAPS:
        if key in root or key in own:
            merged[key] = {**as_mapping(root.get(key)), **as_mapping(own.get(key))}
    return merged


def _conflicts(root: Fields, own: Fields) -> bool:
    gateways, wanted = texts(root.get("gateways")), texts(own.get("gateways"))
    labels, sources = as_mapping(root.get("sourceLabels")), as_mapping(own.get("sourceLabels"))
    ports, place = (root.get("port"), own.get("port")), root.get("sourceNamespace")
    return (
        any(_narrower(outer, inner) for outer, inner in _strings(root, own))
        or bool(root.get("ignoreUriCase")) != bool(own.get("ignoreUriCase"))
        or (all(ports) and ports[0] != ports[1])
        or (bool(place) and own.get("sourceNamespace") != place)
        or any(key in labels and labels[key] != value for key, value in sources.items())
        or (bool(gateways) and bool(wanted) and not set(wanted) <= set(gateways))
    )


def _strings(root: Fields, own: Fields) -> Iterator[tuple[Fields, Fields]]:
    """The matchers of strings that both have."""
    pairs = [(root.get(key), own.get(key)) for key in _STRINGS]
    for key in ("headers", "withoutHeaders", "queryParams"):
        outer = as_mapping(root.get(key))
        pairs += [(outer.get(name), inner) for name, inner in as_mapping(own.get(key)).items()]
    for outer_match, inner_match in pairs:
        if isinstance(outer_match, dict) and isinstance(inner_match, dict):
            yield outer_match, inner_match


def _narrower(root: Fields, own: Fields) -> bool:
    """Whether the root's matcher does not cover the delegate's (`stringMatchConflict`)."""
    if root.get("regex") or own.get("regex"):
        return True
    exact, prefix = text(root.get("exact")), text(root.get("prefix"))
    if exact:
        return bool(own.get("prefix")) or own.get("exact") != exact
    inner = text(own.get("prefix")) or text(own.get("exact"))
    return not (prefix and inner and inner.startswith(prefix))
