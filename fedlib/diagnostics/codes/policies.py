"""80x to 83x: policies, what they apply to and what they do."""

from __future__ import annotations

from fedlib.diagnostics.codes.registry import INFO, WARNING, code

POLICY_CONFLICT = code(
    "FED800",
    "PolicyConflict",
    WARNING,
    "conflicts with existing policy applied to {target}. Skipping applying {policy} to {names}; {winner} is older",
    "let each policy of a kind select targets of its own, or delete one of the two",
    "One policy of a kind applies to a target, and the oldest one does. The younger one still applies to what nothing "
    "else of its kind selects. Its status is FAILED.",
    fails=True,
)
POLICY_SELECTS_NOTHING = code(
    "FED801",
    "PolicySelectsNothing",
    INFO,
    "the {policy} applies to nothing",
    "compare its selectors with the labels of what its workspace owns and imports",
    "A policy without targets is accepted and has no effect.",
)
POLICY_SKIPS_FEDERATED_HOST = code(
    "FED802",
    "PolicySkipsFederatedHost",
    WARNING,
    "it applies to the Service's own name in its own cluster, and not to {hosts}",
    "put the Service behind a VirtualDestination and select that, if requests to other clusters need the policy",
    "A federated host of a single Service takes no policy; a group does. The policy is followed by those who call the "
    "Service by its plain name in its own cluster.",
)
POLICY_OF_IMPORTER = code(
    "FED803",
    "PolicyOfImporter",
    WARNING,
    "it does not apply to {names}: federation:policyInheritance is `source`",
    "set the policy in the workspace that owns the destination, or use policyInheritance: override",
    "By the rules of Gloo 2.5 the owner's policies count for everybody who imports a destination.",
)
