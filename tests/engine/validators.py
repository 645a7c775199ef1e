"""The programs Envoy and istioctl: what they have against what we write."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml

from tests.engine.envoy_config import EnvoyConfig
from tests.engine.envoy_objects import Object, configuration

One = TypeVar("One")


class _Quoted(yaml.CSafeDumper):
    """With all strings in quotes: other parsers than ours take more words for booleans."""


_Quoted.add_representer(str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"'))


class Envoy:
    """The program, a directory for what it reads, and a certificate with its key in one file."""

    def __init__(self, program: Path, directory: Path, certificate: Path) -> None:
        """Write configurations to `directory`."""
        self.program = program
        self.certificate = certificate
        self._file = directory / "envoy.json"

    def refusal(self, config: EnvoyConfig) -> str:
        """What Envoy has against a configuration; empty if nothing."""
        self._file.write_text(json.dumps(config.bootstrap()))
        return _said(self.program, "--mode", "validate", "-c", self._file, "--log-level", "error")

    def refused(self, objects: Sequence[Object]) -> dict[str, str]:
        """The names of the objects that Envoy refuses, and why."""
        found = culprits(objects, lambda some: self.refusal(configuration(some, self.certificate)))
        return {name: refusal for (name, _, _), refusal in found}


class Istioctl:
    """The program, and a directory for what it reads."""

    def __init__(self, program: Path, directory: Path) -> None:
        """Write objects to `directory`."""
        self._program = program
        self._file = directory / "objects.yaml"

    def refusal(self, manifests: Sequence[dict[str, Any]]) -> str:
        """What Istio's admission webhook would have against objects; empty if nothing."""
        self._file.write_text(yaml.dump_all(manifests, Dumper=_Quoted), encoding="ascii")
        return _said(self._program, "validate", "-f", self._file)


def culprits(things: Sequence[One], refusal: Callable[[Sequence[One]], str]) -> list[tuple[One, str]]:
    """Those of some things that are refused, with what is said of each: few questions while nothing is."""
    said = refusal(things) if things else ""
    if not said:
        return []
    if len(things) == 1:
        return [(things[0], said)]
    half = len(things) // 2
    return [*culprits(things[:half], refusal), *culprits(things[half:], refusal)]


def _said(*command: str | Path) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr or f"status {done.returncode}"
