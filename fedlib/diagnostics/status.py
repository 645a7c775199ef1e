"""Statuses: for each resource of the input one word of Gloo's, with the messages behind it."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass

from fedlib.diagnostics.finding import PLATFORM, Finding, Ref, Severity
from fedlib.diagnostics.report import Report


class State(enum.StrEnum):
    """Gloo's words for the state of a resource."""

    ACCEPTED = "ACCEPTED"
    WARNING = "WARNING"
    INVALID = "INVALID"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class Status:
    """The state of a resource; `messages` are those of its findings that decided it, `owner` is as in findings."""

    resource: Ref
    state: State
    messages: tuple[str, ...]
    owner: str = PLATFORM


def resolve_statuses(resources: Iterable[Ref], report: Report) -> tuple[Status, ...]:
    """The worst finding decides: INVALID with an ERROR, WARNING with a WARNING, ACCEPTED without either.

    A policy that lost a conflict, and has no ERROR, is FAILED, as Gloo has it. A finding counts for what it is about,
    and for what is related to that and has the same owner; what it refuses besides is INVALID too. What uses a thing of
    others that is wrong has a WARNING. What a workspace writes into a namespace of others says nothing of a thing of
    theirs.
    """
    worst: dict[Ref, list[tuple[Severity, str]]] = {ref: [] for ref in resources}
    failed: set[Ref] = set()
    for finding in report:
        for ref in _concerned(finding, report):
            if ref in worst and finding.severity is not Severity.INFO:
                worst[ref].append((finding.severity, f"{finding.code.id}: {finding.message}"))
                if finding.code.fails and ref == finding.subject:
                    failed.add(ref)
    for finding in report.repeated():
        if finding.subject in worst and finding.severity is not Severity.INFO:
            worst[finding.subject].append((Severity.WARNING, f"{finding.code.id}: {finding.message}"))
    statuses = []
    for ref, found in sorted(worst.items()):
        severities = {severity for severity, _ in found}
        state = (
            State.INVALID
            if Severity.ERROR in severities or report.refuses(ref)
            else State.FAILED
            if ref in failed
            else State.WARNING
            if Severity.WARNING in severities
            else State.ACCEPTED
        )
        statuses.append(Status(ref, state, tuple(message for _, message in found), report.owner_of(ref)))
    return tuple(statuses)


def _concerned(finding: Finding, report: Report) -> set[Ref]:
    found = {ref for ref in finding.related if report.owner_of(ref) == finding.owner} if finding.related else set()
    if is_of_subject(finding, report):
        found.add(finding.subject)
    return found


def is_of_subject(finding: Finding, report: Report) -> bool:
    """Whether whoever wrote what a finding is about has it, or the platform: others have only used its name."""
    return finding.owner == PLATFORM or finding.owner == report.owner_of(finding.subject)
