"""`AccessPolicy` (security.policy.gloo.solo.io/v2) as Gloo's schema has it."""

from __future__ import annotations

import enum
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from fedlib.config.gloo import PodLabels
from fedlib.config.model import Enum, FewItems, IPBlock, Items, Model, Section, Text
from fedlib.config.selectors import DestinationSelector, IdentitySelector
from fedlib.config.strings.header import HeaderName


class WorkloadObjectSelector(Model):
    """Selects workloads; fields are ANDed, and an empty selector selects all of the workspace."""

    labels: PodLabels = Field(default_factory=dict)
    """Labels of the pods."""
    namespace: str = ""
    """Their namespace, exactly."""
    cluster: str = ""
    """Their cluster, exactly."""
    workspace: str = ""
    """Their workspace."""


class NamespaceWorkloadSelector(Model):
    """Selects workloads."""

    selector: WorkloadObjectSelector | None = None
    """Which workloads."""


class EnforcementLayers(Model):
    """What enforces a policy."""

    cni: bool = False
    """NetworkPolicies."""
    mesh: bool = False
    """The proxies."""


class PeerTLSMode(enum.StrEnum):
    """Whether clients must use mTLS."""

    DISABLE = "DISABLE"
    PERMISSIVE = "PERMISSIVE"
    STRICT = "STRICT"


class Authentication(Model):
    """How clients identify themselves."""

    tls_mode: Enum[PeerTLSMode] = PeerTLSMode.DISABLE
    """Whether they must use mTLS; STRICT under service isolation."""


class HeaderValues(Model):
    """Values of a header; `*` stands for any characters."""

    values: Items[Text] = ()
    """Any of these."""
    not_values: Items[Text] = ()
    """None of these."""

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if not (self.values or self.not_values):
            raise ValueError("set values, notValues or both")
        return self


class RequestMatch(Model):
    """Conditions on requests."""

    headers: Section[dict[HeaderName, HeaderValues]] = Field(default_factory=dict)
    """On headers, by name."""


class AccessMatch(Model):
    """Further conditions."""

    request: RequestMatch | None = None
    """On requests."""


def _path(value: str) -> str:
    if "*" in value[1:-1] or (len(value) > 1 and value[0] == value[-1] == "*"):
        raise ValueError(f"'{value[:80]}': `*` is allowed at the beginning or at the end")
    if not value:
        raise ValueError("an empty path is none")
    if "{" in value or "}" in value:
        raise ValueError(f"'{value[:80]}': braces are templates to Istio; use `*` at the beginning or at the end")
    return value


class Authorization(Model):
    """Who may do what; fields are ANDed, and an empty one allows nothing."""

    allowed_clients: FewItems[IdentitySelector] = ()
    """Which clients; `{}` stands for all."""
    allowed_paths: Items[Annotated[str, AfterValidator(_path)]] = ()
    """Which paths or gRPC methods; all without an entry. `*` at one end stands for any characters."""
    allowed_methods: Items[Text] = ()
    """Which HTTP methods; all without an entry."""
    match: AccessMatch | None = None
    """Further conditions."""
    allowed_ip_blocks: Items[IPBlock] = ()
    """From which addresses; all without an entry."""
    allowed_remote_ip_blocks: Items[IPBlock] = ()
    """From which addresses by X-Forwarded-For or the PROXY protocol."""
    dry_run: bool = False
    """Whether it is only logged."""


class AccessConfig(Model):
    """How clients identify themselves, and who may do what."""

    authn: Authentication | None = None
    """How clients identify themselves."""
    authz: Authorization | None = None
    """Who may do what, as it was before authzList, which wins."""
    enforcement_layers: EnforcementLayers | None = None
    """What enforces the policy; everything by default."""
    authz_list: Annotated[Items[Authorization], Field(max_length=512)] | None = None
    """Who may do what; entries are ORed."""


class AccessPolicySpec(Model):
    """The spec of an `AccessPolicy`."""

    apply_to_destinations: FewItems[DestinationSelector] = ()
    """Services, unless applyToWorkloads is set; all ports of all destinations without either."""
    apply_to_workloads: FewItems[NamespaceWorkloadSelector] = ()
    """Which workloads."""
    config: Section[AccessConfig] = AccessConfig()
    """How clients identify themselves, and who may do what."""
