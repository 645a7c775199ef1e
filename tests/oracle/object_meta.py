"""The API server's rules for `metadata`: names, labels and annotations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

_FIELDS = frozenset(
    [
        "name",
        "generateName",
        "namespace",
        "labels",
        "annotations",
        "finalizers",
        "ownerReferences",
        "uid",
        "selfLink",
        "resourceVersion",
        "generation",
        "creationTimestamp",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
        "managedFields",
    ]
)
_DNS_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_DNS_SUBDOMAIN = re.compile(rf"{_DNS_LABEL.pattern}(\.{_DNS_LABEL.pattern})*")
_QUALIFIED_NAME = re.compile(r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]")
MAX_LABEL = 63
MAX_SUBDOMAIN = 253
MAX_ANNOTATION_BYTES = 256 * 1024


def metadata_violations(metadata: Mapping[str, Any], *, namespaced: bool) -> list[str]:
    """Return what the API server would hold against `metadata` of a custom resource."""
    found = [f"metadata.{key}: unknown field" for key in metadata if key not in _FIELDS]
    found += _name(metadata.get("name"))
    found += _namespace(metadata.get("namespace"), namespaced)
    for field, check in (("labels", _labels), ("annotations", _annotations)):
        value = metadata.get(field)
        if isinstance(value, Mapping):
            found += [f"metadata.{field}{fault}" for fault in check(value)]
        elif value is not None:
            found.append(f"metadata.{field}: must be a map")
    return found


def _name(name: object) -> list[str]:
    if name is None:
        return ["metadata.name: required"]
    if not isinstance(name, str) or not _is_subdomain(name):
        return [f"metadata.name: {name!r} is not a DNS-1123 subdomain of at most {MAX_SUBDOMAIN}"]
    return []


def _namespace(namespace: object, namespaced: bool) -> list[str]:
    if namespace is None:
        # The API server takes it from the request; a generated object must not depend on that.
        return ["metadata.namespace: required"] if namespaced else []
    if not namespaced:
        return ["metadata.namespace: not allowed on a cluster-scoped kind"]
    if not isinstance(namespace, str) or not _is_label(namespace):
        return [f"metadata.namespace: {namespace!r} is not a DNS-1123 label of at most {MAX_LABEL}"]
    return []


def _labels(labels: Mapping[str, Any]) -> Iterator[str]:
    for key, value in labels.items():
        if not _is_qualified(key):
            yield f": {key!r} is not a qualified name"
        if not isinstance(value, str):
            yield f"[{key}]: {value!r} is not a string"
        elif not _is_label_value(value):
            yield f"[{key}]: {value!r} is not a label value of at most {MAX_LABEL}"


def _annotations(annotations: Mapping[str, Any]) -> Iterator[str]:
    size = 0
    for key, value in annotations.items():
        # Case of the prefix is free in annotation keys, unlike in label keys.
        if not _is_qualified(key.lower()):
            yield f": {key!r} is not a qualified name"
        if not isinstance(value, str):
            yield f"[{key}]: {value!r} is not a string"
        size += len(key.encode()) + len(str(value).encode())
    if size > MAX_ANNOTATION_BYTES:
        yield f": {size} bytes, more than {MAX_ANNOTATION_BYTES}"


def _is_label(text: str) -> bool:
    return len(text) <= MAX_LABEL and _DNS_LABEL.fullmatch(text) is not None


def _is_subdomain(text: str) -> bool:
    return len(text) <= MAX_SUBDOMAIN and _DNS_SUBDOMAIN.fullmatch(text) is not None


@lru_cache(maxsize=4096)
def _is_label_value(text: str) -> bool:
    return not text or (len(text) <= MAX_LABEL and _QUALIFIED_NAME.fullmatch(text) is not None)


@lru_cache(maxsize=4096)
def _is_qualified(key: str) -> bool:
    """Say whether `key` is `[DNS subdomain/]name`, the form of label and annotation keys."""
    prefix, slash, name = key.rpartition("/")
    if slash and not _is_subdomain(prefix):
        return False
    return len(name) <= MAX_LABEL and _QUALIFIED_NAME.fullmatch(name) is not None
