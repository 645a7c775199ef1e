"""07x: strings that something else reads at last, and refuses together with all that stands beside them."""

from __future__ import annotations

from fedlib.diagnostics.codes.registry import ERROR, code

HEADER_VALUE_REFUSED = code(
    "FED070",
    "HeaderValueRefused",
    ERROR,
    "'{field}': {problem}",
    "{advice}",
    "Envoy replaces %...% in values of headers. For the sake of one that it does not know it refuses all routes of a "
    "gateway, those of other teams too, and some that it knows show variables, files and state of the proxy. Allowed "
    "are `%REQ(X?Y)%`, `%RESP(X?Y)%`, `%TRAILER(X?Y)%`, `%QUERY_PARAM(X)%`, `%START_TIME(format)%` and other times, "
    "`%PATH%`, `%PROTOCOL%`, `%HOSTNAME%`, `%RESPONSE_CODE%`, `%RESPONSE_FLAGS%`, `%ROUTE_NAME%`, `%TRACE_ID%`, "
    "`%UNIQUE_ID%`, durations and bytes, addresses, ports, certificates' names and TLS versions of both sides "
    "(`%DOWNSTREAM_...%`, `%UPSTREAM_...%`); a percent sign is `%%`. `fedlib/config/strings/formatter.py` lists them.",
)
EXPRESSION_REFUSED = code(
    "FED071",
    "ExpressionRefused",
    ERROR,
    "'{field}': {problem}",
    "{advice}",
    "Proxies match with RE2, and refuse all routes or listeners for the sake of one expression that it does not take. "
    "Istio takes 1,024 bytes and programs of 32,768 steps. Envoy 1.36 reads expressions as UTF-8, and 1.40 as Latin-1, "
    "where `\\x{100}` and above are unknown. Expressions of one namespace have a limit together, because every proxy "
    "that knows them has to compile them.",
    cause="{problem}",
)
ANNOTATION_REFUSED = code(
    "FED072",
    "AnnotationRefused",
    ERROR,
    "'{field}': {problem}",
    "{advice}",
    "Annotations are read by Kubernetes, which refuses wrong keys and more than 256 KiB, and by the tools that apply "
    "objects: one may let a deployment wait for a day, or an object survive its deletion. Those are for whoever runs "
    "the tools, who allows them by key or prefix in federation:allowedAnnotations.",
)
URL_REFUSED = code(
    "FED073",
    "UrlRefused",
    ERROR,
    "'{field}': {problem}",
    "{advice}",
    "Istio and proxies take URLs with http or https, a host, and no user name.",
)
