"""Hosts that the administrator gives to workspaces, in `federation:hosts`."""

from __future__ import annotations

from collections.abc import Iterable

from fedlib.config.load import Configuration
from fedlib.diagnostics import Ref, Report, catalogue
from fedlib.diagnostics.suggestion import suggest


def given_hosts(configuration: Configuration, workspaces: Iterable[str], report: Report) -> dict[str, tuple[str, ...]]:
    """Workspace -> the ends of its hosts; what is given to a workspace that does not exist is reported."""
    given, known = configuration.config.hosts, set(workspaces)
    for name in sorted(given.keys() - known):
        report.add(
            catalogue.HOSTS_OF_NOBODY, Ref("Stack", configuration.stack), configuration.at(("hosts", name)),
            workspace=name, suggestion=suggest(name, known),
        )  # fmt: skip
    return {name: given[name] for name in sorted(given.keys() & known)}
