"""Routes of Envoy as istiod makes them of VirtualServices: what tenants wrote stands in the same fields.

What a proxy checks matters here, not what it does. Source: pilot/pkg/networking/core/route of Istio.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from tests.engine.envoy_config import EXTENSIONS, Message

Spec = Mapping[str, Any]

MAX_BODY: Final = 1 << 20
"""Istio's `DefaultMaxDirectResponseBodySizeBytes`."""

_REDIRECTS: Final = {
    301: "MOVED_PERMANENTLY",
    302: "FOUND",
    303: "SEE_OTHER",
    307: "TEMPORARY_REDIRECT",
    308: "PERMANENT_REDIRECT",
}


def route_configuration(spec: Spec) -> Message:
    """The HTTP routes of a VirtualService in a virtual host of their own."""
    routes = [route for http in spec["http"] for route in _routes(http)]
    host = {"name": "all", "domains": list(spec["hosts"]), "routes": routes}
    return {
        "name": "all",
        "validate_clusters": False,
        "max_direct_response_body_size_bytes": MAX_BODY,
        "virtual_hosts": [host],
    }


def cluster_name(destination: Spec) -> str:
    """How Istio names a cluster."""
    port = destination.get("port", {}).get("number", 80)
    return f"outbound|{port}|{destination.get('subset', '')}|{destination['host']}"


def string_matcher(match: Spec) -> Message:
    """Envoy's matcher for one of Istio's."""
    return {"safe_regex": {"regex": match["regex"]}} if "regex" in match else dict(match)


def _routes(http: Spec) -> Iterator[Message]:
    headers = _changed_headers(http.get("headers", {}))
    filters = {
        **({"envoy.filters.http.fault": _fault(http["fault"])} if "fault" in http else {}),
        **({"envoy.filters.http.cors": _cors(http["corsPolicy"])} if "corsPolicy" in http else {}),
    }
    for match in http.get("match", [{}]):
        route = {"name": http.get("name", ""), "match": _match(match), **headers, **_action(http)}
        yield {**route, "typed_per_filter_config": filters} if filters else route


def _match(match: Spec) -> Message:
    uri = match.get("uri", {"prefix": "/"})
    kind, text = next(iter(uri.items()))
    path = {"exact": "path", "prefix": "prefix"}.get(kind)
    headers = [_header(name, one) for name, one in match.get("headers", {}).items()]
    headers += [_header(name, one, without=True) for name, one in match.get("withoutHeaders", {}).items()]
    headers += [_header(f":{key}", match[key]) for key in ("method", "authority", "scheme") if key in match]
    return {
        **({path: text} if path else {"safe_regex": {"regex": text}}),
        "case_sensitive": not match.get("ignoreUriCase", False),
        "headers": headers,
        "query_parameters": [{"name": name, **_value(one)} for name, one in match.get("queryParams", {}).items()],
    }


def _header(name: str, match: Spec, *, without: bool = False) -> Message:
    value = _value(match)
    missing = {"treat_missing_header_as_empty": True} if without and "present_match" not in value else {}
    return {"name": name, **value, **({"invert_match": True} if without else {}), **missing}


def _value(match: Spec) -> Message:
    if not match or match.get("regex") == "*":
        return {"present_match": True}
    return {"string_match": string_matcher(match)}


def _changed_headers(headers: Spec) -> Message:
    """Istio leaves out pseudo headers and Host here; the authority goes another way."""
    changed: Message = {}
    for side in ("request", "response"):
        change = headers.get(side, {})
        set_, add = "OVERWRITE_IF_EXISTS_OR_ADD", "APPEND_IF_EXISTS_OR_ADD"
        changed[f"{side}_headers_to_add"] = [
            {"header": {"key": key, "value": value}, "append_action": action}
            for action, values in ((set_, change.get("set", {})), (add, change.get("add", {})))
            for key, value in values.items()
            if not _internal(key)
        ]
        changed[f"{side}_headers_to_remove"] = [key for key in change.get("remove", ()) if not _internal(key)]
    return changed


def _internal(key: str) -> bool:
    return key.startswith(":") or key.lower() == "host"


