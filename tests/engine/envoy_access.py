"""Filters of Envoy as istiod makes them of RequestAuthentications and AuthorizationPolicies.

Source: pilot/pkg/security of Istio. Of a rule only what strings of tenants reach is here, all at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from tests.engine.envoy_config import EXTENSIONS, Message

Spec = Mapping[str, Any]

_ANY: Final = {"any": True}
_TOKENS: Final = "envoy.filters.http.jwt_authn"


def token_filter(spec: Spec) -> Message:
    """The filter of a RequestAuthentication; keys of a server are fetched by the proxy, which Istio can also do."""
    providers = {f"origins-{index}": _provider(rule) for index, rule in enumerate(spec.get("jwtRules", ()))}
    required = [
        {"requires_any": {"requirements": [{"provider_name": name}, {"allow_missing": {}}]}} for name in providers
    ]
    rules = [{"match": {"prefix": "/"}, "requires": {"requires_all": {"requirements": [*required, *required]}}}]
    settings = {"@type": f"{EXTENSIONS}.filters.http.jwt_authn.v3.JwtAuthentication", "providers": providers}
    return {"name": _TOKENS, "typed_config": {**settings, **({"rules": rules} if providers else {})}}


def access_filter(spec: Spec) -> Message:
    """The filter of an AuthorizationPolicy."""
    policies = {f"rule-{index}": _rule(rule) for index, rule in enumerate(spec.get("rules", ()))}
    rules = {"action": spec.get("action", "ALLOW"), "policies": policies}
    settings = {"@type": f"{EXTENSIONS}.filters.http.rbac.v3.RBAC", "rules": rules}
    return {"name": "envoy.filters.http.rbac", "typed_config": settings}


def _provider(rule: Spec) -> Message:
    timeout = rule.get("timeout", "5s")
    keys: Message = {"local_jwks": {"inline_string": rule.get("jwks", "")}}
    if "jwksUri" in rule:
        server = {"uri": rule["jwksUri"], "cluster": "keys", "timeout": timeout}
        keys = {"remote_jwks": {"http_uri": server, "cache_duration": "300s"}}
    return {
        "issuer": rule.get("issuer", ""),
        "audiences": rule.get("audiences", []),
        "forward": rule.get("forwardOriginalToken", False),
        "forward_payload_header": rule.get("outputPayloadToHeader", ""),
        "payload_in_metadata": "payload",
        "claim_to_headers": [
            {"header_name": one["header"], "claim_name": one["claim"]} for one in rule.get("outputClaimToHeaders", ())
        ],
        "from_headers": [
            {"name": one["name"], "value_prefix": one.get("prefix", "")} for one in rule.get("fromHeaders", ())
        ],
        "from_params": rule.get("fromParams", []),
        **keys,
    }


def _rule(rule: Spec) -> Message:
    permissions = [one for to in rule.get("to", ()) for one in _permissions(to["operation"])]
    principals = [one for source in rule.get("from", ()) for one in _principals(source["source"])]
    principals += [one for when in rule.get("when", ()) for one in _condition(when)]
    return {
        "permissions": [{"and_rules": {"rules": permissions}} if permissions else _ANY],
        "principals": [{"and_ids": {"ids": principals}} if principals else _ANY],
    }


def _permissions(operation: Spec) -> Iterator[Message]:
    makers: dict[str, Callable[[str], Message]] = {
        "hosts": lambda value: {"header": _header(":authority", value, any_case=True)},
        "methods": lambda value: {"header": _header(":method", value)},
        "paths": lambda value: {"url_path": {"path": _string(value)}},
        "ports": lambda value: {"destination_port": int(value)},
    }
    for field, values in operation.items():
        made = {"or_rules": {"rules": [makers[_positive(field)](value) for value in values]}}
        yield {"not_rule": made} if field.startswith("not") else made


def _principals(source: Spec) -> Iterator[Message]:
    makers: dict[str, Callable[[str], Message]] = {
        "ipBlocks": lambda value: {"direct_remote_ip": _block(value)},
        "remoteIpBlocks": lambda value: {"remote_ip": _block(value)},
        "principals": lambda value: {"authenticated": {"principal_name": _string(value, "spiffe://")}},
        "requestPrincipals": _request_principal,
    }
    for field, values in source.items():
        made = {"or_ids": {"ids": [makers[_positive(field)](value) for value in values]}}
        yield {"not_id": made} if field.startswith("not") else made


def _condition(when: Spec) -> Iterator[Message]:
    attribute, *names = when["key"].removesuffix("]").replace("][", "[").split("[")
    for field in ("values", "notValues"):
        if field in when:
            if attribute == "request.headers":
                made = {"or_ids": {"ids": [{"header": _header(names[0], value)} for value in when[field]]}}
            else:
                made = _claim(names, [_string(value) for value in when[field]])
            yield {"not_id": made} if field == "notValues" else made


def _positive(field: str) -> str:
    return field[3].lower() + field[4:] if field.startswith("not") else field


def _block(value: str) -> Message:
    address, _, length = value.partition("/")
    return {"address_prefix": address, "prefix_len": int(length or (128 if ":" in address else 32))}


def _request_principal(value: str) -> Message:
    issuer, _, subject = ("*", "", "*") if value == "*" else value.rpartition("/")
    return {"and_ids": {"ids": [_claim(["iss"], [_string(issuer)]), _claim(["sub"], [_string(subject)])]}}


def _claim(names: Iterable[str], matchers: list[Message]) -> Message:
    one_of = {"or_match": {"value_matchers": [{"string_match": one} for one in [*matchers, *matchers]]}}
    value = {"or_match": {"value_matchers": [{"list_match": {"one_of": one_of}}, one_of]}}
    return {
        "metadata": {"filter": _TOKENS, "path": [{"key": "payload"}, *({"key": one} for one in names)], "value": value}
    }


def _header(name: str, value: str, *, any_case: bool = False) -> Message:
    if value == "*":
        return {"name": name, "present_match": True}
    return {"name": name, "string_match": _string(value) | ({"ignore_case": True} if any_case else {})}


def _string(value: str, before: str = "") -> Message:
    if value == "*":
        return {"safe_regex": {"regex": ".+"}}
    if value.startswith("*"):
        return {"suffix": value[1:]}
    return {"prefix": before + value[:-1]} if value.endswith("*") else {"exact": before + value}
