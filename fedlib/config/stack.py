"""The stack config: the keys of `federation:` in `stacks/Pulumi.<stack>.yaml`."""

from __future__ import annotations

import enum
import ipaddress
import os
import pathlib
import re
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field, model_validator

from fedlib.config.gloo import Labels, WorkloadCluster, WorkspaceSettingsSpec
from fedlib.config.model import Enum, IPBlock, Items, ManyItems, Model, Section, host_problem


def _path(value: str) -> str:
    if not value or any(ord(character) < 32 for character in value):
        raise ValueError("a path has at least one character, and no control characters")
    try:
        os.fsencode(pathlib.Path(value).expanduser())
    except UnicodeEncodeError:
        raise ValueError("a path consists of characters that file systems have") from None
    except RuntimeError:
        raise ValueError(f"there is no home directory for '{value.partition('/')[0]}'") from None
    return value


Path = Annotated[str, AfterValidator(_path)]
"""A path; `~` is the home directory."""


def _label(value: str) -> str:
    if not _LABEL.fullmatch(value):
        raise ValueError("a label of endpoints has this value: 1 to 63 letters, digits, '-', '_' and '.'")
    return value


_LABEL: Final = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")
LabelValue = Annotated[str, AfterValidator(_label)]
"""The value of a Kubernetes label."""


_PATTERN: Final = re.compile(r"[a-z0-9*]([-a-z0-9*]*[a-z0-9*])?")


def _namespace_pattern(value: str) -> str:
    if len(value) > 63 or not _PATTERN.fullmatch(value):
        raise ValueError(
            "the name of a namespace has 1 to 63 small letters, digits and '-'; '*' stands for any of them"
        )
    return value


NamespacePattern = Annotated[str, AfterValidator(_namespace_pattern)]
"""A name of namespaces; `*` stands for any characters."""


class Kubeconfig(Model):
    """How to reach a cluster. The contents of a kubeconfig never become part of this model."""

    path: Path | None = None
    """A kubeconfig file; `~` is the home directory."""
    context: str | None = None
    """The context in it; the file's current context by default."""
    secret: str | None = None
    """The key of a Pulumi secret (without `federation:`) that holds the kubeconfig's contents."""

    @model_validator(mode="after")
    def _one_of(self) -> Kubeconfig:
        if (self.path is None) == (self.secret is None):
            raise ValueError("set either path or secret")
        return self


class IPFamily(enum.StrEnum):
    """A family of IP addresses, as Kubernetes spells it."""

    IPV4 = "IPv4"
    IPV6 = "IPv6"


class Cluster(Model):
    """A cluster: a Pulumi Kubernetes provider, and where its inventory comes from."""

    kubeconfig: Kubeconfig | None = None
    """How to reach it. Without it, the cluster can be rendered from an inventory, not applied."""
    inventory: Path | None = None
    """A recorded inventory: a file or a folder of Kubernetes YAML. Without it, the cluster is discovered live."""
    trust_domain: str | None = None
    """The mesh's trust domain there; the cluster's name by default."""
    network: LabelValue | None = None
    """The cluster's Istio network; the cluster's name by default."""
    cluster_domain: str = "cluster.local"
    """The DNS domain of the cluster."""
    labels: Labels = Field(default_factory=dict)
    """Labels for the cluster selectors of workspaces."""
    ip_families: Items[Enum[IPFamily]] = ()
    """The IP families of its Services. Without them those count that Services in Istio's namespaces, in kube-system and
    the API server's own have; IPv4 where none says."""
    istio_namespaces: Items[NamespacePattern] | None = None
    """Istio's own namespaces in this cluster, instead of those of federation:istioNamespaces."""
    blocks: Items[IPBlock] = ()
    """Blocks of addresses of its Services, pods and nodes, as far as its objects do not show them. ExternalServices
    lead to none of them."""


class Workspace(Model):
    """A Workspace (labels and spec) with its WorkspaceSettings."""

    labels: Labels = Field(default_factory=dict)
    """Labels that other workspaces' selectors match."""
    workload_clusters: ManyItems[WorkloadCluster] = ()
    """The clusters and namespaces that belong to it; entries are ORed."""
    settings: WorkspaceSettingsSpec | None = None
    """The spec of its WorkspaceSettings."""


