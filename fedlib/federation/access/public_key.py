"""Public keys in PEM to JSON Web Key Sets, which is all that Istio takes.

Sources: RFC 5280 (SubjectPublicKeyInfo), RFC 8017 (RSA), RFC 5480 (elliptic curves), RFC 7518 (JSON Web Keys).
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any, Final

from fedlib.federation.access.web_key import web_key

_PEM: Final = re.compile(r"-----BEGIN ((?:RSA )?PUBLIC KEY)-----([^-]*)-----END \1-----")
_RSA: Final = bytes.fromhex("2a864886f70d010101")
_ELLIPTIC: Final = bytes.fromhex("2a8648ce3d0201")
_CURVES: Final = {
    bytes.fromhex("2a8648ce3d030107"): "P-256",
    bytes.fromhex("2b81040022"): "P-384",
    bytes.fromhex("2b81040023"): "P-521",
}
_PRIVATE: Final = frozenset({"d", "dp", "dq", "k", "oth", "p", "q", "qi"})
"""Members of private and shared keys, however they are spelled in JSON."""
_INTEGER, _BITS, _OID, _SEQUENCE = 0x02, 0x03, 0x06, 0x30


def key_set(text: str) -> str | None:
    """The JSON Web Key Set of a text with keys in PEM, a JSON Web Key or a set of them; None if it is none of these.

    Keys of kinds that proxies do not know, such as those for encryption, are left out, as proxies do; one must stay.
    """
    try:
        if "-----BEGIN" in text:
            keys = [
                _key(kind, base64.b64decode("".join(body.split()), validate=True)) for kind, body in _PEM.findall(text)
            ]
        else:
            loaded = json.loads(text)
            keys = loaded.get("keys", [loaded])
            if not all(isinstance(key, dict) for key in keys) or any(_PRIVATE & key.keys() for key in keys):
                return None
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError, binascii.Error):
        return None
    usable = list(_usable(keys))
    return json.dumps({"keys": usable}, sort_keys=True, separators=(",", ":")) if usable else None


def _usable(keys: Iterable[dict[str, Any]]) -> Iterator[dict[str, str]]:
    for key in keys:
        with suppress(ValueError, KeyError):
            yield web_key(key)


def _key(kind: str, der: bytes) -> dict[str, Any]:
    if kind == "RSA PUBLIC KEY":
        return _rsa(der)
    algorithm, bits = _items(_only(der, _SEQUENCE), _SEQUENCE, _BITS)
    parts = _items(algorithm, _OID)
    key = bits[1:]  # the first byte counts unused bits, of which there are none
    if parts[0] == _RSA:
        return _rsa(key)
    if parts[0] != _ELLIPTIC or key[:1] != b"\x04":
        raise ValueError("neither RSA nor an uncompressed point of an elliptic curve")
    curve = _CURVES[_items(algorithm, _OID, _OID)[1]]
    half = len(key) // 2
    return {"crv": curve, "kty": "EC", "x": _text(key[1 : half + 1]), "y": _text(key[half + 1 :])}


def _rsa(der: bytes) -> dict[str, Any]:
    modulus, exponent = _items(_only(der, _SEQUENCE), _INTEGER, _INTEGER)
    return {"e": _text(exponent.lstrip(b"\0")), "kty": "RSA", "n": _text(modulus.lstrip(b"\0"))}


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _only(der: bytes, tag: int) -> bytes:
    return _items(der, tag)[0]


def _items(der: bytes, *tags: int) -> list[bytes]:
    """The contents of the first items of a DER encoding, which must have these tags."""
    found: list[bytes] = []
    for tag in tags:
        size, start = der[1], 2
        if size & 0x80:
            start += size & 0x7F
            size = int.from_bytes(der[2:start], "big")
        if der[0] != tag or len(der) < start + size:
            raise ValueError("not the expected structure")
        found.append(der[start : start + size])
        der = der[start + size :]
    return found
