"""86x, 89x and 90x: tokens, what proxies verify them by, and where."""

from __future__ import annotations

from fedlib.diagnostics.codes.registry import ERROR, WARNING, code

JWT_INEXPRESSIBLE = code(
    "FED893",
    "JwtInexpressible",
    ERROR,
    "the policy cannot be translated: {problem}",
    "change the policy, or check these tokens with an ExtAuthPolicy",
    "Tokens are checked by Istio's RequestAuthentication and refused by AuthorizationPolicies. A policy that would let "
    "more through than it says is left out as a whole.",
)
JWT_FIELD_IGNORED = code(
    "FED894",
    "JwtFieldIgnored",
    WARNING,
    "'{field}': {problem}",
    "check that this is what you want",
    "Istio's RequestAuthentication works differently there. Which tokens are accepted stays the same.",
)
JWT_CHECKS_MORE = code(
    "FED899",
    "JwtChecksMore",
    WARNING,
    "tokens are checked on {what}, and requests with other tokens in the same place are refused there",
    "put the token into a header of its own with tokenSource if other requests carry tokens of somebody else",
    "A RequestAuthentication is about all requests that a proxy gets. Requests without a token are refused only where "
    "the policy applies.",
)
JWT_ISSUER_OF_OTHERS = code(
    "FED860",
    "JwtIssuerOfOthers",
    ERROR,
    "{gateway} of workspace '{owner}' may not check tokens by it: {problem}",
    "name issuers of your own, with one set of keys each",
    "A gateway checks every token by the policies of all routes that it serves. Whoever names the issuer of others "
    "with keys of their own, or accepts any issuer, could make tokens for routes that are not theirs. An issuer is "
    "that of the gateway's workspace, of whom `federation:hosts` gives its host, of who has the keys from its host, "
    "and then of who is imported first.",
)
KEYS_FROM_INSIDE = code(
    "FED900",
    "KeysFromInside",
    ERROR,
    "{problem}",
    "let destinationRef name the Service, or the ExternalService with this host or address; the administrator can name "
    "the host in federation:allowedAddresses",
    "istiod itself fetches public keys from the URL of a JWTPolicy. From where it stands it reaches the API server, a "
    "machine and the cloud's credentials, so a URL leads only to what destinationRef names and the workspace may use. "
    "Names can resolve to any address: set PILOT_BLOCKED_CIDRS_IN_JWKS_URIS on istiod, too.",
)
KEYS_ON_SHARED_GATEWAY = code(
    "FED901",
    "KeysOnSharedGateway",
    WARNING,
    "{gateway} of workspace '{workspace}' verifies tokens with keys from {hosts}: who serves them can keep it from "
    "taking changes",
    "write the keys inline, or let the administrator name the host in federation:allowedAddresses",
    "istiod puts what it fetches into the gateway's configuration as it is. When that is no set of keys, Envoy refuses "
    "the listeners, and the changes of all teams wait.",
)
