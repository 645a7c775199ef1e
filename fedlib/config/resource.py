"""Gloo objects: which kinds exist, and documents to resources with metadata and a typed spec.

Source of the kinds: the groups and kinds of Gloo's `v2` API reference.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Generic, NamedTuple, TypeVar

from fedlib.config.api_groups import Product, group_of, product_of
from fedlib.config.external_service import ExternalEndpointSpec, ExternalServiceSpec
from fedlib.config.gloo import MAX_LABELS, KubernetesClusterSpec, WorkspaceSettingsSpec, WorkspaceSpec
from fedlib.config.inert_kinds import INERT, Inert
from fedlib.config.model import Model, dns_problem, host_problem, label_problem
from fedlib.config.policies import POLICIES
from fedlib.config.refused_kinds import REFUSED
from fedlib.config.route_table import RouteTableSpec
from fedlib.config.unrendered import reports_gaps
from fedlib.config.validate import describe, validate
from fedlib.config.virtual_destination import VirtualDestinationSpec
from fedlib.config.virtual_gateway import VirtualGatewaySpec
from fedlib.diagnostics import Location, Ref, Report, catalogue
from fedlib.diagnostics.finding import NOWHERE
from fedlib.diagnostics.source import Origin, Step, as_mapping
from fedlib.diagnostics.suggestion import Suggestion, suggest

MANAGEMENT_CLUSTER: Final = "mgmt"
"""Where resources of the stack live when nothing says otherwise: Gloo keeps them in the management cluster."""

NO_KIND: Final = "apiVersion or kind is missing or not a string"
CLUSTER_ANNOTATION: Final = "cluster.solo.io/cluster"

TRANSLATED: Final[Mapping[str, type[Model]]] = {
    "admin.gloo.solo.io/KubernetesCluster": KubernetesClusterSpec,
    "admin.gloo.solo.io/Workspace": WorkspaceSpec,
    "admin.gloo.solo.io/WorkspaceSettings": WorkspaceSettingsSpec,
    "networking.gloo.solo.io/RouteTable": RouteTableSpec,
    "networking.gloo.solo.io/VirtualDestination": VirtualDestinationSpec,
    "networking.gloo.solo.io/VirtualGateway": VirtualGatewaySpec,
    "networking.gloo.solo.io/ExternalService": ExternalServiceSpec,
    "networking.gloo.solo.io/ExternalEndpoint": ExternalEndpointSpec,
    **POLICIES,
}

KINDS: Final = frozenset(name.rpartition("/")[2] for name in (*TRANSLATED, *INERT, *REFUSED))
"""Every kind of Gloo's that is known here."""


_KINDS: Final[Mapping[type[Model], str]] = {model: name.rpartition("/")[2] for name, model in TRANSLATED.items()}

S = TypeVar("S", bound=Model)
"""The model of a kind's specs, which says which kind is meant."""
S_co = TypeVar("S_co", bound=Model, covariant=True)
"""The same for what only holds a spec: a `Resource[RouteTableSpec]` is a `Resource[Model]`."""


def kind_of(spec: type[Model]) -> str:
    """The kind that has specs of a model, such as `RouteTable`."""
    return _KINDS[spec]


@dataclass(frozen=True, slots=True)
class Resource(Generic[S_co]):
    """A Gloo object: its identity, metadata and spec, and where it stands in the input.

    `workspace` is set where the stack config says whose it is; otherwise the namespace decides. `author` is the
    workspace to which the stack gives the file in which it stands.
    """

    ref: Ref
    spec: S_co
    labels: Mapping[str, str] = field(default_factory=dict)
    created: str = ""
    origin: Origin | None = field(default=None, compare=False, repr=False)
    spec_path: tuple[Step, ...] = ("spec",)
    workspace: str = ""
    author: str = field(default="", compare=False)

    def at(self, *path: Step) -> Location:
        """Where a field of the spec stands."""
        return self.origin.at(*self.spec_path, *path) if self.origin else NOWHERE

    @property
    def age(self) -> tuple[str, Ref]:
        """Sorts the oldest first; resources without a creation time come last, in the order of their names."""
        return (self.created or "9999", self.ref)


