"""A kubeconfig to an HTTP client that is logged in, by lightkube.

lightkube knows credentials, TLS and proxies. Here stands what it lacks: clear reasons, only the chosen context
counts, users without credentials, plugins of `client.authentication.k8s.io/v1`, proxy-url. Nothing of a
kubeconfig's contents but names that the user chose in the stack gets into a reason.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import httpx2
import msgspec
import yaml
from lightkube.config import client_adapter
from lightkube.config.kubeconfig import KubeConfig, SingleConfig
from lightkube.core.exceptions import ConfigError

from fedlib.diagnostics.regular_file import read_bytes, reason_of
from fedlib.diagnostics.source import as_mapping
from fedlib.diagnostics.suggestion import suggest
from fedlib.discovery.live_cluster import Limits, LiveCluster

_UNSUPPORTED: Final = {
    "cluster": ("tls-server-name",),
    "user": ("as", "as-uid", "as-groups", "as-user-extra", "auth-provider"),
}
"""Settings that lightkube passes over in silence: without them the requests would mean something else."""

_EXEC_GROUP: Final = "client.authentication.k8s.io"


class UnusableKubeconfigError(Exception):
    """Why a kubeconfig cannot be used, in words for people and without its contents."""


def open_client(cluster: LiveCluster, limits: Limits) -> httpx2.Client:
    """A client for the cluster's API server.

    Raises:
        UnusableKubeconfigError: the kubeconfig is missing or broken, or has no such context.
    """
    chosen = _choose(_load(cluster), cluster)
    proxy = chosen["clusters"][0]["cluster"].get("proxy-url") or None
    if proxy is not None and not isinstance(proxy, str):
        raise UnusableKubeconfigError("the proxy-url of its cluster is not a URL")
    timeout = httpx2.Timeout(limits.read, connect=limits.connect)
    params = client_adapter.ConnectionParams(timeout=timeout, proxy=proxy)
    try:
        config = KubeConfig.from_dict(chosen, fname=cluster.path).get()
        assert isinstance(config, SingleConfig)
        return client_adapter.Client(config, params)
    except (ConfigError, msgspec.MsgspecError, httpx2.InvalidURL, ValueError, TypeError, KeyError):
        reason = "a field of the chosen context, its cluster or its user is not what a kubeconfig holds"
    except ImportError:
        reason = "its proxy needs SOCKS, which this installation does not speak"
    except OSError as error:  # ssl.SSLError is one too
        broken = type(error).__name__.startswith("SSL")
        reason = f"a certificate or key that it names cannot be {'used' if broken else 'read'}"
    raise UnusableKubeconfigError(reason) from None


def chosen_context(cluster: LiveCluster) -> str:
    """The name of the context that is used: the stack's, or the kubeconfig's current one.

    Raises:
        UnusableKubeconfigError: the kubeconfig is missing or broken, or has no such context.
    """
    document = _load(cluster)
    _choose(document, cluster)
    return str(cluster.context or document["current-context"])


def _load(cluster: LiveCluster) -> Mapping[str, Any]:
    try:
        text = cluster.contents if cluster.path is None else read_bytes(cluster.path).decode()
        document = yaml.safe_load(text or "")
    except FileNotFoundError:
        raise UnusableKubeconfigError(f"there is no file {cluster.shown}") from None
    except OSError as error:
        reason = f"{cluster.shown} cannot be read: {reason_of(error)}"
        raise UnusableKubeconfigError(reason) from None
    except (yaml.YAMLError, ValueError, RecursionError):
        raise UnusableKubeconfigError("it is not valid YAML") from None
    if not isinstance(document, dict):
        raise UnusableKubeconfigError("it is not a kubeconfig")
    return document


def _choose(document: Mapping[str, Any], cluster: LiveCluster) -> dict[str, Any]:
    """The kubeconfig with the chosen context only, so that a mistake elsewhere in it does not matter."""
    name = cluster.context or document.get("current-context")
    if not name:
        raise UnusableKubeconfigError("it has no current context; name one with `context:`")
    context = _named(document, "context", name)
    if context is None:
        # names from a secret's contents stay where they are
        known = [] if cluster.contents is not None else _names(document, "context")
        wanted = f"context '{cluster.context}'" if cluster.context else "such context as its current-context names"
        raise UnusableKubeconfigError(f"it has no {wanted}{suggest(str(name), known)}")
    target = _named(document, "cluster", context.get("cluster"))
    if target is None:
        raise UnusableKubeconfigError("the cluster that its context names is not in it")
    user = _named(document, "user", context["user"]) if context.get("user") else {}
    if user is None:
        raise UnusableKubeconfigError("the user that its context names is not in it")
    _check("cluster", target)
    _check("user", user)
    _check_server(target.get("server"))
    return {
        "current-context": "chosen",
        "contexts": [{"name": "chosen", "context": {"cluster": "chosen", "user": "chosen"}}],
        "clusters": [{"name": "chosen", "cluster": target}],
        "users": [{"name": "chosen", "user": _completed(user, cluster.path)}],
    }


def _named(document: Mapping[str, Any], kind: str, name: Any) -> dict[str, Any] | None:
    entries = document.get(f"{kind}s")
    for entry in entries if isinstance(entries, list) else ():
        if as_mapping(entry).get("name") == name:
            found = entry.get(kind)
            return found if isinstance(found, dict) else {}
    return None


def _names(document: Mapping[str, Any], kind: str) -> list[str]:
    entries = document.get(f"{kind}s")
    names = [as_mapping(entry).get("name") for entry in entries] if isinstance(entries, list) else []
    return [name for name in names if isinstance(name, str)]


def _check(part: str, settings: Mapping[str, Any]) -> None:
    unsupported = [key for key in _UNSUPPORTED[part] if settings.get(key)]
    if unsupported:
        raise UnusableKubeconfigError(f"`{unsupported[0]}` of its {part} is not supported")


def _check_server(server: Any) -> None:
    """A URL with a password in it would be written into the client's log."""
    try:
        url = httpx2.URL(server)
    except (httpx2.InvalidURL, TypeError):
        raise UnusableKubeconfigError("the server of its cluster is not a URL") from None
    if url.scheme not in ("http", "https") or not url.host:
        raise UnusableKubeconfigError("the server of its cluster is not an https:// URL")
    if url.userinfo:
        raise UnusableKubeconfigError("the server's URL holds a user name or password; put them into the user")


def _completed(user: Mapping[str, Any], path: Path | None) -> dict[str, Any]:
    """The user's settings in the form that lightkube understands."""
    completed = dict(user)
    if path and isinstance(user.get("tokenFile"), str):
        completed["tokenFile"] = str(path.parent / user["tokenFile"])
    plugin = user.get("exec")
    if isinstance(plugin, dict):
        version = plugin.get("apiVersion")
        request = {"apiVersion": version, "kind": "ExecCredential", "spec": {"interactive": False}}
        environment = [*(plugin.get("env") or ()), {"name": "KUBERNETES_EXEC_INFO", "value": json.dumps(request)}]
        # lightkube 1.0 refuses v1, whose answer is the same; the plugin is told the version that was asked for
        known = f"{_EXEC_GROUP}/v1beta1" if version == f"{_EXEC_GROUP}/v1" else version
        completed["exec"] = {**plugin, "apiVersion": known, "env": environment}
    return completed
