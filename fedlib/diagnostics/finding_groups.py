"""Findings that one edit mends, together: a namespace without a label has many Services."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from fedlib.diagnostics.finding import Code, Finding, Ref, Severity


@dataclass(frozen=True, slots=True)
class FindingGroup:
    """Findings of one code, owner and cause, sorted; at least one."""

    findings: tuple[Finding, ...]

    @property
    def first(self) -> Finding:
        """The one that stands for all of them."""
        return self.findings[0]

    @property
    def code(self) -> Code:
        """Their code."""
        return self.first.code

    @property
    def severity(self) -> Severity:
        """Their severity."""
        return self.first.severity

    @property
    def owner(self) -> str:
        """A workspace's name, or the PLATFORM."""
        return self.first.owner

    @property
    def id(self) -> str:
        """The same for the same code, owner and cause in every run: the code, and twelve digits of a hash."""
        return group_id(self.first)

    @property
    def subjects(self) -> tuple[Ref, ...]:
        """What they are about, each once."""
        return tuple(dict.fromkeys(finding.subject for finding in self.findings))


def group_findings(findings: Iterable[Finding]) -> tuple[FindingGroup, ...]:
    """The findings of a report by code, owner and cause, in the order of the first of each."""
    found: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in findings:
        found.setdefault((finding.code.id, finding.owner, finding.cause), []).append(finding)
    return tuple(FindingGroup(tuple(listed)) for listed in found.values())


def group_id(finding: Finding) -> str:
    """The id of the group to which a finding belongs."""
    digest = hashlib.sha256("\0".join((finding.owner, finding.cause)).encode("utf-8", "backslashreplace"))
    return f"{finding.code.id}-{digest.hexdigest()[:12]}"
