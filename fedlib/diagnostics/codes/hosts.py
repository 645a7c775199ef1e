"""79x: hosts that belong to somebody, whatever names them."""

from __future__ import annotations

from fedlib.diagnostics.codes.registry import ERROR, WARNING, code

HOST_NOT_GIVEN = code(
    "FED790",
    "HostNotGiven",
    ERROR,
    "workspace '{workspace}' may not use the host '{host}': {problem}",
    "choose a host of your own, or let the administrator give this one to the workspace in federation:hosts",
    "federation:hosts gives ends of hosts to workspaces. Hosts below such an end are nobody else's, and a workspace "
    "that has an entry uses no others, unless `*` is in its entry. The names of its own Services are always its own.",
)
HOSTS_OF_NOBODY = code(
    "FED791",
    "HostsOfNobody",
    ERROR,
    "federation:hosts gives hosts to workspace '{workspace}', which does not exist{suggestion}",
    "mend the name, or remove the entry",
    "As long as the name is wrong the hosts are nobody's, and anybody may use them.",
)
HOST_OF_SEVERAL = code(
    "FED792",
    "HostOfSeveral",
    WARNING,
    "workspace '{workspace}' sees the host '{host}' of {winner} and of {other}, and calls the first one by it",
    "give one of them another host, or import one of them only; the administrator can settle whose host it is in "
    "federation:hosts",
    "Where a workspace sees several destinations of one host, its own comes first, then those of the workspaces from "
    "which it imports, in the order of importFrom and by name. What else has the host is called by a name that is made "
    "up, in routes that lead to it. Nothing changes for the owners. What is older never counts between workspaces.",
)
HOST_SHORT = code(
    "FED793",
    "HostShort",
    WARNING,
    "the host '{host}' has no dot, so it is for the proxies of '{owner}' only; workspace '{workspace}' does not get it",
    "give it a host with a dot, too; routes of the other workspace lead to it by a host that is made up",
    "DNS completes a name of one part by the namespace of whoever calls it, so it is a name of a Service in each of "
    "them. A workspace can say what it means in its own namespaces, and not in those of others.",
)
