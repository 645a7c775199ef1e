"""Annotations that people may give to objects, and those that steer tools.

Source: Kubernetes' rules of qualified names and its limit of 256 KiB for all annotations of an object; what steers a
tool is in its own documentation, under its own prefix.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Annotated, Final

from pydantic import AfterValidator

from fedlib.config.model import Section, host_problem
from fedlib.config.strings.refused import RefusedError, size
from fedlib.diagnostics import catalogue

MAX_BYTES: Final = 262_144 - 4_096
"""Kubernetes' limit, but for what Pulumi and the API server add."""

_NAME: Final = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")

_STEERING: Final = (
    # Kubernetes and its own projects: kubectl, kustomize, external-dns, inventories of appliers
    "kubernetes.io", "k8s.io",
    # what applies objects, waits for them, replaces and prunes them
    "argoproj.io", "carvel.dev", "cattle.io", "cloud.google.com", "crossplane.io", "fluxcd.io", "gke.io", "harness.io",
    "helm.sh", "k14s.io", "keel.sh", "kpt.dev", "octopus.com", "openshift.io", "operatorframework.io", "pulumi.com",
    "skaffold.dev", "spinnaker.io", "terraform.io", "upbound.io", "weave.works", "werf.io",
    # what copies, restores, mutates or deletes objects
    "emberstack.com", "gatekeeper.sh", "kyverno.io", "mittwald.de", "stakater.com", "velero.io",
    # the mesh, Gloo, and this program's own marks
    "istio.io", "solo.io",
)  # fmt: skip
"""Domains whose annotations, and those of their subdomains, steer something."""


def steered(key: str, allowed: Collection[str]) -> str:
    """The domain of the tool that an annotation steers; empty if it steers none, or the administrator allows it.

    Args:
        key: the annotation's key.
        allowed: keys and prefixes that the administrator allows.
    """
    prefix = key.rpartition("/")[0].lower()
    if key in allowed or prefix in allowed:
        return ""
    return next((domain for domain in _STEERING if f".{prefix}".endswith(f".{domain}")), "")


def _key(key: str) -> str:
    problem = _key_problem(key)
    if problem:
        raise RefusedError(
            catalogue.ANNOTATION_REFUSED, f"'{key[:80]}' is no key of an annotation: {problem}",
            "write a name, or a prefix of your own and a name, such as example.com/owner",
        )  # fmt: skip
    return key


def _few(value: Mapping[str, str]) -> Mapping[str, str]:
    total = sum(size(key) + size(text) for key, text in value.items())
    if total > MAX_BYTES:
        problem = f"all annotations together have {total:,} bytes, and Kubernetes takes 256 KiB of an object"
        raise RefusedError(catalogue.ANNOTATION_REFUSED, problem, "keep long texts elsewhere, and annotate their place")
    return value


def _key_problem(key: str) -> str:
    prefix, slash, name = key.rpartition("/")
    if slash and host_problem(prefix.lower()):
        return f"its prefix is no DNS name ({host_problem(prefix.lower())})"
    if not _NAME.fullmatch(name):
        return "the name has 1 to 63 letters, digits, '-', '_' and '.', a letter or digit at both ends"
    return ""


Annotations = Annotated[Section[dict[Annotated[str, AfterValidator(_key)], str]], AfterValidator(_few)]
"""Annotations that Kubernetes takes."""
