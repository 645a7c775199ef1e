"""A plan without any object: fine where nothing asks for one, else an error.

Whoever applies an empty plan deletes all that was declared before. A misspelled cluster leads to one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from fedlib.config.other_documents import counted
from fedlib.diagnostics import Ref, Report, catalogue
from fedlib.snapshot.model import Snapshot, Workspace


def report_empty_plan(stack: str, snapshot: Snapshot, report: Report) -> None:
    """Report that nothing would be declared although the input asks for something.

    Resources do, and settings that federate, isolate or trim. Workspaces alone do not: a stack may begin with them. An
    error that was reported already is the reason, and needs no second one.
    """
    wanted = [*_wanted(snapshot)]
    if wanted and not report.has_errors:
        report.add(catalogue.EMPTY_PLAN, Ref("Stack", stack), wanted="; ".join(wanted))


def _wanted(snapshot: Snapshot) -> Iterator[str]:
    """What asks for objects, in words."""
    for name, workspace in sorted(snapshot.workspaces.items()):
        words = [*_options(workspace)]
        if words:
            yield f"workspace '{name}' sets {' and '.join(words)}"
    kinds = Counter(ref.kind for ref in snapshot.inputs if ref.kind in snapshot.resources)
    if kinds:
        yield f"there are resources: {counted(kinds)}"


def _options(workspace: Workspace) -> Iterator[str]:
    options = workspace.settings.options
    if options.federation is not None and options.federation.enabled:
        yield "federation"
    if options.service_isolation is not None and options.service_isolation.enabled:
        yield "serviceIsolation"
    if options.trim_all_proxy_config:
        yield "trimAllProxyConfig"
