"""Finds the programs that the engine tests drive, or says why the tests cannot run."""

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]

KUBERNETES_PLUGIN = "pulumi-resource-kubernetes"


class MissingToolError(Exception):
    """A program is missing: the message says which one and how to get it."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What the test bed runs; without `kubernetes_plugin` the provider's double stands in."""

    etcd: Path
    kube_apiserver: Path
    istio_crds: Path
    pulumi: Path
    openssl: Path
    kubernetes_plugin: Path | None


def cache_of_tools() -> Path:
    """Where tools/build puts what it builds."""
    return Path(os.environ.get("FEDLIB_TOOL_CACHE") or REPOSITORY / ".cache" / "tools")


def find_tools() -> Tools:
    """All the tools, or a `MissingToolError` that names everything that is missing at once."""
    cache = cache_of_tools()
    found = {
        "etcd": _file(cache / "etcd"),
        "kube-apiserver": _file(cache / "kube-apiserver"),
        "istio-crds.yaml": _file(cache / "istio-crds.yaml"),
        "pulumi": _pulumi(cache),
        "openssl": _on_path("openssl"),
    }
    missing = sorted(name for name, path in found.items() if path is None)
    if missing:
        raise MissingToolError(
            f"{', '.join(missing)} not found: run tools/build (Go and some minutes needed)"
            + ("; openssl comes from the system" if "openssl" in missing else "")
        )
    present = {name: path for name, path in found.items() if path is not None}
    return Tools(
        etcd=present["etcd"],
        kube_apiserver=present["kube-apiserver"],
        istio_crds=present["istio-crds.yaml"],
        pulumi=present["pulumi"],
        openssl=present["openssl"],
        kubernetes_plugin=_on_path(KUBERNETES_PLUGIN) or _installed_plugin(Path.home()),
    )


def _pulumi(cache: Path) -> Path | None:
    """The CLI that `PULUMI` names, else the one on PATH, else the one that tools/build made."""
    named = os.environ.get("PULUMI")
    if named:
        chosen = _on_path(named)
        if chosen is None:
            raise FileNotFoundError(f"PULUMI={named} is not a program")
        return chosen
    return _on_path("pulumi") or _file(cache / "pulumi")


def _installed_plugin(home: Path) -> Path | None:
    """The newest Kubernetes plugin that `pulumi plugin install` left in the user's home."""
    base = Path(os.environ.get("PULUMI_HOME") or home / ".pulumi")
    installed = (base / "plugins").glob(f"resource-kubernetes-v*/{KUBERNETES_PLUGIN}")
    return max(installed, key=_version_of, default=None)


def _version_of(plugin: Path) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", plugin.parent.name))


def _on_path(name: str) -> Path | None:
    located = shutil.which(name)
    return Path(located).resolve() if located else None


def _file(path: Path) -> Path | None:
    return path.resolve() if path.is_file() else None
