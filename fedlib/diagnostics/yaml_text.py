"""Plain data as YAML that every parser reads back as the same data."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import yaml

_BaseDumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class _Dumper(_BaseDumper):  # type: ignore[misc]
    """Quotes every string that YAML 1.1 or YAML 1.2 would read as something else, and writes no aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        """Write shared parts out."""
        return True


# PyYAML leaves `1e5` and `0o17` bare, which Kubernetes' parser takes for numbers
_Dumper.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"^[-+]?(?:0o[0-7]+|\.?[0-9][0-9.]*(?:[eE][-+]?[0-9]+)?)$"),
    list("-+.0123456789"),
)


def dump_yaml(value: Any) -> str:
    """A value in block style, keys sorted, long strings in one line."""
    return dump_documents([value])


def dump_documents(values: Iterable[Any]) -> str:
    """Values as documents, with a separator between them."""
    return str(yaml.dump_all(values, Dumper=_Dumper, sort_keys=True, default_flow_style=False, width=2**16))
