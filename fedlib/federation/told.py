"""Who is told: whoever wrote a thing about what is wrong with it, and whoever uses it about what its use brings."""

from __future__ import annotations

from fedlib.diagnostics import Report
from fedlib.snapshot.model import Snapshot


def told(user: str, owner: str, snapshot: Snapshot, report: Report) -> Report:
    """The report for what a workspace does with a thing of an owner.

    What comes of importing a thing is found where the settings of the importer say so. The owner is not told: everybody
    may import what is exported to everybody.
    """
    return report if user == owner else report.told_to(snapshot.workspaces[user].imports)
