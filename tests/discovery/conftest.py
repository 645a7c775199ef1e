"""Live clusters for tests."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
import yaml

from fedlib.discovery.live_cluster import Limits, LiveCluster
from tests.discovery import samples
from tests.discovery.api_double import ApiDouble, serving

TOKEN = "s3cr3t-t0ken-of-the-tests"
FAST = Limits(connect=1, read=0.3, deadline=5, grace=0.3, attempts=3, backoff=0.01, page=2)


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loopback is reached directly whatever the machine's environment says."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True, scope="session")
def one_tls_context() -> Iterator[None]:
    """Loading the system's certificates takes 50 ms for each client, and the doubles speak plain HTTP."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(httpx2, "create_ssl_context", functools.cache(httpx2.create_ssl_context))
        yield


@pytest.fixture
def server() -> Iterator[ApiDouble]:
    with serving(samples.cluster()) as double:
        yield double


def kubeconfig(url: str, token: str = TOKEN, **user: object) -> str:
    return yaml.safe_dump(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "here",
            "contexts": [
                {"name": "here", "context": {"cluster": "c", "user": "u"}},
                {"name": "broken", "context": {"cluster": "gone", "user": "u"}},
            ],
            "clusters": [{"name": "c", "cluster": {"server": url}}],
            "users": [{"name": "u", "user": user or {"token": token}}, {"name": "odd", "user": None}],
        }
    )


def live(server: ApiDouble, name: str = "eu") -> LiveCluster:
    """The cluster that the double plays, reached by the contents of a secret."""
    return LiveCluster(name, contents=kubeconfig(server.url), shown="the secret 'k'")


def from_file(folder: Path, text: str, context: str | None = None) -> LiveCluster:
    """A cluster reached by a kubeconfig file."""
    file = folder / "kubeconfig"
    file.write_text(text, encoding="utf-8")
    return LiveCluster("eu", file, context, shown="~/.kube/config")
