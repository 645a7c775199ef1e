"""JSON Web Keys that proxies take, and others that make a proxy refuse its listener if there is none besides."""

from __future__ import annotations

from typing import Any, Final

_N: Final = (
    "0YkBHopppUGH1kj_PMPUI1OpDvNXhOqbfp5bS7FgT8xtHkgLhqUzgm81uhuZw7CYnUukG4Mx3WTSx2BLWwbufzG1F184BEJk6NvJxeHRpr5vHFnzJAul"
    "JUSvCKaC0V8PbedB4s_rHhGU7s1ebA_WiNc3RCvGilxslXW3RsRszQE"
)
_P256: Final = {
    "kty": "EC",
    "crv": "P-256",
    "x": "EVs_o5-uQbTjL3chynL4wXgUg2R9q9UU8I5mEovUf84",
    "y": "kGe5DgSIycKp8w9aJmoHhB1sB3QTugfnRWm5nU_TzsY",
}
_RSA: Final = {"kty": "RSA", "n": _N, "e": "AQAB"}
_ED25519: Final = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}

GOOD: Final[tuple[dict[str, Any], ...]] = (
    _RSA,
    {**_RSA, "alg": "RS256", "kid": "1", "use": "sig"},
    {**_RSA, "alg": "PS512"},
    {**_RSA, "e": "Aw"},
    _P256,
    {**_P256, "alg": "ES256"},
    {key: value for key, value in _P256.items() if key != "crv"},
    _ED25519,
    {**_ED25519, "alg": "EdDSA"},
)

WRONG: Final[tuple[dict[str, Any], ...]] = (
    {},
    {"kty": "RSA"},
    {**_RSA, "kty": "rsa"},
    {**_RSA, "kty": 1},
    {**_RSA, "alg": "ES256"},
    {**_RSA, "alg": "nonsense"},
    {**_RSA, "n": "AQAB"},
    {**_RSA, "n": "!"},
    {**_RSA, "n": _N[:-1] + "A"},
    {**_RSA, "e": "AQ"},
    {**_RSA, "e": ""},
    {**_P256, "alg": "ES384"},
    {**_P256, "crv": "P-255"},
    {**_P256, "y": _P256["x"]},
    {**_P256, "x": "a"},
    {**_ED25519, "crv": "Ed448"},
    {**_ED25519, "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHUR"},
    {"kty": "oct", "alg": "HS257"},
)
