"""RequestAuthentications: how pods and gateways verify the tokens that they get."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from fedlib.declarations.declaration import Declaration
from fedlib.declarations.lineage import CORE, Lineage
from fedlib.declarations.names import object_name
from fedlib.declarations.role import Effect, Role
from fedlib.federation.model.access import AccessDecisions, TokenRule
from fedlib.istio.duration import seconds

API_VERSION: Final = "security.istio.io/v1"
KIND: Final = "RequestAuthentication"


def translate_tokens(access: AccessDecisions) -> Iterator[Declaration]:
    """One RequestAuthentication for each policy and Service or gateway."""
    for one in access.tokens:
        spec = {
            "jwtRules": [_rule(rule) for rule in one.rules],
            "selector": {"matchLabels": dict(sorted(one.selector.items()))},
        }
        lineage = Lineage(one.parent, *CORE, one.workspace, one.causes)
        places, effect = {one.cluster: (one.namespace,)}, Effect(Role.VERIFIES, selects=one.selector)
        yield Declaration(places, API_VERSION, KIND, object_name(one.stem), spec, lineage, effect=effect)


def _rule(rule: TokenRule) -> dict[str, Any]:
    found: dict[str, Any] = {
        "issuer": rule.issuer,
        "audiences": list(rule.audiences),
        "jwks": rule.key_set,
        "jwksUri": rule.key_set_url,
        "timeout": seconds(rule.timeout) if rule.timeout else "",
        "fromHeaders": [_header(name, prefix) for name, prefix in rule.headers],
        "fromParams": list(rule.parameters),
        "forwardOriginalToken": rule.keep,
        "outputPayloadToHeader": rule.payload_header,
        "outputClaimToHeaders": [{"claim": claim, "header": header} for header, claim in rule.claim_headers],
    }
    return {key: value for key, value in found.items() if value}


def _header(name: str, prefix: str) -> dict[str, str]:
    return {"name": name, "prefix": prefix} if prefix else {"name": name}
