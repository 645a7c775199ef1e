"""What Istio itself leaves in a cluster: istiod's Deployment, its mesh config, the root certificate that proxies trust.

Only settings that federation depends on are kept, by name: a mesh config or an environment may hold secrets.
Sources: Istio's chart `istiod`, `MeshConfig` of istio.io/api, and `initMeshConfiguration` of istiod.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from typing import Any, Final

from fedlib.diagnostics import Ref, Report
from fedlib.diagnostics.source import Origin, Source, as_mapping, parse_yaml
from fedlib.diagnostics.yaml_text import dump_yaml
from fedlib.discovery.fields import Part
from fedlib.discovery.inventory import Istiod, LabelSelector, MeshConfig, RootCertificate

ROOT_CERTIFICATE: Final = "istio-ca-root-cert"
SYSTEM_NAMESPACE: Final = "istio-system"
ISTIO_GROUP: Final = "networking.istio.io"
SHARED_CONFIG: Final = "SHARED_MESH_CONFIG"

CLUSTER_ID: Final = "CLUSTER_ID"
DEFAULT_CLUSTER_ID: Final = "Kubernetes"

ENVIRONMENT: Final = (
    CLUSTER_ID,
    "PILOT_ENABLE_SERVICEENTRY_SELECT_PODS",
    "PILOT_SCOPE_GATEWAY_TO_NAMESPACE",
    "PILOT_SKIP_VALIDATE_TRUST_DOMAIN",
)
"""The settings of istiod that federation depends on."""

DEFAULTS: Final[Mapping[str, Any]] = {
    "defaultDestinationRuleExportTo": None,
    "defaultHttpRetryPolicy": None,
    "defaultServiceExportTo": None,
    "defaultTrafficPolicy": None,
    "defaultVirtualServiceExportTo": None,
    "localityLbSetting": None,
    "outboundTrafficPolicy": {"mode": None},
    "serviceEntryVisibility": None,
}
"""The fields of a mesh config that hold for all objects and proxies."""

MESH: Final[Mapping[str, Any]] = {
    **DEFAULTS,
    "caCertificates": {"trustDomains": None},
    "defaultConfig": {"proxyMetadata": {"ISTIO_META_DNS_CAPTURE": None}},
    "discoverySelectors": {"matchLabels": None, "matchExpressions": None},
    "enableAutoMtls": None,
    "localityLbSetting": {"enabled": None},
    "rootNamespace": None,
    "trustDomain": None,
    "trustDomainAliases": None,
}
"""The fields of a mesh config that are kept; those of each item where a field is a list."""

_DEFAULT: Final = "default"
_REVISION: Final = "istio.io/rev"
_ROOT_KEY: Final = "root-cert.pem"
_CONFIG_NAME: Final = re.compile(r"istio(-[-a-z0-9.]+)?")
_LONGEST_IMAGE: Final = 500
"""Characters from the end of an image's name that are looked at: a tag has 128, and a digest 71."""
_TAG: Final = re.compile(r":v?(\d+\.\d+(?:\.\d+)?)[^/:@]*(?:@|$)")
_CERTIFICATE: Final = re.compile(r"-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+?-----END CERTIFICATE-----")


def is_istiod(document: Any) -> bool:
    """Whether a Deployment is istiod: Istio's charts label its pods so."""
    if as_mapping(document).get("kind") != "Deployment":
        return False
    template = as_mapping(as_mapping(document.get("spec")).get("template"))
    return as_mapping(as_mapping(template.get("metadata")).get("labels")).get("app") == "istiod"


def read_istiod(labels: Mapping[str, str], containers: list[Part]) -> Istiod:
    """The settings of an istiod from the containers of its pod template: one of them is `discovery`."""
    container = next((one for one in containers if one.text("name") == "discovery"), None)
    if container is None:
        return Istiod(labels.get(_REVISION, _DEFAULT), complete=False)
    variables = {one.text("name"): one for one in container.parts("env")}
    tag = _TAG.search(container.text("image")[-_LONGEST_IMAGE:])
    return Istiod(
        revision=labels.get(_REVISION, _DEFAULT),
        version=tag.group(1) if tag else "",
        environment={
            name: None if "valueFrom" in variable.data else variable.text("value")
            for name, variable in sorted(variables.items())
            if name in ENVIRONMENT
        },
        complete=not container.parts("envFrom"),
        shared_config=variables[SHARED_CONFIG].text("value") if SHARED_CONFIG in variables else "",
    )


def config_name(revision: str) -> str:
    """The ConfigMap with the mesh config of a revision."""
    return "istio" if revision in ("", _DEFAULT) else f"istio-{revision}"


def is_config_name(name: str) -> bool:
    """Whether a ConfigMap of this name may hold a mesh config."""
    return _CONFIG_NAME.fullmatch(name) is not None


def holds_settings(document: Any) -> bool:
    """Whether a ConfigMap may be one of those that `read_config_map` reads, by its name."""
    name = as_mapping(as_mapping(document).get("metadata")).get("name")
    return isinstance(name, str) and is_config_name(name)


def read_config_map(part: Part, ref: Ref, origin: Origin | None) -> MeshConfig | RootCertificate | None:
    """The mesh config or the root certificate in a ConfigMap; None for all other ConfigMaps.

    A mesh config that is no YAML mapping is not `readable`: whether that matters depends on where it stands.
    """
    data = part.part("data")
    if ref.name == ROOT_CERTIFICATE:
        found = tuple(sorted({_fingerprint(one) for one in _certificates(data.text(_ROOT_KEY))}))
        return RootCertificate(ref.cluster, ref.namespace, ref.name, found, origin) if found else None
    if "mesh" not in data.data:
        return None
    mesh = _mesh(data.text("mesh"))
    if mesh is None:
        return MeshConfig(ref.cluster, ref.namespace, ref.name, readable=False, origin=origin)
    return _mesh_config(mesh, ref, origin)


