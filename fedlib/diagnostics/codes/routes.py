"""5xx: routes."""

from __future__ import annotations

from fedlib.diagnostics.codes.registry import ERROR, WARNING, code

ROUTE_DESTINATION_UNKNOWN = code(
    "FED501",
    "DestinationNotFound",
    ERROR,
    "route '{route}': {kind} {namespace}/{name} does not exist in cluster '{cluster}'{suggestion}",
    "mend the reference; namespace and cluster default to those of the RouteTable itself",
    "The route answers 500 until its destination exists. Other routes of the table live.",
    cause="{kind} {namespace}/{name} {cluster}",
)
ROUTE_DESTINATION_INVISIBLE = code(
    "FED502",
    "DestinationNotVisible",
    ERROR,
    "route '{route}': {destination} {whose} is not available to workspace '{workspace}'",
    "{advice}",
    "A route may only use destinations of its own workspace and imported ones. The route answers 500.",
    cause="{destination} {workspace}",
)
ROUTE_NEEDS_FEDERATION = code(
    "FED503",
    "DestinationNotFederated",
    ERROR,
    "route '{route}': {destination} is in another cluster than {clusters}, and its port {port} is not federated",
    "{advice}",
    "A Service of another cluster is reachable through its federated host only. The route answers 500 there.",
    cause="{destination} {port}",
)
ROUTE_NOT_FROM_CLUSTER = code(
    "FED540",
    "DestinationNotReachableFromCluster",
    WARNING,
    "route '{route}': {destination} is not reachable from {clusters}, because its port {port} is not federated",
    "{advice}",
    "A Service of another cluster is reachable through its federated host only. In clusters where no route of the "
    "table leads anywhere, sidecars do without the table, and Kubernetes' own routing stays; where others lead "
    "somewhere, and on gateways, this one answers 500.",
    cause="{destination} {port}",
)
OWN_SERVICE_BYPASSED = code(
    "FED541",
    "OwnServiceBypassed",
    WARNING,
    "in cluster '{cluster}' no route for {host} leads to {service}, but some to the Service of that name in {others}",
    "name the Service of '{cluster}' too, with a weight, or make a VirtualDestination of all, which prefers near pods",
    "A RouteTable on a Service's own name is used in every cluster where its workspaces have namespaces, also where "
    "the name means other pods.",
    cause="{host} {cluster}",
)
ROUTE_PORT_UNKNOWN = code(
    "FED504",
    "DestinationPortNotFound",
    ERROR,
    "route '{route}': {destination} has {problem}",
    "its ports are: {ports}",
    "A destination needs a port that its object has; it may be left out when there is one. The route answers 500.",
    cause="{destination} {problem}",
)
ROUTE_WEIGHTS = code(
    "FED505",
    "WeightsInvalid",
    ERROR,
    "route '{route}': {problem}",
    "let all weights add up to 100, or leave some out to share the remainder",
    "Weights of a route's destinations are percentages. The route answers 500.",
)
ROUTE_TABLE_HOSTS = code(
    "FED506",
    "RouteTableWithoutHosts",
    WARNING,
    "the RouteTable has no hosts, and no other table delegates to it",
    "give it hosts, or let a route of another table delegate to it",
    "A root RouteTable needs the hosts that it routes. One without hosts is there for others to delegate to.",
)
ROUTE_HOST_CONFLICT = code(
    "FED507",
    "RouteHostConflict",
    ERROR,
    "host '{host}' is already routed for workspace '{workspace}' by {winner}",
    "merge the two tables, or narrow their workloadSelectors and hosts",
    "Istio uses one VirtualService for a host in sidecars and ignores others in silence. The older table wins.",
)
ROUTE_HOST_OF_SEVERAL = code(
    "FED537",
    "RouteHostOfSeveral",
    WARNING,
    "in sidecars of workspace '{workspace}' {winner} routes the host '{host}', and {other} does not",
    "leave the host to one of the two tables, or import one of them only",
    "Istio uses one VirtualService for a host in sidecars. The workspace's own table comes first, then those that it "
    "imports, in the order of importFrom and by name. Which table is older does not count between workspaces.",
)
ROUTE_HOST_CLAIMED = code(
    "FED538",
    "RouteHostClaimed",
    WARNING,
    "in sidecars of workspace '{workspace}' requests for '{host}' go to what workspace '{owner}' has under this host, "
    "and {table} does not route them",
    "import one of the two only, or give the host to a workspace in federation:hosts",
    "A workspace that imports a table and something else of the same host follows the owner of that. In the sidecars "
    "of its own workspace the table routes the host.",
)
ROUTE_HOST_INVALID = code(
    "FED508",
    "RouteHostInvalid",
    ERROR,
    "'{host}' is not a host: {problem}",
    "use a DNS name; a wildcard is allowed as the left-most part only",
    "Hosts of a RouteTable are DNS names.",
)
ROUTE_HOST_SHORT = code(
    "FED509",
    "RouteHostShort",
    WARNING,
    "the host '{host}' has no dot, and Istio reads it relative to the namespace of each copy",
    "write the full name, such as {host}.<namespace>.svc.cluster.local",
    "A short name means another Service in every namespace that receives a copy of the table. Workspaces that import "
    "the table do not get it.",
)
ROUTE_NAME_DUPLICATE = code(
    "FED510",
    "RouteNameDuplicate",
    WARNING,
    "the route name '{route}' stands more than once; this one becomes '{renamed}'",
    "give each route a name of its own",
    "Names of routes are unique in a table; Gloo renames duplicates in the same way.",
)
ROUTE_HOST_UNKNOWN = code(
    "FED511",
    "RouteHostUnknown",
    WARNING,
    "no Service or federated host of workspace '{workspace}' is named '{host}'{suggestion}",
    "sidecars can only send requests for a host that resolves; check the spelling",
    "The table routes a host that nothing known to the workspace serves.",
)
ROUTE_PROTOCOL = code(
    "FED512",
    "DestinationProtocol",
    WARNING,
    "route '{route}': port {port} of {destination} is declared as {protocol}, and {kind} is sent to it",
    "{advice}",
    "The destination of an HTTP route speaks HTTP, and that of a TLS route TLS.",
    cause="{destination} {port} {kind}",
)
ROUTE_DESTINATION_UNFIT = code(
    "FED513",
    "DestinationUnfit",
    ERROR,
    "route '{route}': {destination} cannot be used: {problem}",
    "send requests to a destination that can be",
    "Some objects exist and cannot stand behind a route as it is written. The route answers 500.",
    cause="{destination} {problem}",
)
ROUTE_ACTION_INVALID = code(
    "FED514",
    "RouteActionInvalid",
    ERROR,
    "route '{route}': {problem}",
    "{advice}",
    "Istio cannot express some rewrites and answers that Gloo's schema allows. The route answers 500.",
)
ROUTE_HOST_OF_OTHERS = code(
    "FED536",
    "RouteHostOfOthers",
    ERROR,
    "the table is exported, and would decide in sidecars of others where requests for '{host}' go, which {whose}",
    "share the table with nobody (exportTo of '{table}' takes kinds and labels), or let the owner of the host export "
    "what has it to '{table}'",
    "A RouteTable is used by the sidecars of every workspace that imports it. There it routes its own hosts, those "
    "that their owner exports to its workspace, and those that are nobody's. In the sidecars of its own workspace it "
    "may route any host. Names that Kubernetes' DNS completes count in every form: `name.ns`, `name.ns.svc` and so on.",
)