class GlooFiles(Model):
    """Gloo YAML files."""

    path: Path
    """A path or glob pattern."""
    cluster: str | None = None
    """The cluster in which the resources would live; `mgmt` by default."""
    workspace: str | None = None
    """The workspace whose files these are: what is in them counts in namespaces of this workspace only, and Workspaces
    and global settings do not. Without it whoever writes the files may write for everybody."""


class Placement(enum.StrEnum):
    """Where the ServiceEntry of another cluster's host is written."""

    NAMESPACE = "namespace"
    SHARED = "shared"


class PolicyInheritance(enum.StrEnum):
    """Whose client-side policies count for destinations that a workspace imports."""

    OVERRIDE = "override"
    SOURCE = "source"
    NONE = "none"


class GroupShape(enum.StrEnum):
    """How the other clusters of a group are written down."""

    LOCAL_ONLY_HOST = "localOnlyHost"
    WORKLOAD_ENTRY = "workloadEntry"


def _allowed(value: str) -> str:
    try:
        ipaddress.ip_network(value)
    except ValueError:
        problem = host_problem(value.removeprefix("*.").lower())
        if problem or "/" in value:
            raise ValueError(
                f"'{value[:80]}' is neither an IP address, a CIDR block, a host nor one that begins with `*.`"
            ) from None
    return value.lower()


AllowedAddress = Annotated[str, AfterValidator(_allowed)]
"""An IP address, a CIDR block, a host, or all hosts below one (`*.example.com`)."""


def _given_suffix(value: str) -> str:
    suffix = value.lower().removesuffix(".")
    problem = host_problem(suffix)
    if problem and suffix != "*":
        raise ValueError(f"'{value[:80]}' is neither the end of hosts, such as shop.example.com, nor `*`: {problem}")
    return suffix


GivenSuffix = Annotated[str, AfterValidator(_given_suffix)]
"""A host with all hosts below it, or `*`: every host that is given to nobody else."""


class StackConfig(Model):
    """Everything below `federation:` in a stack file."""

    clusters: Section[dict[str, Section[Cluster]]] = Field(default_factory=dict)
    """The clusters by name."""
    workspaces: Section[dict[str, Section[Workspace]]] = Field(default_factory=dict)
    """The workspaces by name."""
    istio_namespaces: Items[NamespacePattern] | None = None
    """Istio's own namespaces: only their Services are east-west gateways, and only istiods, mesh configs and root
    certificates in them count. `*` stands for any characters. Without it, those that installers of Istio and Gloo make
    (docs/security.md)."""
    global_settings: WorkspaceSettingsSpec | None = None
    """The WorkspaceSettings named `global`: each field that it sets overrides the workspaces' own."""
    resources: ManyItems[dict[str, Any]] = ()
    """Gloo objects, as they stand in Gloo YAML."""
    files: ManyItems[GlooFiles] = ()
    """Gloo YAML files."""
    policy_inheritance: Enum[PolicyInheritance] = PolicyInheritance.OVERRIDE
    """Client-side policies of imported destinations. `override`: the owner's apply, and an importing workspace's own
    replace them for its proxies, kind by kind. `source`: only the owner's. `none`: only the importing workspace's."""
    placement: Enum[Placement] = Placement.NAMESPACE
    """`namespace`: a copy in each namespace that may use a host. `shared`: one object per cluster and workspace."""
    group_shape: Enum[GroupShape] = GroupShape.LOCAL_ONLY_HOST
    """`localOnlyHost`: what came in through a gateway stays in its cluster. `workloadEntry`: as Gloo writes groups."""
    hosts: Section[dict[str, Items[GivenSuffix]]] = Field(default_factory=dict)
    """The hosts that belong to workspaces, by their ends: `shop: [shop.example.com]`. They are nobody else's. A
    workspace that has an entry uses hosts of its entry only, unless `*` is in it."""
    allowed_addresses: Items[AllowedAddress] = ()
    """Addresses and hosts that resources may name although they are inside: the machine, the cluster, the cloud."""
    allowed_annotations: Items[str] = ()
    """Keys, or prefixes before a `/`, of annotations that resources may give to objects although they steer tools."""
