"""515 to 522: delegation between RouteTables."""

from __future__ import annotations

from fedlib.diagnostics.codes.registry import ERROR, INFO, WARNING, code

DELEGATE_MATCHER_CONFLICT = code(
    "FED515",
    "DelegateMatcherConflict",
    ERROR,
    "route '{route}' cannot be combined with the route of {parent} that delegates to it: {problem}",
    "let the matchers of both agree: a path within the delegating one, the same method, port and values",
    "A delegated route matches what its own matchers and those of the delegating route match. Where they contradict "
    "each other, or Istio has no match for both together, the delegating route answers 500.",
)
DELEGATE_WORKLOAD_CONFLICT = code(
    "FED516",
    "DelegateWorkloadConflict",
    ERROR,
    "no pod can have the labels of these workloadSelectors and those of {parent}, which delegates to the table",
    "leave them out, or use labels that go with those of the delegating table",
    "A delegated table's workloadSelectors and those of all tables above must select a pod together. Its routes answer "
    "500.",
)
DELEGATE_CYCLE = code(
    "FED517",
    "DelegateCycle",
    ERROR,
    "the delegation comes back to where it began: {tables} -> {table}",
    "let the selector leave out the tables above",
    "A table that delegates to itself, at once or through others, has no end. The delegating route answers 500.",
)
DELEGATE_HAS_HOSTS = code(
    "FED518",
    "DelegateHasHosts",
    WARNING,
    "the selector also selects {delegate}, which has hosts of its own and is left out",
    "narrow the selector, or take the hosts out of that table",
    "A table with hosts is a root, and nothing delegates to a root.",
)
DELEGATE_UNKNOWN = code(
    "FED519",
    "DelegateNotFound",
    ERROR,
    "the route cannot delegate: {problem}",
    "mend the selector, export and import the table (kind ROUTE_TABLE or ALL), or take the table's hosts out",
    "A table that is delegated to by name must be there, without hosts, and visible to the workspace of the delegating "
    "table. The delegating route answers 500.",
)
DELEGATES_NONE = code(
    "FED520",
    "DelegatesNone",
    WARNING,
    "the selector selects no RouteTable that workspace '{workspace}' owns or imports",
    "label the tables that it is meant for, and export and import them",
    "A delegating route without tables leads nowhere and is left out: requests for it get 404, or meet a later route.",
)
DELEGATE_CONNECTIONS = code(
    "FED521",
    "DelegateConnections",
    WARNING,
    "the {protocol} routes have no effect where {parent} delegates to the table",
    "write them in a table with hosts",
    "Only HTTP routes are delegated.",
)
DELEGATE_PARENT_UNSEEN = code(
    "FED522",
    "DelegateParentUnseen",
    INFO,
    "workspace '{workspace}' does not see {parent} of workspace '{owner}', which delegates to the table",
    "Gloo's documentation asks '{owner}' to export its table and '{workspace}' to import it",
    "Gloo documents that workspaces share the delegating table too. Solo's workshops work without, and so does this.",
)
DELEGATION_TOO_LARGE = code(
    "FED535",
    "DelegationTooLarge",
    ERROR,
    "delegation below {root} {problem}",
    "delegate less deeply, and select fewer tables for each route",
    "One VirtualService holds all routes of a root table, and tables that each delegate twice to the next double with "
    "each step. The delegating route answers 500.",
)