class Document(NamedTuple):
    """A Gloo object as YAML gave it.

    Attributes:
        content: the object.
        cluster: where it lives, unless its annotation `cluster.solo.io/cluster` says otherwise.
        origin: where it stands.
        author: the workspace to which the stack gives the file.
    """

    content: Any
    cluster: str
    origin: Origin
    author: str = ""


def read_resources(documents: Iterable[Document], report: Report, *, found: bool = False) -> Iterator[Resource[Model]]:
    """Read Gloo objects; one that is reported, or has no effect on federation, is not among them.

    Args:
        documents: the objects. They are read by identity, so that their order decides nothing: what they cost is
            counted for each namespace.
        report: takes the findings.
        found: they were found in their clusters. Then the annotation does not count: who may write to one cluster
            could otherwise act in another one.
    """
    for document in sorted(documents, key=lambda one: _subject(one.content, one.cluster)):
        resource = _read(document, report, found=found)
        if resource is not None:
            yield resource


def _read(read: Document, report: Report, *, found: bool) -> Resource[Model] | None:
    document, cluster, origin, author = read
    report = report.owned_by(author) if author else report  # whatever namespace the author writes into it
    subject, kind = _subject(document, cluster), _kind(document)
    if kind in INERT:
        _report_inert(INERT[kind], subject, origin, report)
        return None
    # what was found in a cluster was applied as it is
    if kind in TRANSLATED and not found and reports_gaps(document, subject, lambda path: origin.at(*path), report):
        return None
    header = _header(document, cluster, origin, report, found=found)
    if header is None:
        return None
    group, ref = header
    model = TRANSLATED.get(kind)
    if model is None:
        _report_untranslated(document, group, ref, origin, report, found=found)
        return None
    for key in sorted(set(document) - {"apiVersion", "kind", "metadata", "spec", "status"}):
        report.add(
            catalogue.UNKNOWN_FIELD, ref, origin.at(key),
            field=key, suggestion=suggest(key, ["spec", "metadata"]), allowed="apiVersion, kind, metadata, spec",
        )  # fmt: skip
    metadata = as_mapping(document["metadata"])
    spec, left_out = validate(
        model, document.get("spec"), ref, lambda path: origin.at(*path), report, ("spec",), author
    )
    labels = _labels(metadata, ref, origin, report)
    created = str(metadata.get("creationTimestamp") or "")
    if spec is None:
        return None
    return Resource(ref, spec, labels, created, origin.without(left_out.paths, "spec"), author=author)


def _kind(document: Any) -> str:
    """The API group and the kind of an object; empty where it has none."""
    api_version, kind = as_mapping(document).get("apiVersion"), as_mapping(document).get("kind")
    return f"{group_of(api_version)}/{kind}" if isinstance(api_version, str) and isinstance(kind, str) else ""


def _report_inert(inert: Inert, subject: Ref, origin: Origin, report: Report) -> None:
    if inert.did:
        report.add(catalogue.INERT_KIND, subject, origin.at("kind"), kind=subject.kind, **inert._asdict())


def _subject(document: Any, cluster: str) -> Ref:
    """What a finding is about before the names of the object are known to be names."""
    metadata = as_mapping(as_mapping(document).get("metadata"))
    texts = (as_mapping(document).get("kind"), metadata.get("name"), metadata.get("namespace"))
    kind, name, namespace = (text[:80] if isinstance(text, str) else "" for text in texts)
    return Ref(kind or "Document", name, namespace, cluster)


def _header(document: Any, cluster: str, origin: Origin, report: Report, *, found: bool) -> tuple[str, Ref] | None:
    """The group and the identity of an object, if it has them."""
    problem = ""
    metadata = as_mapping(as_mapping(document).get("metadata"))
    if not isinstance(document, Mapping):
        problem = "it is not a mapping"
    elif not isinstance(document.get("apiVersion"), str) or not isinstance(document.get("kind"), str):
        problem = NO_KIND
    elif not isinstance(metadata.get("name"), str) or not isinstance(metadata.get("namespace") or "", str):
        problem = "metadata.name or metadata.namespace is missing or not a string"
    annotated = as_mapping(metadata.get("annotations")).get(CLUSTER_ANNOTATION)
    moved = annotated if isinstance(annotated, str) and not found else ""  # Gloo's own objects carry it empty
    home = moved or cluster
    problem = problem or _name_problem(document["kind"], metadata, home)
    if problem:
        report.add(catalogue.NOT_A_RESOURCE, Ref("Document"), origin.at(), problem=problem)
        return None
    group = group_of(document["apiVersion"])
    ref = Ref(document["kind"], metadata["name"], metadata.get("namespace") or "default", home)
    if found and annotated not in (None, "", cluster):
        where = origin.at("metadata", "annotations", CLUSTER_ANNOTATION)
        report.add(catalogue.CLUSTER_ANNOTATION_IGNORED, ref, where, cluster=cluster, annotation=CLUSTER_ANNOTATION)
    return group, ref


