"""Kubeconfigs: what works, and what is refused in words that hold nothing of the contents."""

from __future__ import annotations

import dataclasses
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from fedlib.diagnostics import Report
from fedlib.discovery.live import discover_live
from fedlib.discovery.live_cluster import LiveCluster
from tests.discovery.api_double import ApiDouble
from tests.discovery.conftest import FAST, TOKEN, from_file, kubeconfig


def discover(cluster: LiveCluster, **limits: float) -> list[str]:
    report = Report()
    found = discover_live({"eu": cluster}, report, limits=dataclasses.replace(FAST, **limits))  # type: ignore[arg-type]
    assert TOKEN not in repr(list(report))
    assert bool(found) == (not report.has_errors)
    return [finding.message for finding in report]


def unusable(cluster: LiveCluster) -> str:
    (message,) = discover(cluster)
    start = "the kubeconfig of cluster 'eu' cannot be used: "
    assert message.startswith(start)
    return message.removeprefix(start)


def edited(text: str, **cluster: Any) -> str:
    document = yaml.safe_load(text)
    document["clusters"][0]["cluster"].update(cluster)
    return yaml.safe_dump(document)


def test_a_file_with_its_current_context(server: ApiDouble, tmp_path: Path) -> None:
    assert discover(from_file(tmp_path, kubeconfig(server.url))) == []


def test_a_file_with_a_named_context(server: ApiDouble, tmp_path: Path) -> None:
    assert discover(from_file(tmp_path, kubeconfig(server.url), "here")) == []


def test_a_path_below_the_server(server: ApiDouble, tmp_path: Path) -> None:
    message = discover(from_file(tmp_path, kubeconfig(f"{server.url}/k8s/clusters/c-1")), attempts=1)
    assert any(path.startswith("k8s/clusters/c-1/api") for path in server.requests)
    assert len(message) == 1


def test_a_missing_file(tmp_path: Path) -> None:
    cluster = LiveCluster("eu", tmp_path / "none", shown="~/.kube/config")
    assert unusable(cluster) == "there is no file ~/.kube/config"


def test_a_folder(tmp_path: Path) -> None:
    assert unusable(LiveCluster("eu", tmp_path, shown="~/.kube")) == "~/.kube cannot be read: is a directory"


def test_an_unknown_context(tmp_path: Path) -> None:
    cluster = from_file(tmp_path, kubeconfig("https://x.test"), "hero")
    assert unusable(cluster) == "it has no context 'hero'; did you mean 'here'?"


def test_names_in_a_secret_are_not_shown() -> None:
    cluster = LiveCluster("eu", context="hero", contents=kubeconfig("https://x.test"))
    assert unusable(cluster) == "it has no context 'hero'"


def test_a_context_without_its_cluster(tmp_path: Path) -> None:
    cluster = from_file(tmp_path, kubeconfig("https://x.test"), "broken")
    assert unusable(cluster) == "the cluster that its context names is not in it"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it is not a kubeconfig"),
        (TOKEN, "it is not a kubeconfig"),
        (f"a: [{TOKEN}", "it is not valid YAML"),
        (f"token: {TOKEN}", "it has no current context; name one with `context:`"),
        (f"current-context: {TOKEN}", "it has no such context as its current-context names"),
        (f"current-context: x\ncontexts: {TOKEN}", "it has no such context as its current-context names"),
    ],
)
def test_broken_contents(text: str, reason: str) -> None:
    assert unusable(LiveCluster("eu", contents=text)) == reason


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        (None, "the server of its cluster is not a URL"),
        ("x.test:6443", "the server of its cluster is not an https:// URL"),
        ("ftp://x.test", "the server of its cluster is not an https:// URL"),
        (f"https://user:{TOKEN}@x.test", "the server's URL holds a user name or password; put them into the user"),
    ],
)
def test_server_urls(url: Any, reason: str) -> None:
    assert unusable(LiveCluster("eu", contents=kubeconfig(url))) == reason


@pytest.mark.parametrize("setting", ["as", "auth-provider"])
def test_settings_of_a_user_that_would_be_ignored_are_refused(setting: str) -> None:
    text = kubeconfig("https://x.test", TOKEN, **{setting: {"name": TOKEN}})
    assert unusable(LiveCluster("eu", contents=text)) == f"`{setting}` of its user is not supported"


