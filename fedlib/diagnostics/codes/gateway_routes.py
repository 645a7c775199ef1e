"""523 to 534: routes that hide others, routes on gateways, TCP and TLS routes, rewrites."""

from __future__ import annotations

from fedlib.diagnostics.codes.registry import ERROR, INFO, WARNING, code

ROUTE_UNREACHABLE = code(
    "FED523",
    "RouteUnreachable",
    WARNING,
    "no request reaches route '{route}': route '{earlier}' before it takes them all",
    "put the more specific route first, or take one of them out",
    "Routes are tried in order, and the first that matches is used.",
    cause="{earlier}",
)
ROUTE_MATCHER_HIDDEN = code(
    "FED524",
    "RouteMatcherHidden",
    WARNING,
    "matcher {number} of route '{route}' never matches: route '{earlier}' takes its requests",
    "take the matcher out, or put the more specific one first",
    "Routes are tried in order, and the first that matches is used.",
)
ROUTE_GATEWAY_UNKNOWN = code(
    "FED525",
    "VirtualGatewayNotFound",
    ERROR,
    "there is no VirtualGateway {namespace}/{name} in cluster '{cluster}'{suggestion}",
    "mend the reference; namespace and cluster default to those of the RouteTable itself",
    "The table is not bound to a gateway that does not exist.",
)
ROUTE_GATEWAY_UNSHARED = code(
    "FED526",
    "VirtualGatewayNotShared",
    ERROR,
    "{gateway} belongs to workspace '{workspace}', which does not import the table",
    "export the table from '{owner}' and import it into '{workspace}' (kind ROUTE_TABLE or ALL)",
    "A gateway serves tables that its workspace owns or imports. The table is not bound to it.",
)
ROUTE_GATEWAY_FORBIDS = code(
    "FED527",
    "VirtualGatewayForbids",
    ERROR,
    "no listener of {gateway} serves the table{hosts}",
    "let allowedRouteTables of a listener have its host and select it, and its protocol fit the routes",
    "A listener says which hosts and tables it serves; http routes need an http listener, tls routes one that passes "
    "TLS through. The table is not bound to the gateway.",
)
ROUTE_GATEWAY_HOST = code(
    "FED528",
    "HostNotOnGateway",
    WARNING,
    "no gateway of the table serves the host '{host}'",
    "allow it in allowedRouteTables of a listener, or take it out",
    "The listeners of the gateways serve other hosts of the table only.",
)
ROUTE_GATEWAY_SHARED = code(
    "FED529",
    "HostOnGatewayTwice",
    WARNING,
    "host '{host}' on {gateway}: route {route} of {table} and route {other} of {other_table} match the same requests, "
    "and Istio tries those of the older VirtualService first",
    "let one table have the host, and delegate to the others; or give the routes paths that do not overlap",
    "Istio joins the VirtualServices of a host on a gateway in the order in which they were created, whatever the "
    "tables are. That does not matter where no request matches routes of two tables. The path /test is a prefix of "
    "/test2: write /test/ if that is meant. Of tables of several workspaces the owner of the gateway is told, who "
    "lets both in.",
)
ROUTE_TCP_ON_GATEWAY = code(
    "FED530",
    "TcpRouteOnGateway",
    WARNING,
    "the table's tcp routes do not apply to its gateways",
    "select sidecars by workloadSelectors, or use tls routes",
    "TCP routes are for sidecars.",
)
CONNECTION_ROUTE_INVALID = code(
    "FED531",
    "ConnectionRouteInvalid",
    ERROR,
    "{route}: {problem}",
    "{advice}",
    "A TCP or TLS route that Istio would refuse is left out.",
)
ROUTE_REWRITE_SLASH = code(
    "FED532",
    "RewriteSlash",
    INFO,
    "route '{route}': the path {path} becomes {rewritten}",
    "let the matcher's prefix and pathRewrite both end with a slash, or neither",
    "pathRewrite replaces the prefix as it is written, and nothing between it and the rest of the path.",
)
ROUTE_REQUIRE_AUTH = code(
    "FED533",
    "RequireAuthLabel",
    WARNING,
    "route '{route}': the label '{label}' does not protect the route",
    "attach an ExtAuthPolicy or a JWTPolicy, and see in the report that it applies",
    "With a feature gate, Gloo lets no request through a route with this label unless a policy authenticates it. "
    "Nothing here does that.",
)
ROUTE_REWRITE_WHOLE = code(
    "FED534",
    "RewriteOfRegex",
    INFO,
    "route '{route}': pathRewrite makes the whole path {rewritten} where the matcher is a regex",
    "use regexRewrite to keep a part of the path",
    "Gloo's documentation calls pathRewrite unsupported with a regex. Envoy replaces the whole path, not a prefix.",
)
