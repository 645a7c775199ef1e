"""Statuses: for each resource of the input one word of Gloo's, with the messages behind it."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass

from fedlib.diagnostics.finding import Ref, Report, Severity


class State(enum.StrEnum):
    """Gloo's words for the state of a resource."""

    ACCEPTED = "ACCEPTED"
    WARNING = "WARNING"
    INVALID = "INVALID"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class Status:
    """The state of a resource; `messages` are those of its findings that decided it."""

    resource: Ref
    state: State
    messages: tuple[str, ...]


def resolve_statuses(resources: Iterable[Ref], report: Report) -> tuple[Status, ...]:
    """The worst finding decides: INVALID with an ERROR, WARNING with a WARNING, ACCEPTED without either.

    A policy that lost a conflict, and has no ERROR, is FAILED, as Gloo has it.
    """
    worst: dict[Ref, list[tuple[Severity, str]]] = {ref: [] for ref in resources}
    failed: set[Ref] = set()
    for finding in report:
        for ref in {finding.subject, *finding.related}:
            if ref in worst and finding.severity is not Severity.INFO:
                worst[ref].append((finding.severity, f"{finding.code.id}: {finding.message}"))
                if finding.code.fails and ref == finding.subject:
                    failed.add(ref)
    statuses = []
    for ref, found in sorted(worst.items()):
        severities = {severity for severity, _ in found}
        state = (
            State.INVALID
            if Severity.ERROR in severities
            else State.FAILED
            if ref in failed
            else State.WARNING
            if Severity.WARNING in severities
            else State.ACCEPTED
        )
        statuses.append(Status(ref, state, tuple(message for _, message in found)))
    return tuple(statuses)
