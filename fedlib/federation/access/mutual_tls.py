"""One PeerAuthentication for each selector of pods.

Of several PeerAuthentications with a selector that select a workload, Istio applies the oldest and ignores the others
(`ComposePeerAuthentication` in its source). Gloo writes one for each port of each Service, of which only one port of a
workload would be strict. So all ports of a selector go into one object, with those of every selector that selects some
of the same pods: whichever object is the oldest, it says the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from fedlib.diagnostics import Report, catalogue
from fedlib.discovery.inventory import Workload
from fedlib.federation.model.access import TlsMode, TlsRequirement
from fedlib.snapshot.allowance import Allowance
from fedlib.snapshot.label_selectors import LabelSelectors, label_selectors
from fedlib.snapshot.model import Snapshot

Selector = tuple[tuple[str, str], ...]
_STRENGTH = {mode: strength for strength, mode in enumerate(TlsMode)}


MAX_OVERLAPS: Final = 200_000
"""Pairs of selectors of one workspace that select some of the same pods."""


def merge_requirements(
    requirements: Iterable[TlsRequirement], snapshot: Snapshot, report: Report
) -> tuple[TlsRequirement, ...]:
    """Merge requirements so that pods get what all of them ask for; of two modes of a port the stronger one counts."""
    places: dict[tuple[str, str], list[TlsRequirement]] = defaultdict(list)
    for requirement in requirements:
        places[requirement.cluster, requirement.namespace].append(requirement)
    merged: list[TlsRequirement] = []
    overlaps = _Overlaps(report)
    for place, found in sorted(places.items()):
        merged += _merge(found, snapshot.workloads.get(place, ()), overlaps)
    return tuple(merged)


def _merge(
    requirements: list[TlsRequirement], workloads: tuple[Workload, ...], found: _Overlaps
) -> Iterable[TlsRequirement]:
    by_selector: dict[Selector, list[TlsRequirement]] = defaultdict(list)
    for requirement in requirements:
        by_selector[tuple(sorted(requirement.selector.items()))].append(requirement)
    overlaps = found.of(list(by_selector), workloads, requirements[0].workspace)
    for selector, own in sorted(by_selector.items()):
        concerned = [one for other in overlaps[selector] for one in by_selector[other]]
        ports: dict[int, TlsMode] = {}
        for requirement in concerned:
            for port, asked in requirement.ports.items():
                ports[port] = _stronger(asked, ports.get(port))
        modes = [one.mode for one in concerned if one.mode is not None]
        mode = max(modes, key=lambda one: _STRENGTH[one]) if modes else None
        causes = tuple(dict.fromkeys(cause for one in concerned for cause in one.causes))
        first = min(own, key=lambda one: one.age)
        yield replace(first, ports=dict(sorted(ports.items())), mode=mode, causes=causes)


@dataclass(slots=True)
class _Overlaps:
    """Finds selectors that select some of the same pods."""

    report: Report
    _allowed: Allowance = field(default_factory=lambda: Allowance(MAX_OVERLAPS))

    def of(
        self, selectors: list[Selector], workloads: tuple[Workload, ...], workspace: str
    ) -> Mapping[Selector, set[Selector]]:
        """For each selector of a namespace itself and those that select some of its pods.

        Known workloads tell. One without labels is for the namespace, and goes with none: Istio applies it where those
        for workloads say nothing. Pods of a selector without any are also pods of each selector that asks for less.
        """
        found: dict[Selector, set[Selector]] = {selector: {selector} for selector in selectors}
        filed = label_selectors((dict(selector), selector) for selector in selectors if selector)
        known: set[Selector] = set()
        for workload in workloads:
            selecting = filed.selecting(workload.labels)
            known.update(selecting)
            if not self._allowed.take(workspace, len(selecting) ** 2):
                self._report(workload, len(selecting), workspace)
                continue
            for selector in selecting:
                found[selector].update(selecting)
        for selector in selectors:
            for other in self._wider(selector, filed, workspace) if selector not in known else ():
                found[selector].add(other)
                found[other].add(selector)
        return found

    def _wider(self, selector: Selector, filed: LabelSelectors[Selector], workspace: str) -> list[Selector]:
        """The selectors that ask for a part of what this one asks for."""
        labels = dict(selector)
        return filed.selecting(labels) if self._allowed.take(workspace, filed.candidates(labels)) else []

    def _report(self, workload: Workload, count: int, workspace: str) -> None:
        self.report.add(
            catalogue.WORKSPACE_TOO_MUCH, workload.ref, workload.at(),
            problem=f"Services and policies select its pods by {count} selectors, too many to agree on mTLS",
            workspace=workspace, limit=f"{MAX_OVERLAPS} pairs of selectors with some of the same pods",
            advice="select pods by fewer labels",
        )  # fmt: skip


def _stronger(one: TlsMode, other: TlsMode | None) -> TlsMode:
    return one if other is None or _STRENGTH[one] >= _STRENGTH[other] else other
