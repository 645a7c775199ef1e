"""What a golden file holds: findings, statuses, and the objects of each cluster that the case is about.

Most objects of a case are those of any mesh: an object that is the same in one of a few base cases is one line that
names the base case. Nothing is dropped: `expanded` gives the whole text back.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import yaml

from fedlib.compilation import Compilation
from fedlib.diagnostics.text import owner_text
from tests.golden_case import GOLDEN, compile_case
from tests.placed import Placed, placed

BASES: Final = (
    "groups/host-of-ungrouped-federation",
    "externals/hosts-of-others",
    "attachment/connection-without-selector",
    "routes/imported-table",
    "inheritance/none",
    "envoy-filters/server-elsewhere",
    "isolation/tls-termination",
    "externals/egress-and-a-route-table",
)
"""Cases that show the objects which many others have too; their own files show everything."""

Shown = dict[str, Any]


def show(compilation: Compilation, case: str) -> str:
    """The golden file of a case (`<topic>/<name>`)."""
    return _text(shorten(whole(compilation), case))


def whole(compilation: Compilation) -> Shown:
    """Everything as plain data: findings, statuses, and the objects of each cluster."""
    shown: Shown = {
        "findings": [
            {
                "code": f"{finding.code.id} {finding.code.title}",
                "severity": finding.severity.value,
                "owner": owner_text(finding.owner),
                "subject": str(finding.subject),
                **({"at": str(finding.location)} if str(finding.location) else {}),
                "message": finding.message,
                "hint": finding.hint,
            }
            for finding in compilation.report
        ],
        "statuses": {str(status.resource): status.state.value for status in compilation.statuses},
        "clusters": {},
    }
    for one in placed(compilation.plan):
        shown["clusters"].setdefault(one.cluster, []).append(_object(one))
    return shown


def shorten(shown: Shown, case: str) -> Shown:
    """The same, with a line for each object that a base case has too, in the same cluster."""
    if case in BASES:
        return shown
    clusters = {
        cluster: [_line(cluster, one) or one for one in objects] for cluster, objects in shown["clusters"].items()
    }
    return {**shown, "clusters": clusters}


def expand(shown: Shown) -> Shown:
    """What `shorten` was given."""
    clusters = {
        cluster: [_named()[cluster, one] if isinstance(one, str) else one for one in objects]
        for cluster, objects in shown["clusters"].items()
    }
    return {**shown, "clusters": clusters}


def _object(one: Placed) -> Shown:
    spec = dict(one.spec)
    first = {"hosts": spec.pop("hosts")} if "hosts" in spec else {}
    return {
        "kind": one.kind,
        "name": one.name,
        "namespaces": list(one.namespaces),
        "parent": str(one.lineage.parent),
        "workspace": one.lineage.workspace,
        **({"annotations": dict(one.annotations)} if one.annotations else {}),
        "spec": {**first, **spec},
    }


def _line(cluster: str, one: Shown) -> str:
    """The line that stands for an object; empty where no base case has it."""
    return _lines().get((cluster, _text(one)), "")


@functools.cache
def _lines() -> dict[tuple[str, str], str]:
    return {(cluster, _text(one)): line for (cluster, line), one in reversed(_named().items())}


@functools.cache
def _named() -> dict[tuple[str, str], Shown]:
    """The objects of the base cases by cluster and line."""
    return {
        (cluster, f"{one['kind']} {one['name']} in {', '.join(one['namespaces'])}, as in {base}"): one
        for base in BASES
        for cluster, one in _objects(GOLDEN / f"{base}.in.yaml")
    }


def _objects(path: Path) -> Iterator[tuple[str, Shown]]:
    for cluster, objects in whole(compile_case(path))["clusters"].items():
        yield from ((cluster, one) for one in objects)


def _text(shown: Shown) -> str:
    return yaml.dump(shown, Dumper=_Dumper, sort_keys=False, width=120, allow_unicode=True)


class _Dumper(yaml.SafeDumper):
    """Without anchors, and with short lists in one line."""

    def ignore_aliases(self, data: Any) -> bool:
        """Write shared parts out."""
        return True


def _flow_short_lists(dumper: yaml.SafeDumper, data: list[Any]) -> yaml.Node:
    short = all(isinstance(item, str | int) for item in data) and not any(" in " in str(item) for item in data)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", data, flow_style=short)


_Dumper.add_representer(list, _flow_short_lists)
