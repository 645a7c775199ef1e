"""Findings as text for people and as JSON for machines."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any, Final

from fedlib.diagnostics.finding import LONGEST_NAME, PLATFORM, Finding, Ref, Severity, printable, shortened
from fedlib.diagnostics.finding_groups import FindingGroup, group_id
from fedlib.diagnostics.status import Status

MOST_SHOWN: Final = 3
"""Other places of a group that are named; more are counted."""

_MOST_PORTS: Final = 20


def owner_text(owner: str) -> str:
    """An owner for people."""
    return f"workspace {printable(owner)}" if owner != PLATFORM else "the platform"


def group_text(group: FindingGroup, *, everything: bool = False) -> str:
    """A group in four lines at the most: code, subject and owner; place and message; where else; hint.

    Args:
        group: the group.
        everything: names all places, each in a line.
    """
    first = group.first
    place = f"{first.location}: " if str(first.location) else ""
    lines = [
        f"{group.code.id} {group.code.title} [{first.subject}] of {owner_text(group.owner)}",
        f"  {place}{first.message}",
        *_others(group, everything=everything),
        f"  hint: {first.hint}",
    ]
    return "\n".join(lines)


def _others(group: FindingGroup, *, everything: bool) -> list[str]:
    """Where else the same is wrong."""
    others = [_other(finding, group.first) for finding in group.findings[1:]]
    if everything or not others:
        return [f"  also: {other}" for other in others]
    more = f" and {len(others) - MOST_SHOWN} more" if len(others) > MOST_SHOWN else ""
    return [f"  also: {', '.join(others[:MOST_SHOWN])}{more}"]


def _other(finding: Finding, first: Finding) -> str:
    """What tells a finding from the first one: another thing, or another place of the same thing."""
    place = str(finding.location)
    if finding.subject != first.subject:
        return f"{finding.subject} at {place}" if place else str(finding.subject)
    return place if place and place != str(first.location) else finding.message


def counts_text(groups: Iterable[FindingGroup]) -> str:
    """`2 errors, 1 warning, 3 infos`; without findings `no findings`. What one edit mends counts once."""
    found = [group.severity for group in groups]
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


def owner_json(owner: str) -> dict[str, str]:
    """An owner; a workspace may be named as it likes."""
    return {"kind": "Workspace", "name": owner} if owner != PLATFORM else {"kind": "Platform"}


def finding_json(finding: Finding) -> dict[str, Any]:
    """A finding with all of its parts; `line` is 0 where there is no file, `group` the id of its group."""
    return {
        "code": finding.code.id,
        "title": finding.code.title,
        "severity": finding.severity.value,
        "owner": owner_json(finding.owner),
        "group": group_id(finding),
        "subject": ref_json(finding.subject),
        "file": printable(finding.location.file),
        "line": finding.location.line,
        "path": printable(finding.location.path),
        "message": finding.message,
        "hint": finding.hint,
        "related": [ref_json(ref) for ref in finding.related],
    }


def group_json(group: FindingGroup) -> dict[str, Any]:
    """A group: its id, what its findings have in common, how many there are, and the message of the first."""
    return {
        "id": group.id,
        "code": group.code.id,
        "title": group.code.title,
        "severity": group.severity.value,
        "owner": owner_json(group.owner),
        "count": len(group.findings),
        "subjects": len(group.subjects),
        "message": group.first.message,
        "hint": group.first.hint,
    }


def status_json(status: Status) -> dict[str, Any]:
    """A resource's state in Gloo's words, with its owner and its messages."""
    return {
        "resource": ref_json(status.resource),
        "owner": owner_json(status.owner),
        "state": status.state.value,
        "messages": list(status.messages),
    }
