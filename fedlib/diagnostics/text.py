"""Findings as text for people and as JSON for machines."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any, Final

from fedlib.diagnostics.finding import LONGEST_NAME, Finding, Ref, Severity, printable, shortened
from fedlib.diagnostics.status import Status

_MOST_PORTS: Final = 20


def finding_text(finding: Finding) -> str:
    """A finding in three lines at the most: code and subject, place and message, hint."""
    place = f"{finding.location}: " if str(finding.location) else ""
    head = f"{finding.code.id} {finding.code.title} [{finding.subject}]"
    return f"{head}\n  {place}{finding.message}\n  hint: {finding.hint}"


def counts_text(findings: Iterable[Finding]) -> str:
    """`2 errors, 1 warning, 3 infos`; without findings `no findings`."""
    found = [finding.severity for finding in findings]
    words = [
        f"{found.count(severity)} {severity.value}{'' if found.count(severity) == 1 else 's'}"
        for severity in Severity
        if severity in found
    ]
    return ", ".join(words) or "no findings"


def ports_text(ports: Iterable[tuple[int, str]]) -> str:
    """Ports by number and name: `80 (http), 443`; the first ones of very many."""
    listed = [f"{number}{f' ({name})' if name else ''}" for number, name in itertools.islice(ports, _MOST_PORTS + 1)]
    return ", ".join(listed[:_MOST_PORTS]) + (", ..." if len(listed) > _MOST_PORTS else "")


def ref_json(ref: Ref) -> dict[str, str]:
    """An identity without its empty parts."""
    parts = {"kind": ref.kind, "namespace": ref.namespace, "name": ref.name, "cluster": ref.cluster}
    return {key: printable(shortened(value, LONGEST_NAME)) for key, value in parts.items() if value}


def finding_json(finding: Finding) -> dict[str, Any]:
    """A finding with all of its parts; `line` is 0 where there is no file."""
    return {
        "code": finding.code.id,
        "title": finding.code.title,
        "severity": finding.severity.value,
        "subject": ref_json(finding.subject),
        "file": printable(finding.location.file),
        "line": finding.location.line,
        "path": printable(finding.location.path),
        "message": finding.message,
        "hint": finding.hint,
        "related": [ref_json(ref) for ref in finding.related],
    }


def status_json(status: Status) -> dict[str, Any]:
    """A resource's state in Gloo's words, with its messages."""
    return {"resource": ref_json(status.resource), "state": status.state.value, "messages": list(status.messages)}
