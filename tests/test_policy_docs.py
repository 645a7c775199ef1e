"""docs/policies.md says what the rules of attachment say."""

from __future__ import annotations

from pathlib import Path

from fedlib.config.resource import kind_of
from fedlib.config.selectors import DestinationKind
from fedlib.federation.policies.rules import RULES, Target

DOCUMENT = Path(__file__).parent.parent / "docs" / "policies.md"
LETTERS = {
    "S": DestinationKind.SERVICE,
    "G": DestinationKind.VIRTUAL_DESTINATION,
    "E": DestinationKind.EXTERNAL_SERVICE,
}
UNSELECTED = {
    "all destinations": Target.DESTINATIONS,
    "all routes": Target.ROUTES,
    "all workloads": Target.WORKLOADS,
    "nothing": None,
}


def test_the_matrix_is_that_of_the_rules() -> None:
    """Each line of the table is a kind of policy, with its targets, kinds and meaning of no selector."""
    lines = [line.strip("|").split("|") for line in DOCUMENT.read_text(encoding="utf-8").splitlines()]
    rows = [[cell.strip() for cell in cells] for cells in lines if len(cells) == 7]
    shown = {row[0]: row[1:6] for row in rows if row[0].endswith("Policy")}
    rules = {kind_of(spec): rule for spec, rule in RULES.items()}
    assert shown.keys() == rules.keys()
    for kind, (routes, destinations, workloads, listeners, unselected) in shown.items():
        targets = {Target.DESTINATIONS} if destinations else set()
        targets |= {Target.ROUTES} if routes else set()
        targets |= {Target.ROUTE_DESTINATIONS} if "destinations" in routes else set()
        targets |= {Target.WORKLOADS} if workloads else set()
        targets |= {Target.LISTENERS} if listeners else set()
        rule = rules[kind]
        assert rule.targets == targets, kind
        assert rule.unselected == UNSELECTED[unselected], kind
        assert not destinations or rule.kinds == tuple(LETTERS[letter] for letter in destinations.split()), kind
