"""The whole product in one function: configuration and inventory to a plan and a report. No Pulumi, no files."""

from __future__ import annotations

from dataclasses import dataclass

from fedlib.config.load import Configuration
from fedlib.diagnostics import Ref, Report
from fedlib.diagnostics.status import Status, resolve_statuses
from fedlib.discovery.inventory import Inventory
from fedlib.distribution.details import Details, describe_resources
from fedlib.distribution.empty_plan import report_empty_plan
from fedlib.distribution.plan import Inputs, Plan, distribute
from fedlib.federation.decisions import Decisions
from fedlib.federation.federate import federate
from fedlib.federation.places import shared_namespaces
from fedlib.istio.translate import translate
from fedlib.snapshot.build import build_snapshot
from fedlib.snapshot.model import Snapshot


@dataclass(frozen=True, slots=True)
class Compilation:
    """The result. `snapshot` and `decisions` are None when a cluster could not be read."""

    plan: Plan
    report: Report
    statuses: tuple[Status, ...] = ()
    snapshot: Snapshot | None = None
    decisions: Decisions | None = None

    def details(self) -> dict[Ref, Details]:
        """What became of each resource, beside its status; nothing when a cluster could not be read."""
        if self.snapshot is None or self.decisions is None:
            return {}
        return describe_resources(self.snapshot, self.decisions, self.plan)


def compile_federation(configuration: Configuration, inventory: Inventory, report: Report) -> Compilation:
    """Compile a stack.

    Args:
        configuration: what people wrote.
        inventory: what was discovered. Every declared cluster must be in it: a cluster that could not be read is not
            an empty one, so without it there is no plan at all; nor is there one without clusters.
        report: takes the findings; those of reading the input may be in it already.

    Returns:
        The plan of what could be decided. It must not be applied when the report has errors.
    """
    if not configuration.config.clusters or set(configuration.config.clusters) - set(inventory.clusters):
        return Compilation(Plan(), report)
    snapshot = build_snapshot(configuration, inventory, report)
    decisions = federate(snapshot, report)
    inputs = Inputs(snapshot.place, snapshot.owner_of())
    plan = distribute(translate(decisions), inputs, report, shared_namespaces(snapshot))
    if not plan.declarations:
        report_empty_plan(configuration.stack, snapshot, report)
    statuses = resolve_statuses(snapshot.inputs, report)
    return Compilation(plan, report, statuses, snapshot, decisions)
