"""JSON Web Keys that proxies take. A set in which there is none of them makes a proxy refuse its listener.

Sources: RFC 7517 and 7518, RFC 8037; the checks of Envoy's jwt_verify_lib and BoringSSL (exponents, sizes, curves).
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any, Final

_BASE64URL: Final = re.compile(r"[A-Za-z0-9_-]+={0,2}")
_EXPONENTS: Final = (3, 65_537)
_RSA_BITS: Final = range(1_024, 16_385)
_ED25519_BYTES: Final = 32

_ALGORITHMS: Final[Mapping[str, tuple[str, ...]]] = {
    "RSA": ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    "EC": ("ES256", "ES384", "ES512"),
    "OKP": ("EdDSA",),
}
_CURVE_OF: Final = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}
_CURVES: Final = {
    "P-256": (
        2**256 - 2**224 + 2**192 + 2**96 - 1,
        0x5AC635D8_AA3A93E7_B3EBBD55_769886BC_651D06B0_CC53B0F6_3BCE3C3E_27D2604B,
    ),
    "P-384": (
        2**384 - 2**128 - 2**96 + 2**32 - 1,
        0xB3312FA7_E23EE7E4_988E056B_E3F82D19_181D9C6E_FE814112_0314088F_5013875A_C656398D_8A2ED19D_2A85C8ED_D3EC2AEF,
    ),
    "P-521": (
        2**521 - 1,
        0x51_953EB961_8E1C9A1F_929A21A0_B68540EE_A2DA725B_99B315F3_B8B48991_8EF109E1_56193951_EC7E937B_1652C0BD_3BB1BF07_3573DF88_3D2C34F1_EF451FD4_6B503F00,
    ),
}
"""The prime of each curve, and its `b` in y^2 = x^3 - 3x + b."""
_KEPT: Final = ("kty", "kid", "alg", "crv", "n", "e", "x", "y")


def web_key(key: Mapping[str, Any]) -> dict[str, str]:
    """The members of a public key that verifying takes.

    Raises:
        ValueError: it is no key that proxies take.
        KeyError: it lacks a member.
    """
    found = {name: key[name] for name in _KEPT if name in key}
    if not all(isinstance(value, str) for value in found.values()):
        raise ValueError("a member of the key is not a string")
    kind, algorithm = found.get("kty", ""), found.get("alg", "")
    if kind not in _ALGORITHMS or (algorithm and algorithm not in _ALGORITHMS[kind]):
        raise ValueError("neither RSA nor EC nor OKP, or with an algorithm that is none of its kind")
    _CHECKS[kind](found)
    return {**found, "crv": _curve(found)} if kind == "EC" else found


def _rsa(key: Mapping[str, str]) -> None:
    modulus, exponent = _number(key["n"]), _number(key["e"])
    if exponent not in _EXPONENTS or modulus % 2 == 0 or modulus.bit_length() not in _RSA_BITS:
        raise ValueError("its exponent or its size is none that proxies take")


def _elliptic(key: Mapping[str, str]) -> None:
    curve = _curve(key)
    if curve not in _CURVES or _CURVE_OF.get(key.get("alg", ""), curve) != curve:
        raise ValueError("its curve is unknown, or not that of its algorithm")
    prime, b = _CURVES[curve]
    x, y = _number(key["x"]), _number(key["y"])
    if x >= prime or y >= prime or (y * y - (x * x * x - 3 * x + b)) % prime:
        raise ValueError("its point is not on its curve")


def _curve(key: Mapping[str, str]) -> str:
    return key.get("crv") or _CURVE_OF.get(key.get("alg", ""), "P-256")


def _edwards(key: Mapping[str, str]) -> None:
    if key["crv"] != "Ed25519" or len(_bytes(key["x"])) != _ED25519_BYTES:
        raise ValueError("proxies know Ed25519 only")


_CHECKS: Final = {"RSA": _rsa, "EC": _elliptic, "OKP": _edwards}


def _number(text: str) -> int:
    return int.from_bytes(_bytes(text), "big")


def _bytes(text: str) -> bytes:
    if not _BASE64URL.fullmatch(text):
        raise ValueError("a number in it is not in base64url")
    bare = text.rstrip("=")
    try:
        found = base64.urlsafe_b64decode(bare + "=" * (-len(bare) % 4))
    except binascii.Error as error:
        raise ValueError("a number in it is not in base64url") from error
    if base64.urlsafe_b64encode(found).rstrip(b"=").decode() != bare:
        raise ValueError("a number in it ends with bits that stand for nothing")
    return found