def test_settings_of_a_cluster_that_would_be_ignored_are_refused() -> None:
    text = edited(kubeconfig("https://x.test"), **{"tls-server-name": "y.test"})
    assert unusable(LiveCluster("eu", contents=text)) == "`tls-server-name` of its cluster is not supported"


FIELD = "a field of the chosen context, its cluster or its user is not what a kubeconfig holds"


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"certificate-authority": "none.crt"}, "a certificate or key that it names cannot be read"),
        ({"certificate-authority-data": "eA=="}, "a certificate or key that it names cannot be used"),
        ({"certificate-authority-data": "e"}, FIELD),
        ({"insecure-skip-tls-verify": "yes"}, FIELD),
        ({"proxy-url": 7}, "the proxy-url of its cluster is not a URL"),
        ({"proxy-url": f"ftp://u:{TOKEN}@x.test"}, FIELD),
    ],
)
def test_broken_settings_of_a_cluster(tmp_path: Path, settings: dict[str, Any], reason: str) -> None:
    assert unusable(from_file(tmp_path, edited(kubeconfig("https://x.test"), **settings))) == reason


@pytest.mark.parametrize("user", [{"token": ["x"]}, {"client-certificate-data": "eA=="}, {"exec": "aws"}])
def test_broken_settings_of_a_user(user: dict[str, Any]) -> None:
    message = unusable(LiveCluster("eu", contents=kubeconfig("https://x.test", **user)))
    assert message.startswith(("a field of the chosen context", "a certificate or key"))


def test_a_token_with_a_line_break(server: ApiDouble) -> None:
    (message,) = discover(LiveCluster("eu", contents=kubeconfig(server.url, f"{TOKEN}\nx")))
    assert message.endswith("the request could not be written: is there a line break in its token?")


def test_a_user_without_credentials(server: ApiDouble) -> None:
    document = yaml.safe_load(kubeconfig(server.url))
    del document["contexts"][0]["context"]["user"]
    assert discover(LiveCluster("eu", contents=yaml.safe_dump(document))) == []
    assert server.authorizations == {""}


def test_a_token_file_beside_the_kubeconfig(server: ApiDouble, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(TOKEN, encoding="utf-8")
    assert discover(from_file(tmp_path, kubeconfig(server.url, tokenFile="token"))) == []
    assert server.authorizations == {f"Bearer {TOKEN}"}
    (tmp_path / "token").unlink()
    (message,) = discover(from_file(tmp_path, kubeconfig(server.url, tokenFile="token")))
    assert message.endswith("no credentials: the plugin or token file of its kubeconfig failed")


def plugin(folder: Path, script: str) -> dict[str, Any]:
    file = folder / "plugin"
    file.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    file.chmod(0o755)
    return {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": str(file), "args": None}}


def test_a_credential_plugin(server: ApiDouble, tmp_path: Path) -> None:
    script = f"""echo "$KUBERNETES_EXEC_INFO" > {tmp_path}/info; echo '{{"status": {{"token": "{TOKEN}"}}}}'"""
    assert discover(LiveCluster("eu", contents=kubeconfig(server.url, **plugin(tmp_path, script)))) == []
    assert server.authorizations == {f"Bearer {TOKEN}"}
    assert '"client.authentication.k8s.io/v1"' in (tmp_path / "info").read_text(encoding="utf-8")


@pytest.mark.parametrize("script", [f"echo {TOKEN} >&2; exit 3", f"echo {TOKEN}", "echo '{}'", f"echo '[\"{TOKEN}\"]'"])
def test_a_credential_plugin_that_fails(server: ApiDouble, tmp_path: Path, script: str) -> None:
    (message,) = discover(LiveCluster("eu", contents=kubeconfig(server.url, **plugin(tmp_path, script))))
    assert message.endswith("no credentials: the plugin or token file of its kubeconfig failed")


def test_a_credential_plugin_that_hangs(server: ApiDouble, tmp_path: Path) -> None:
    cluster = LiveCluster("eu", contents=kubeconfig(server.url, **plugin(tmp_path, "exec sleep 3")))
    begun = time.monotonic()
    (message,) = discover(cluster, deadline=0.3, grace=0.1)
    assert message == "cluster 'eu' could not be read: it was not read within 0.3 seconds"
    assert time.monotonic() - begun < 2
