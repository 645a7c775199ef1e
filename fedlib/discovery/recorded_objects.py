"""The objects of a recording: those that are read, and a word about the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from fedlib.config.api_groups import Product, group_of, instead, product_of
from fedlib.config.other_documents import counted
from fedlib.diagnostics import Ref, Report, catalogue
from fedlib.diagnostics.source import Origin, as_mapping
from fedlib.discovery.assemble import Found
from fedlib.discovery.kinds import is_foreign
from fedlib.discovery.objects import parse_object


def read_objects(cluster: str, documents: Iterable[tuple[Any, Origin]], report: Report) -> Iterator[Found]:
    """Read the objects of a cluster's recording.

    Args:
        cluster: the cluster's name.
        documents: plain data, one object each, with where each stands.
        report: takes the findings; kinds that say nothing about federation are counted, and reported once at the end.

    Yields:
        What was read, with where it stands.
    """
    kinds: dict[Product, Counter[str]] = {Product.OTHER: Counter(), Product.GLOO_MESH_1: Counter()}
    first: dict[Product, Origin] = {}
    for document, origin in documents:
        product = _foreign_product(document)
        if product is None:
            found = parse_object(document, cluster, origin, report)
            if found is not None:
                yield found, origin
        elif product in kinds:
            kinds[product][document["kind"]] += 1
            first.setdefault(product, origin)
    for product, code in _CODES.items():
        if kinds[product]:
            report.add(
                code, Ref("Cluster", cluster), first[product].at(),
                cluster=cluster, kinds=counted(kinds[product]),
                instead=instead(kinds[product], product),
            )  # fmt: skip


_CODES = {Product.GLOO_MESH_1: catalogue.OLD_GENERATION_IN_CLUSTER, Product.OTHER: catalogue.OTHER_OBJECTS}


def _foreign_product(document: Any) -> Product | None:
    """Who reads an object of a kind that discovery has no use for; None for all others."""
    api_version, kind = as_mapping(document).get("apiVersion"), as_mapping(document).get("kind")
    foreign = isinstance(api_version, str) and isinstance(kind, str) and is_foreign(api_version, kind)
    return product_of(group_of(api_version)) if foreign and isinstance(api_version, str) else None
