"""Finds the programs that the mesh runs, beside those of the engine tests."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from tests.engine.tools import MissingToolError, Tools, cache_of_tools, find_tools

_OF_THE_SYSTEM = ("ip", "nft", "nsenter")
_NAMES = ("pilot-discovery", "pilot-agent", "istioctl", "envoy", "envoy_bootstrap.json")


@dataclass(frozen=True, slots=True)
class MeshTools:
    """The programs of Istio, Envoy, and the tools of the engine tests."""

    engine: Tools
    pilot_discovery: Path
    pilot_agent: Path
    istioctl: Path
    envoy: Path
    bootstrap: Path


def find_mesh_tools() -> MeshTools:
    """All the tools, or a `MissingToolError` that names everything that is missing at once."""
    engine = find_tools()
    cache = cache_of_tools()
    absent = [name for name in _OF_THE_SYSTEM if shutil.which(name) is None]
    if absent:
        raise MissingToolError(
            f"{', '.join(absent)} not found: they come from the system (nftables, iproute2, util-linux)"
        )
    missing = [name for name in _NAMES if not (cache / name).is_file()]
    if missing:
        raise MissingToolError(
            f"{', '.join(missing)} not found: run `tools/build` and `tools/build istio` (Go and some minutes needed)"
        )
    return MeshTools(engine, *((cache / name).resolve() for name in _NAMES))
