"""How many matches VirtualServices may have: one for each matcher of each route, and for each set of proxies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from fedlib.config.selectors import HTTPRequestMatcher, TLSRequestMatcher
from fedlib.diagnostics import Report, catalogue
from fedlib.federation.routes.binding import Binding
from fedlib.federation.routes.delegation import FlatRoute
from fedlib.federation.routes.hosts import uses_sidecars
from fedlib.federation.routes.tables import Table, source_labels
from fedlib.snapshot.allowance import Allowance

MAX_MATCHES: Final = 100_000
"""Of all root tables of one workspace. A match counts again for each 200 bytes that it has, and for each gateway and
each of the workloadSelectors that say whose proxies it is for."""

_UNIT: Final = 200


@dataclass(frozen=True, slots=True)
class MatchLimits:
    """Counts the matches of each workspace; ask for the oldest table first."""

    report: Report
    _allowed: Allowance = field(default_factory=lambda: Allowance(MAX_MATCHES))

    def fits(self, table: Table, routes: Sequence[FlatRoute], bindings: Sequence[Binding]) -> bool:
        """Whether a root table may be translated; one that is too much is reported."""
        gateways = sum(len(binding.gateways) for binding in bindings)
        labelled = uses_sidecars(table)
        matches = 0
        for route in routes:
            callers = gateways + (max(1, len(route.source_labels)) if labelled else 0)
            matches += callers * _size_of_matchers(route.matchers)
        everyone = gateways + (max(1, len(source_labels(table.spec))) if labelled else 0)
        matches += everyone * sum(_size_of_names(route.matchers) for route in table.spec.tls)
        matches += everyone * sum(max(1, len(route.matchers)) for route in table.spec.tcp)
        if self._allowed.take(table.workspace, matches):
            return True
        self.report.add(
            catalogue.WORKSPACE_TOO_MUCH, table.ref, table.resource.at(),
            problem="the routes of RouteTables have too many matches", workspace=table.workspace,
            limit=f"{MAX_MATCHES} matches",
            advice="a matcher counts for each gateway and each workloadSelector: let a table have fewer of them",
        )  # fmt: skip
        return False


def _size_of_matchers(matchers: Sequence[HTTPRequestMatcher]) -> int:
    size = sum(len(matcher.model_dump_json(exclude_defaults=True)) for matcher in matchers)
    return max(1, len(matchers)) + size // _UNIT


def _size_of_names(matchers: Sequence[TLSRequestMatcher]) -> int:
    return max(1, len(matchers)) + sum(len(name) for matcher in matchers for name in matcher.sni_hosts) // _UNIT