def _name_problem(kind: str, metadata: Mapping[str, Any], cluster: str) -> str:
    """What is wrong with the names that identify an object: they become parts of names and values of labels."""
    name, namespace = metadata["name"], metadata.get("namespace") or "default"
    problem = dns_problem(name) if kind == "Workspace" else host_problem(name)
    if problem:
        return f"metadata.name '{name[:80]}': {problem}"
    if dns_problem(namespace):
        return f"metadata.namespace '{namespace[:80]}': {dns_problem(namespace)}"
    if dns_problem(cluster):
        return f"its cluster '{cluster[:80]}': {dns_problem(cluster)}"
    return ""


def _labels(metadata: Mapping[str, Any], ref: Ref, origin: Origin, report: Report) -> dict[str, str]:
    labels = metadata.get("labels") or {}
    if not isinstance(labels, Mapping):
        report.add(
            catalogue.WRONG_TYPE, ref, origin.at("metadata", "labels"),
            field="metadata.labels", expected="a mapping", actual=describe(labels), advice="write `key: value` pairs",
        )  # fmt: skip
    for key, value in as_mapping(labels).items():
        if not isinstance(value, str):
            report.add(
                catalogue.WRONG_TYPE, ref, origin.at("metadata", "labels", key),
                field=f"metadata.labels.{key}", expected="a string", actual=describe(value), advice="put it in quotes",
            )  # fmt: skip
        elif label_problem(key, value):
            where = origin.at("metadata", "labels", key)
            report.add(
                catalogue.WRONG_VALUE, ref, where,
                field=f"metadata.labels.{key}", problem=label_problem(key, value), advice="Kubernetes refuses it, too",
            )  # fmt: skip
    found = {key: value for key, value in as_mapping(labels).items() if isinstance(value, str)}
    if len(found) > MAX_LABELS:
        report.add(
            catalogue.TOO_MUCH, ref, origin.at("metadata", "labels"),
            problem=f"metadata.labels has {len(found)} labels", limit=MAX_LABELS,
            advice="remove labels; until then the object counts as having none",
        )  # fmt: skip
        return {}
    return {key: value for key, value in found.items() if not label_problem(key, value)}


def _report_untranslated(
    document: Mapping[str, Any], group: str, ref: Ref, origin: Origin, report: Report, *, found: bool
) -> None:
    """Report a kind that is not translated. One that a cluster serves may be newer than this; Gloo goes on then."""
    refusal = REFUSED.get(f"{group}/{ref.kind}")
    if refusal is not None:
        code = catalogue.NEEDS_SOLO_ENVOY if refusal.needs else catalogue.UNSUPPORTED_KIND
        report.add(code, ref, origin.at("kind"), kind=ref.kind, **refusal._asdict())
    else:
        code = catalogue.UNKNOWN_KIND if found else catalogue.UNKNOWN_GLOO_KIND
        report.add(
            code, ref, origin.at("kind"),
            api_version=document["apiVersion"], kind=ref.kind, suggestion=_near_kind(group, ref.kind),
        )  # fmt: skip


def _near_kind(group: str, kind: str) -> str | Suggestion:
    """A `did you mean` for a kind or a group that is not Gloo's."""
    if kind in KINDS:
        known = sorted(name for name in (*TRANSLATED, *INERT, *REFUSED) if name.endswith(f"/{kind}"))
        return f"; did you mean {known[0].partition('/')[0]}/v2?"
    return suggest(kind, KINDS) if product_of(group) is Product.GLOO_MESH else ""
