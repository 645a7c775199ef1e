"""The configuration of the provider's double: what it checks, compares and connects with."""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from lightkube.config.kubeconfig import KubeConfig
from lightkube.core.exceptions import ConfigError

from .kubernetes_api import KubernetesApi, Manifest
from .live_objects import LiveObjects
from .properties import UNKNOWN

_WHICH_CLUSTER = ("kubeconfig", "context", "cluster")
_NOT_SUPPORTED = ("renderYamlToDirectory", "cluster")


class ConfigurationError(Exception):
    """The provider cannot work with its configuration; never repeats a kubeconfig's content."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a configuration is refused, and the argument that is to blame."""

    property: str
    reason: str


def failures_of(arguments: Mapping[str, Any], *, is_default_provider: bool) -> Iterator[Failure]:
    """What is wrong with the provider's arguments (strict mode comes from them or the stack)."""
    for name in _NOT_SUPPORTED:
        if arguments.get(name):
            yield Failure(name, f'the double does not support "{name}"')
    in_stack = json.loads(os.environ.get("PULUMI_CONFIG") or "{}").get("strictMode")
    if arguments.get("strictMode", in_stack) != "true":
        return
    if is_default_provider:
        yield Failure("", "strict mode prohibits default provider")
    for name in ("kubeconfig", "context"):
        if not arguments.get(name):
            yield Failure(name, f'strict mode requires Provider "{name}" argument')


def replaced_by(old: Mapping[str, Any], new: Mapping[str, Any], changed: list[str]) -> list[str]:
    """The changed arguments that mean another cluster, so that all its objects are replaced."""
    if old.get("clusterIdentifier") and new.get("clusterIdentifier"):
        return [name for name in changed if name == "clusterIdentifier"]
    if UNKNOWN not in (new.get("kubeconfig"), new.get("context")):
        try:
            if _server_of(old) == _server_of(new):
                return []
        except ConfigurationError:
            return []
    return [name for name in changed if name in _WHICH_CLUSTER]


def connect(arguments: Mapping[str, str]) -> LiveObjects:
    """The cluster that the arguments name, as the engine passes them: every value a string."""
    kubeconfig = _parse(arguments.get("kubeconfig", ""))
    try:
        api = KubernetesApi.from_kubeconfig(kubeconfig, arguments.get("context") or None)
    except (ConfigError, KeyError, ValueError, OSError) as error:
        raise ConfigurationError(f"the kubeconfig is not usable: {type(error).__name__}") from None
    api.namespace = arguments.get("namespace") or api.namespace
    return LiveObjects(
        api,
        upserts=_is_on(arguments, "upsertExistingObjects", "PULUMI_K8S_UPSERT_EXISTING_OBJECTS"),
        forces=_is_on(arguments, "enablePatchForce", "PULUMI_K8S_ENABLE_PATCH_FORCE"),
    )


def _is_on(arguments: Mapping[str, str], name: str, variable: str) -> bool:
    return arguments.get(name, os.environ.get(variable)) == "true"


def _server_of(arguments: Mapping[str, Any]) -> str:
    try:
        chosen = KubeConfig.from_dict(_parse(arguments.get("kubeconfig", ""))).get(arguments.get("context"))
    except (ConfigError, KeyError, ValueError) as error:
        raise ConfigurationError(f"the kubeconfig is not usable: {type(error).__name__}") from None
    return "" if chosen is None else chosen.cluster.server


def _parse(path_or_content: str) -> Manifest:
    """A kubeconfig given as a path or as its content."""
    if not path_or_content:
        raise ConfigurationError("the double needs a kubeconfig: it does not look for one itself")
    content = path_or_content
    if "\n" not in content and not content.lstrip().startswith("{"):
        try:
            content = Path(content).expanduser().read_text()
        except OSError as error:
            raise ConfigurationError(f"the kubeconfig is not readable: {error.strerror}") from None
    try:
        parsed = yaml.safe_load(content)
    except yaml.YAMLError:
        parsed = None
    if not isinstance(parsed, dict):
        raise ConfigurationError("the kubeconfig is not a YAML mapping")
    return parsed