def keep_config_map(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """The part of a ConfigMap that a recording holds: what `read_config_map` reads, and nothing else."""
    data = as_mapping(document.get("data"))
    metadata = as_mapping(document["metadata"])
    if metadata["name"] == ROOT_CERTIFICATE:
        kept = {_ROOT_KEY: "".join(f"{one}\n" for one in _certificates(str(data.get(_ROOT_KEY))))}
    else:
        kept = {"mesh": dump_yaml(_prune(_mesh(str(data.get("mesh"))) or {}, MESH))}
    named = {key: metadata[key] for key in ("name", "namespace")}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": named, "data": kept}


def _certificates(text: str) -> list[str]:
    return [match.group() for match in _CERTIFICATE.finditer(text)]


def _fingerprint(certificate: str) -> str:
    """SHA-256 of the certificate's DER form."""
    body = "".join(line.strip() for line in certificate.splitlines() if not line.startswith("-----"))
    try:
        return hashlib.sha256(base64.b64decode(body, validate=True)).hexdigest()
    except binascii.Error:
        return hashlib.sha256(body.encode()).hexdigest()


def _mesh(text: str) -> dict[str, Any] | None:
    """The mesh config of a text with the names of Istio's JSON; None when it is no mapping."""
    documents = parse_yaml(text, Source("mesh config"), Report())
    if not text.strip():
        return {}
    if len(documents) != 1 or not isinstance(documents[0], Mapping):
        return None
    mesh = _camel_case(documents[0])
    if isinstance(mesh.get("defaultConfig"), Mapping):
        mesh["defaultConfig"] = _camel_case(mesh["defaultConfig"])
    return mesh


def _camel_case(mapping: Mapping[str, Any]) -> dict[str, Any]:
    """Istio reads `trust_domain` and `trustDomain` alike."""
    return {re.sub(r"_([a-z])", lambda match: match.group(1).upper(), key): item for key, item in mapping.items()}


def _prune(value: Any, keep: Mapping[str, Any] | None) -> Any:
    """The kept fields of a value; nothing of one that is not the mapping or list that it should be."""
    if keep is None:
        return value
    if isinstance(value, list):
        return [_prune(item, keep) for item in value]
    return {key: _prune(value[key], inner) for key, inner in keep.items() if key in as_mapping(value)}


def _mesh_config(mesh: Mapping[str, Any], ref: Ref, origin: Origin | None) -> MeshConfig:
    metadata = as_mapping(as_mapping(mesh.get("defaultConfig")).get("proxyMetadata"))
    authorities = [as_mapping(one) for one in _list(mesh.get("caCertificates"))]
    return MeshConfig(
        ref.cluster,
        ref.namespace,
        ref.name,
        stated=frozenset(mesh) & frozenset(MESH),
        trust_domain=str(mesh.get("trustDomain") or "cluster.local"),
        trust_domain_aliases=_texts(mesh.get("trustDomainAliases")),
        ca_domains=tuple(name for one in authorities for name in _texts(one.get("trustDomains")))
        if authorities
        else None,
        dns_capture=is_true(str(metadata.get("ISTIO_META_DNS_CAPTURE", ""))),
        auto_mtls=mesh.get("enableAutoMtls") is not False,
        locality_lb=as_mapping(mesh.get("localityLbSetting")).get("enabled") is not False,
        discovery_selectors=tuple(_selector(as_mapping(one)) for one in _list(mesh.get("discoverySelectors"))),
        defaults=_prune({key: item for key, item in mesh.items() if key in DEFAULTS}, DEFAULTS),
        root_namespace=str(mesh.get("rootNamespace") or ""),
        origin=origin,
    )


def keep_istiod(document: Mapping[str, Any], kept: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a recording holds of an istiod: that of any Deployment (`kept`), and what `read_istiod` reads."""
    template, originals = kept["spec"]["template"], document["spec"]["template"]["spec"].get("containers") or ()
    pairs = zip(template["spec"].get("containers") or (), originals, strict=True)
    containers = [{**short, **_settings(one)} if one.get("name") == "discovery" else short for short, one in pairs]
    spec = {**template["spec"], "containers": containers}
    return {**kept, "spec": {**kept["spec"], "template": {**template, "spec": spec}}}


def _settings(container: Mapping[str, Any]) -> dict[str, Any]:
    """The image and the known variables of a container; of others only that there are some."""
    named = [one for one in container.get("env") or () if one.get("name") in (*ENVIRONMENT, SHARED_CONFIG)]
    variables = [{**one, "valueFrom": {}} if "valueFrom" in one else one for one in named]
    elsewhere: dict[str, Any] = {"envFrom": [{}]} if container.get("envFrom") else {}
    return {"image": container.get("image"), "env": variables, **elsewhere}


def is_true(text: str) -> bool:
    """Whether Istio takes the value of a variable for true."""
    return text in ("1", "t", "T", "true", "TRUE", "True")


def _selector(selector: Mapping[str, Any]) -> LabelSelector:
    expressions = (as_mapping(one) for one in _list(selector.get("matchExpressions")))
    return LabelSelector(
        {key: str(value) for key, value in as_mapping(selector.get("matchLabels")).items()},
        tuple(
            (str(one.get("key", "")), str(one.get("operator", "")), _texts(one.get("values"))) for one in expressions
        ),
    )


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(str(item) for item in _list(value))
