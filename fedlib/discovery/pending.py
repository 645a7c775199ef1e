"""Findings that are not in the run's report yet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from fedlib.diagnostics import NOWHERE, Code, Location, Ref, Report


@dataclass(slots=True)
class PendingFindings(Report):
    """A report of its own for a part of the work.

    A thread that was given up must not write into the run's report later, and `has_errors` of a part tells whether
    that part went well even when the run's report holds the same finding already.
    """

    _pending: list[Callable[[Report], None]] = field(default_factory=list)

    def add(
        self,
        code: Code,
        subject: Ref,
        location: Location = NOWHERE,
        /,
        *,
        related: tuple[Ref, ...] = (),
        **arguments: object,
    ) -> None:
        """Record a finding, see `Report.add`."""
        Report.add(self, code, subject, location, related=related, **arguments)  # super() breaks in slotted dataclasses
        self._pending.append(lambda report: report.add(code, subject, location, related=related, **arguments))

    def hand_over(self, report: Report) -> None:
        """Add all findings to `report`."""
        for add in self._pending:
            add(report)