def _action(http: Spec) -> Message:
    if "redirect" in http:
        redirect = http["redirect"]
        return {
            "redirect": {
                "host_redirect": redirect.get("authority", ""),
                "path_redirect": redirect.get("uri", ""),
                "response_code": _REDIRECTS[redirect.get("redirectCode", 301)],
            }
        }
    if "directResponse" in http:
        response = http["directResponse"]
        body = {"body": {"inline_string": response["body"]["string"]}} if "body" in response else {}
        return {"direct_response": {"status": response["status"], **body}}
    action: Message = {
        "timeout": http.get("timeout", "0s"),
        **_rewrite(http.get("rewrite", {})),
        "request_mirror_policies": [
            {"cluster": cluster_name(one["destination"]), "runtime_fraction": _percent(one.get("percentage"))}
            for one in http.get("mirrors", ())
        ],
        **_retries(http.get("retries", {})),
    }
    return {"route": action | _destinations(http["route"], action)}


def _rewrite(rewrite: Spec) -> Message:
    found: Message = {}
    if "uriRegexRewrite" in rewrite:
        regex = rewrite["uriRegexRewrite"]
        found["regex_rewrite"] = {"pattern": {"regex": regex["match"]}, "substitution": regex["rewrite"]}
    elif "uri" in rewrite:
        found["prefix_rewrite"] = rewrite["uri"]
    if "authority" in rewrite:
        found["host_rewrite_literal"] = rewrite["authority"]
    return found


def _destinations(route: list[Spec], action: Message) -> Message:
    weighted = []
    for one in route:
        headers = one.get("headers", {})
        authority = headers.get("request", {}).get("set", {}).get(":authority", "")
        host = {"host_rewrite_literal": authority} if authority and "host_rewrite_literal" not in action else {}
        cluster = {"name": cluster_name(one["destination"]), "weight": one.get("weight", 1)}
        weighted.append({**cluster, **_changed_headers(headers), **host})
    return {"weighted_clusters": {"clusters": weighted}}


def _retries(retries: Spec) -> Message:
    if not retries.get("attempts"):
        return {}
    conditions = [one.strip() for one in retries.get("retryOn", "connect-failure").split(",")]
    statuses = [int(one) for one in conditions if one.isdecimal()]
    names = [one for one in conditions if not one.isdecimal()] + (["retriable-status-codes"] if statuses else [])
    policy = {"num_retries": retries["attempts"], "retry_on": ",".join(names), "retriable_status_codes": statuses}
    timeout = {"per_try_timeout": retries["perTryTimeout"]} if "perTryTimeout" in retries else {}
    return {"retry_policy": policy | timeout}


def _fault(fault: Spec) -> Message:
    settings: Message = {"@type": f"{EXTENSIONS}.filters.http.fault.v3.HTTPFault"}
    if "delay" in fault:
        delay = fault["delay"]
        settings["delay"] = {"fixed_delay": delay["fixedDelay"], "percentage": _fraction(delay.get("percentage"))}
    if "abort" in fault:
        abort = fault["abort"]
        settings["abort"] = {"http_status": abort["httpStatus"], "percentage": _fraction(abort.get("percentage"))}
    return settings


def _cors(policy: Spec) -> Message:
    return {
        "@type": f"{EXTENSIONS}.filters.http.cors.v3.CorsPolicy",
        "allow_origin_string_match": [string_matcher(one) for one in policy.get("allowOrigins", ())],
        "allow_methods": ",".join(policy.get("allowMethods", ())),
        "allow_headers": ",".join(policy.get("allowHeaders", ())),
        "expose_headers": ",".join(policy.get("exposeHeaders", ())),
        "max_age": policy.get("maxAge", "0s").partition(".")[0].removesuffix("s"),
        "allow_credentials": policy.get("allowCredentials", False),
        "filter_enabled": _percent(None),
    }


def _percent(percentage: Spec | None) -> Message:
    return {"default_value": _fraction(percentage)}


def _fraction(percentage: Spec | None) -> Message:
    value = 100.0 if percentage is None else percentage.get("value", 0)
    return {"numerator": int(value * 10_000), "denominator": "MILLION"}
