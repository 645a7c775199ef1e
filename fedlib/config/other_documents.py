"""What stands between the Gloo resources in the files of a stack: told from them, counted, and reported by its kind.

Folders of real meshes hold kustomizations, values of Helm, Kubernetes' own objects, and resources of other generations
and products of Solo's. One finding says what of each sort was passed over.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any, Final

from fedlib.config.api_groups import Product, group_of, instead, product_of
from fedlib.config.resource import KINDS
from fedlib.diagnostics import Location, Ref, Report, catalogue
from fedlib.diagnostics.source import Origin, as_mapping

MOST_SHOWN: Final = 10
"""Kinds or files that a finding names; more are counted."""

_OBJECT_KEYS: Final = frozenset({"apiVersion", "kind", "metadata", "spec"})
_KUSTOMIZE_GROUP: Final = "kustomize.config.k8s.io"
_KUSTOMIZATIONS: Final = frozenset({"kustomization.yaml", "kustomization.yml", "Kustomization"})
_UNCHANGING: Final = frozenset({"apiVersion", "kind", "metadata", "resources", "bases", "components", "openapi"})
"""Keys of a kustomization that change no object."""


def is_wanted(top: Mapping[str, str]) -> bool:
    """Whether a document is read: a Gloo resource, a List, or what was meant to be one.

    Args:
        top: the scalars of the document's top level by key, empty for other values.
    """
    group, kind = group_of(top.get("apiVersion", "")), top.get("kind", "")
    if kind == "List" or product_of(group) is Product.GLOO_MESH:
        return True
    if is_object(top):
        return _is_misspelled(group, kind)
    return kind in KINDS or len(_OBJECT_KEYS & set(top)) > 1


def is_object(top: Mapping[str, str]) -> bool:
    """Whether a document says which kind of object it is."""
    return bool(top.get("apiVersion") and top.get("kind"))


def _is_misspelled(group: str, kind: str) -> bool:
    """Whether a kind of Gloo Mesh stands in a group that looks like Gloo's and is nobody's."""
    return kind in KINDS and product_of(group) is Product.OTHER and ("gloo" in group or "solo" in group)


@dataclass(slots=True)
class OtherDocuments:
    """Counts the documents that are not read. `location` is where the stack names the files."""

    subject: Ref
    location: Location
    _kinds: dict[Product, Counter[str]] = field(default_factory=dict)
    _first: dict[Product, Origin] = field(default_factory=dict)
    _files: Counter[str] = field(default_factory=Counter)
    _kustomizations: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def pass_over(self, top: Mapping[str, str], origin: Origin) -> None:
        """Count a document that is not wanted, by the scalars of its top level."""
        group, file = group_of(top.get("apiVersion", "")), origin.source.name
        if group == _KUSTOMIZE_GROUP or PurePath(file).name in _KUSTOMIZATIONS:
            self._kustomizations[file] = tuple(sorted(set(top) - _UNCHANGING))
        elif is_object(top):
            product = product_of(group)
            self._kinds.setdefault(product, Counter())[top["kind"]] += 1
            self._first.setdefault(product, origin)
        else:
            self._files[file] += 1

    def report(self, report: Report) -> None:
        """Report what was counted."""
        unchanging = sorted(file for file, keys in self._kustomizations.items() if not keys)
        files = Counter(self._files) + Counter(unchanging)
        if files:
            report.add(
                catalogue.NOT_KUBERNETES, self.subject, self.location,
                documents=_documents(sum(files.values())), files=_listed(sorted(files)),
            )  # fmt: skip
        for file, keys in sorted(self._kustomizations.items()):
            if keys:
                report.add(
                    catalogue.KUSTOMIZATION_NOT_APPLIED, Ref("File", file), Location(file),
                    keys=_listed(keys), folder=PurePath(file).parent.as_posix(),
                )  # fmt: skip
        self._report_kinds(report)

    def _report_kinds(self, report: Report) -> None:
        for product, code in _CODES.items():
            kinds = self._kinds.get(product)
            if kinds:
                place = self.location if product is Product.OTHER else self._first[product].at()
                report.add(
                    code, self.subject, place, documents=_documents(sum(kinds.values())), kinds=counted(kinds),
                    instead=instead(kinds, product),
                )  # fmt: skip


_CODES: Final = {
    Product.GLOO_MESH_1: catalogue.OLD_GENERATION,
    Product.GLOO_GATEWAY: catalogue.OTHER_PRODUCT,
    Product.OTHER: catalogue.NOT_GLOOS,
}


def _documents(count: int) -> str:
    return "1 document is" if count == 1 else f"{count} documents are"


def counted(kinds: Mapping[str, int]) -> str:
    """Kinds with their numbers: `ConfigMap 1, Deployment 5`."""
    return _listed([f"{kind} {number}" for kind, number in sorted(kinds.items())])


def _listed(words: Iterable[str]) -> str:
    shown = list(words)
    more = f" and {len(shown) - MOST_SHOWN} more" if len(shown) > MOST_SHOWN else ""
    return ", ".join(shown[:MOST_SHOWN]) + more


def top_level(document: Any) -> Mapping[str, str]:
    """What `is_wanted` looks at, of a document that is read already."""
    return {key: value if isinstance(value, str) else "" for key, value in as_mapping(document).items()}
