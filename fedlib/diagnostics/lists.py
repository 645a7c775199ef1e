"""Lists of Kubernetes objects, as `kubectl get -o yaml` prints them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fedlib.diagnostics.source import Origin, as_mapping


def flatten(document: Any, origin: Origin) -> Iterator[tuple[Any, Origin]]:
    """The objects of a document: the items of a List (`List`, `ServiceList`, ...), or the document itself.

    Items of a typed list carry no kind of their own and get it from the list. A List without a list of items is
    yielded as it is, and readers report it.
    """
    kind = as_mapping(document).get("kind")
    items = as_mapping(document).get("items")
    if not (isinstance(kind, str) and kind.endswith("List") and isinstance(items, list)):
        yield document, origin
        return
    typed = {} if kind == "List" else {"apiVersion": document.get("apiVersion"), "kind": kind.removesuffix("List")}
    for index, item in enumerate(items):
        if typed and isinstance(item, Mapping):
            item = {**typed, **item}
        yield from flatten(item, origin.below("items", index))
