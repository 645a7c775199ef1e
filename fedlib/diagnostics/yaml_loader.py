"""The loader of YAML, for reading input and for the lines of its fields."""

from __future__ import annotations

import re
from typing import Any, Final

import yaml

LONGEST_NUMBER: Final = 400
"""Digits of a number; no field has room for so many, and Python refuses some thousands."""

_BaseLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class YamlLoader(_BaseLoader):  # type: ignore[misc]
    """PyYAML's safe loader with the plain scalars of YAML 1.2.

    Without timestamps, base 60 and the octal `010`: `kubectl` and Gloo read `1:30` and dates as strings.
    """


YamlLoader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE|yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF)$", "tTfFyYnNoO"),
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("int", r"^(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$", "-+0123456789"),
    ("float", r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$", "-+0123456789."),
    ("float", r"^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$", "-+."),
    ("merge", r"^(?:<<)$", "<"),
):
    YamlLoader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first))


def _construct_int(loader: Any, node: yaml.ScalarNode) -> int:
    text = loader.construct_scalar(node).lower()
    if len(text) > LONGEST_NUMBER:
        problem = f"a number has {len(text)} digits"
        raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark)
    if text.startswith("0o"):
        return int(text[2:], 8)
    return int(text, 16) if text.startswith("0x") else int(text)


YamlLoader.add_constructor("tag:yaml.org,2002:int", _construct_int)
